package view

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// pausedUntil is until when an incident's plan waits; zero if it does not.
func pausedUntil(c escalation.Case) time.Time {
	if c.Incident.State == alerting.StateResolved {
		return time.Time{}
	}
	return c.Plan.Pause.Until
}

// then is what is owed first when a pause or snooze ends, and when, unless that is at once: "page on-call",
// "page on-call at Thu 09:00"; empty if nothing is.
func then(s Shell, c escalation.Case, end time.Time) string {
	owed := c.Plan.Owed(c.Incident)
	if owed == nil {
		return ""
	}
	text := "page " + role(owed.Role)
	if owed.Kind == escalation.AssignStep {
		text = "assign to " + role(owed.Role)
	}
	if owed.DueAt.After(end) {
		text += " at " + s.Clock(owed.DueAt)
	}
	return text
}

// thenText is then as the end of a sentence.
func thenText(s Shell, c escalation.Case, end time.Time) string {
	if text := then(s, c, end); text != "" {
		return ", then " + text
	}
	return ""
}

// comes is when step i was done or will be, if nobody acts.
func comes(c escalation.Case, i int) time.Time {
	if at, ok := c.Plan.Comes(c.Incident, i); ok {
		return at
	}
	return c.Plan.Steps[i].DueAt
}

// waitsFor is what step i waits for, though its time comes or has come before: "the snooze's end"; empty if it
// does not wait.
func waitsFor(c escalation.Case, i int) string {
	at, ok := c.Plan.Comes(c.Incident, i)
	pause, snooze := pausedUntil(c), c.Incident.SnoozedUntil
	switch s := c.Plan.Steps[i]; {
	case !ok || s.State == escalation.StepPending && at.Equal(s.DueAt):
		return ""
	case !pause.IsZero() && !pause.Before(snooze):
		return "the pause's end"
	case !snooze.IsZero():
		return "the snooze's end"
	}
	return "the acknowledgement's end"
}

// stepState is how a step is drawn: one that a snooze skipped, and that comes back, waits.
func stepState(c escalation.Case, i int) escalation.StepState {
	if waitsFor(c, i) != "" {
		return escalation.StepPending
	}
	return c.Plan.Steps[i].State
}

// unless is what keeps a step from being done: "acknowledged"; somebody has, where only a word of a person keeps
// that.
func unless(c escalation.Case, owed *escalation.PlannedStep) string {
	if c.Incident.State == alerting.StateAcknowledged && owed.Until == escalation.UntilAcknowledged {
		return "somebody writes or acts"
	}
	return string(owed.Until)
}
