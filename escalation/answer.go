package escalation

import (
	"fmt"
	"strconv"
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
	d.Answer, d.By = a.Verb, a.By
	d.Detail = Detail{Person: a.Person, Text: a.Text, Until: a.Until}
	if inc := c.Incident; inc.MergedInto != 0 && a.Verb != Note {
		return d, mergedAway(inc)
	}
	if err := p.apply(&d, a, now); err != nil {
		return d, err
	}
	if c.Incident.State == alerting.StateAcknowledged && (d.Changed || c.Plan.AckTimeout > 0 || c.Plan.Remind > 0) {
		d.touch() // a word of a person, though it may change nothing else: the time for the next one begins
		d.heard(now)
	}
	if d.Changed {
		p.foresee(&d, now)
	}
	return d, nil
}

func (p *Policy) apply(d *Decision, a Answer, now time.Time) error {
	switch a.Verb {
	case Acknowledge:
		return d.acknowledge(a.By, now)
	case Resolve:
		d.resolveBy(a.By, now)
		p.clear(d, now)
		return nil
	case Reopen:
		p.reopenBy(d, a.By, now)
		return nil
	case Escalate:
		return p.escalate(d, a.By, now)
	case Jump:
		d.Detail.Step = a.Step
		return p.jump(d, a, now)
	case Snooze:
		return d.snooze(a, now)
	case Assign:
		return p.assignTo(d, a, now)
	case Note:
		return d.addNote(a, now)
	case SetSeverity:
		d.Detail.Severity = a.Severity.String()
		return p.setSeverity(d, a, now)
	case Mute:
		return d.mute(a, now)
	case Unmute:
		return p.unmute(d, a, now)
	}
	return &alerting.Refused{Text: fmt.Sprintf("nothing can be done by the name of %q", a.Verb), Said: alerting.Say("answer.unknown_verb", "text", string(a.Verb))}
}

func mergedAway(inc alerting.Incident) error {
	return &alerting.Refused{Text: fmt.Sprintf("incident #%d was merged into #%d: answer there", inc.ID, inc.MergedInto), Said: alerting.Say("answer.merged", "id", strconv.FormatInt(inc.ID, 10), "into", strconv.FormatInt(inc.MergedInto, 10))}
}

// refusedResolved refuses what cannot be done to a resolved incident; text has a gap for its number.
func refusedResolved(inc alerting.Incident, do, text string) error {
	return &alerting.Refused{Text: fmt.Sprintf(text, inc.ID), Said: alerting.Say("answer.resolved_"+do, "id", strconv.FormatInt(inc.ID, 10))}
}

// answered is why something happened that somebody asked for.
func answered(by alerting.Actor) alerting.Reason { return alerting.Because("answered over " + by.Via) }

// andWhy is the reason that somebody gave, as the end of a sentence; empty if they gave none.
func andWhy(text string) string {
	if text = alerting.OneLine(text, 200); text == "" {
		return ""
	}
	return ": " + text
}

func (d *Decision) resolveBy(by alerting.Actor, now time.Time) {
	inc := &d.Case.Incident
	if inc.State == alerting.StateResolved {
		d.said = alerting.Say("answer.already_resolved", "by", inc.ResolvedBy, "at", moment(inc.ResolvedAt))
		d.Note = fmt.Sprintf("already resolved by %s at %s", inc.ResolvedBy, clock(inc.ResolvedAt))
		return
	}
	d.CloseAlerts, inc.FiringCount = true, 0
	d.resolve(by, now, alerting.Because("resolved by "+by.Name))
}

func (p *Policy) reopenBy(d *Decision, by alerting.Actor, now time.Time) {
	if d.Case.Incident.State != alerting.StateResolved {
		d.Note, d.said = "it is not resolved", alerting.Say("answer.not_resolved")
		return
	}
	d.OpenAlerts = true
	p.reopen(d, by, now, alerting.Because("reopened by "+by.Name))
}

func (d *Decision) acknowledge(by alerting.Actor, now time.Time) error {
	inc := &d.Case.Incident
	switch inc.State {
	case alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved (by %s at %s): reopen it first", inc.ID, inc.ResolvedBy, clock(inc.ResolvedAt)), Said: alerting.Say("answer.resolved_by", "id", strconv.FormatInt(inc.ID, 10), "by", inc.ResolvedBy, "at", moment(inc.ResolvedAt))}
	case alerting.StateAcknowledged:
		if !inc.SnoozedUntil.IsZero() {
			d.unsnooze(by, now)
			return nil
		}
		d.said = alerting.Say("answer.already_acknowledged", "by", inc.AcknowledgedBy, "at", moment(inc.AcknowledgedAt))
		d.Note = fmt.Sprintf("already acknowledged by %s at %s", inc.AcknowledgedBy, clock(inc.AcknowledgedAt))
		return nil
	}
	d.acknowledged(by, now)
	return nil
}

func (d *Decision) acknowledged(by alerting.Actor, now time.Time) {
	inc := &d.Case.Incident
	inc.State, inc.AcknowledgedAt, inc.AcknowledgedBy, inc.HeardAt = alerting.StateAcknowledged, now, by.Name, time.Time{}
	text, said := "Acknowledged by "+by.Name, alerting.Say("entry.acknowledged", "by", by.Name)
	if inc.Assignee == "" {
		inc.Assignee = by.Name
		text, said.Key = text+", who has it now", "entry.acknowledged_assigned"
	}
	d.note(now, alerting.KindAcknowledged, by, answered(by).As(said), "%s", text)
}

// resolve closes the incident; the steps that were still to come are skipped.
func (d *Decision) resolve(by alerting.Actor, now time.Time, why alerting.Reason) {
	inc := &d.Case.Incident
	inc.State, inc.ResolvedAt, inc.ResolvedBy, inc.SnoozedUntil = alerting.StateResolved, now, by.Name, time.Time{}
	d.Case.Plan.Pause, d.Case.Plan.Forecast = Pause{}, Forecast{}
	d.note(now, alerting.KindResolved, by, why.As(alerting.Say("entry.resolved", "by", by.Name)), "Resolved by %s", by.Name)
	d.dropPending(now)
}

// dropPending skips the steps of what is resolved.
func (d *Decision) dropPending(now time.Time) {
	for i, s := range d.Case.Plan.Steps {
		if s.State == StepPending {
			s.State, s.At = StepSkipped, now
			s.Reason = alerting.Reason{Text: "not needed: " + Reached(d.Case.Incident, s.Until), Rule: stepRule(d.Case.Plan.Severity, i), Config: d.Case.Plan.Config}
			d.Case.Plan.Steps[i] = s
		}
	}
}

// reopen starts a new round, counted from now; nobody has it.
func (p *Policy) reopen(d *Decision, by alerting.Actor, now time.Time, why alerting.Reason) {
	inc := &d.Case.Incident
	unacknowledge(inc)
	inc.ResolvedAt, inc.ResolvedBy, inc.Assignee, inc.MergedInto = time.Time{}, "", "", 0
	p.newRound(d, now)
	d.Case.Plan.Start, d.Case.Plan.Since, d.Case.Plan.Heard = now, inc.Round, nil
	d.note(now, alerting.KindReopened, by, why.As(alerting.Say("entry.reopened", "by", by.Name, "count", strconv.Itoa(inc.Round))), "Reopened by %s: round %d", by.Name, inc.Round)
}

// newRound begins the plan of the incident's severity afresh, counted from a moment. The incident's beginning
// and what is known of its alerts stay.
func (p *Policy) newRound(d *Decision, from time.Time) {
	inc, was := &d.Case.Incident, d.Case.Plan
	inc.Round++
	d.Case.Plan = p.NewPlan(inc.Severity, inc.Round, from)
	d.Case.Plan.Start, d.Case.Plan.Since, d.Case.Plan.Heard = was.start(), was.since(), was.Heard
	d.Case.Plan.Varied, d.Case.Plan.Opened = was.Varied, was.Opened
}
