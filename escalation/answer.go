package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// Case is an incident with its plan: they are stored together and decided on together.
type Case struct {
	Incident alerting.Incident
	Plan     Plan
}

// Answer is what somebody does about an incident, wherever they do it: every answer goes through Apply.
type Answer struct {
	Verb     Verb
	By       alerting.Actor
	Until    time.Time         // for Snooze and Mute
	Person   string            // for Assign: an ID of the directory
	Text     string            // for Note; why, for Severity, Merge, Split, Jump and Mute, where somebody says
	Severity alerting.Severity // for Severity
	Into     int64             // for Merge: the incident that goes on
	Step     int               // for Jump: which of the plan, counted from 1
	Alerts   []string          // for Split: fingerprints
}

// Verb is what an answer asks for.
type Verb string

// What an answer may ask for.
const (
	Open        Verb = "open" // a manual incident: Policy.Open, not Apply
	Acknowledge Verb = "acknowledge"
	Resolve     Verb = "resolve"
	Reopen      Verb = "reopen"
	Escalate    Verb = "escalate" // the next step of the plan, now
	Snooze      Verb = "snooze"   // acknowledged until Answer.Until, then open again
	Assign      Verb = "assign"   // to Answer.Person, who is told
	Note        Verb = "note"     // Answer.Text on the timeline
	SetSeverity Verb = "severity" // to Answer.Severity
	Jump        Verb = "jump"     // to step Answer.Step of the plan, now
	Mute        Verb = "mute"     // tell nobody until Answer.Until; nobody answers for it meanwhile
	Unmute      Verb = "unmute"
	Merge       Verb = "merge" // into Answer.Into: Policy.Merge, not Apply
	Split       Verb = "split" // Answer.Alerts off into an incident of their own: Policy.Split, not Apply
)

// Apply decides what an answer does. Doing something twice is no error: the decision then changes
// nothing and its Note says who did it before. What does not fit the state is *alerting.Refused; the
// decision then says who asked for what, and changes nothing.
func (p *Policy) Apply(c Case, a Answer, now time.Time) (Decision, error) {
	d := undecided(c)
	d.Answer, d.By, d.Detail = a.Verb, a.By, Detail{Person: a.Person, Text: a.Text}
	inc := &d.Case.Incident
	switch a.Verb {
	case Acknowledge:
		err := d.acknowledge(a.By, now)
		return d, err
	case Resolve:
		if inc.State == alerting.StateResolved {
			d.Note = fmt.Sprintf("already resolved by %s at %s", inc.ResolvedBy, clock(inc.ResolvedAt))
			return d, nil
		}
		d.CloseAlerts, inc.FiringCount = true, 0
		d.resolve(a.By, now, alerting.Because("resolved by "+a.By.Name))
		return d, nil
	case Reopen:
		if inc.State != alerting.StateResolved {
			d.Note = "it is not resolved"
			return d, nil
		}
		d.OpenAlerts = true
		p.reopen(&d, a.By, now, alerting.Because("reopened by "+a.By.Name))
		return d, nil
	case Escalate:
		err := p.escalate(&d, a.By, now)
		return d, err
	case Snooze:
		err := d.snooze(a, now)
		return d, err
	case Assign:
		err := p.assignTo(&d, a, now)
		return d, err
	case Note:
		err := d.addNote(a, now)
		return d, err
	}
	return d, &alerting.Refused{Text: fmt.Sprintf("nothing can be done by the name of %q", a.Verb)}
}

func (d *Decision) acknowledge(by alerting.Actor, now time.Time) error {
	inc := &d.Case.Incident
	switch inc.State {
	case alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved (by %s at %s): reopen it first", inc.ID, inc.ResolvedBy, clock(inc.ResolvedAt))}
	case alerting.StateAcknowledged:
		if !inc.SnoozedUntil.IsZero() {
			d.unsnooze(by, now)
			return nil
		}
		d.Note = fmt.Sprintf("already acknowledged by %s at %s", inc.AcknowledgedBy, clock(inc.AcknowledgedAt))
		return nil
	}
	d.acknowledged(by, now)
	return nil
}

func (d *Decision) acknowledged(by alerting.Actor, now time.Time) {
	inc := &d.Case.Incident
	inc.State, inc.AcknowledgedAt, inc.AcknowledgedBy = alerting.StateAcknowledged, now, by.Name
	text := "Acknowledged by " + by.Name
	if inc.Assignee == "" {
		inc.Assignee = by.Name
		text += ", who has it now"
	}
	d.note(now, alerting.KindAcknowledged, by, alerting.Because("answered over "+by.Via), "%s", text)
}

// resolve closes the incident; the steps that were still to come are skipped.
func (d *Decision) resolve(by alerting.Actor, now time.Time, why alerting.Reason) {
	inc := &d.Case.Incident
	inc.State, inc.ResolvedAt, inc.ResolvedBy, inc.SnoozedUntil = alerting.StateResolved, now, by.Name, time.Time{}
	d.note(now, alerting.KindResolved, by, why, "Resolved by %s", by.Name)
	for i, s := range d.Case.Plan.Steps {
		if s.State == StepPending {
			s.State, s.At = StepSkipped, now
			s.Reason = alerting.Reason{Text: "not needed: " + Reached(*inc, s.Until), Rule: stepRule(d.Case.Plan.Severity, i), Config: d.Case.Plan.Config}
			d.Case.Plan.Steps[i] = s
		}
	}
}

// reopen starts a new round, counted from now; nobody has it.
func (p *Policy) reopen(d *Decision, by alerting.Actor, now time.Time, why alerting.Reason) {
	inc := &d.Case.Incident
	inc.State, inc.ResolvedAt, inc.ResolvedBy = alerting.StateOpen, time.Time{}, ""
	inc.AcknowledgedAt, inc.AcknowledgedBy, inc.Assignee = time.Time{}, "", ""
	p.newRound(d, now)
	d.note(now, alerting.KindReopened, by, why, "Reopened by %s: round %d", by.Name, inc.Round)
}

func (p *Policy) newRound(d *Decision, now time.Time) {
	inc := &d.Case.Incident
	inc.Round++
	d.Case.Plan = p.NewPlan(inc.Severity, inc.Round, now)
}
