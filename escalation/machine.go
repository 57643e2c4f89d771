package escalation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
)

// Next decides what is owed to an incident at now: each step that is due is fired, or skipped because
// the incident has reached what the step waits for. Of several steps that fall due together (after an
// outage) each person is told once, with the furthest step's words.
func (p *Policy) Next(c Case, now time.Time) Decision {
	d := undecided(c)
	if c.Incident.State == alerting.StateResolved {
		return d
	}
	if until := c.Incident.SnoozedUntil; !until.IsZero() && !until.After(now) {
		p.wake(&d, now)
	}
	var fired []int
	for i := range d.Case.Plan.Steps {
		s := &d.Case.Plan.Steps[i]
		if s.State != StepPending || s.DueAt.After(now) {
			continue
		}
		if why := Reached(d.Case.Incident, s.Until); why != "" {
			d.skip(i, now, why)
			continue
		}
		fired = append(fired, i)
		if s.Kind == AssignStep {
			p.assign(&d, s, now)
		}
	}
	p.fire(&d, fired, now, alerting.Tocsin)
	return d
}

// Reached says how the incident has reached a step's until; empty if it has not.
func Reached(inc alerting.Incident, u Until) string {
	switch {
	case inc.State == alerting.StateResolved:
		return fmt.Sprintf("resolved by %s at %s", inc.ResolvedBy, clock(inc.ResolvedAt))
	case u == UntilAcknowledged && !inc.SnoozedUntil.IsZero():
		return fmt.Sprintf("snoozed by %s until %s", inc.AcknowledgedBy, clock(inc.SnoozedUntil))
	case u == UntilAcknowledged && inc.State == alerting.StateAcknowledged:
		return fmt.Sprintf("acknowledged by %s at %s", inc.AcknowledgedBy, clock(inc.AcknowledgedAt))
	case u == UntilAssigned && inc.Assignee != "":
		return "assigned to " + inc.Assignee
	}
	return ""
}

func (d *Decision) skip(i int, now time.Time, why string) {
	s := &d.Case.Plan.Steps[i]
	s.State, s.At = StepSkipped, now
	s.Reason = alerting.Reason{
		Text:   fmt.Sprintf("not needed: %s", why),
		Rule:   stepRule(d.Case.Plan.Severity, i),
		Values: map[string]string{"until": string(s.Until), "due_at": clock(s.DueAt)},
		Config: d.Case.Plan.Config,
	}
	d.note(now, alerting.KindStepSkipped, alerting.Tocsin, s.Reason, "Step %d (%s %s) skipped: %s", i+1, s.Kind, s.Role, why)
}

// fire marks steps as fired and orders their pages, the furthest step first, so that somebody named by
// several of them is told once.
func (p *Policy) fire(d *Decision, steps []int, now time.Time, by alerting.Actor) {
	told := map[string]int{} // person -> the step that told them
	orders := make([][]Order, len(steps))
	reasons := make([]alerting.Reason, len(steps))
	for k, i := range slices.Backward(steps) {
		s := d.Case.Plan.Steps[i]
		recipients, why := p.recipients(d.Case, s, now)
		for _, r := range recipients {
			if later, ok := told[r.person.ID]; ok && later != i {
				why.Tried = append(why.Tried, alerting.Tried{Rule: "people." + r.person.ID, Why: fmt.Sprintf("told by step %d, which was due too", later+1)})
				continue
			}
			told[r.person.ID] = i
			for _, ch := range r.channels {
				orders[k] = append(orders[k], r.order(i, s, ch, d.Case.Plan.Config))
			}
		}
		why.Rule, why.Config = stepRule(d.Case.Plan.Severity, i), d.Case.Plan.Config
		reasons[k] = why
	}
	for k, i := range steps {
		s := &d.Case.Plan.Steps[i]
		s.State, s.At, s.Reason = StepFired, now, reasons[k]
		d.Pages = append(d.Pages, orders[k]...)
		d.note(now, alerting.KindStepFired, by, s.Reason, "Step %d (%s %s): %s", i+1, s.Kind, s.Role, summary(orders[k], reasons[k]))
	}
}

// summary lists who is told over what: "system-admin over sms, email".
func summary(orders []Order, why alerting.Reason) string {
	if len(orders) == 0 {
		return why.Text
	}
	var people []string
	over := map[string][]string{}
	for _, o := range orders {
		if len(over[o.Person]) == 0 {
			people = append(people, o.Person)
		}
		over[o.Person] = append(over[o.Person], string(o.Channel))
	}
	for i, person := range people {
		people[i] = person + " over " + strings.Join(over[person], ", ")
	}
	return strings.Join(people, "; ")
}

// assign gives the incident to the first person of the step's role who may be told.
func (p *Policy) assign(d *Decision, s *PlannedStep, now time.Time) {
	if d.Case.Incident.Assignee != "" {
		return
	}
	recipients, why := p.recipients(d.Case, *s, now)
	if len(recipients) == 0 {
		return
	}
	d.Case.Incident.Assignee = recipients[0].person.ID
	d.note(now, alerting.KindAssigned, alerting.Tocsin, why, "Assigned to %s: %s", recipients[0].person.ID, why.Text)
}

func stepRule(sev alerting.Severity, i int) string { return fmt.Sprintf("matrix.%s.steps[%d]", sev, i) }
