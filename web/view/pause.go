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

// afterPause is what is owed first when the pause ends: "page on-call"; empty if nothing is.
func afterPause(c escalation.Case) string {
	next := c.Plan.Next(c.Incident)
	switch {
	case next == nil:
		return ""
	case next.Kind == escalation.AssignStep:
		return "assign to " + role(next.Role)
	}
	return "page " + role(next.Role)
}

// thenText is afterPause as the end of a sentence.
func thenText(c escalation.Case) string {
	if then := afterPause(c); then != "" {
		return ", then " + then
	}
	return ""
}

// waits reports whether step i would be due by now or before the pause ends, and so waits for that.
func waits(c escalation.Case, i int) bool {
	until, s := pausedUntil(c), c.Plan.Steps[i]
	return s.State == escalation.StepPending && pending(s, c.Incident) == "" && s.DueAt.Before(until)
}
