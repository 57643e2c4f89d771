package escalation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
)

// Next decides what is owed to an incident at now: each step that is due is fired, or skipped because
// the incident has reached what the step waits for. Of several steps that fall due together (after an
// outage) each person is told once, with the furthest step's words. While a plan is paused nothing is owed.
func (p *Policy) Next(c Case, now time.Time) Decision {
	d := p.next(c, now)
	if d.Changed {
		p.foresee(&d, now)
	}
	return d
}

// next is Next without a forecast.
func (p *Policy) next(c Case, now time.Time) Decision {
	d := undecided(c)
	if c.Incident.State == alerting.StateResolved {
		return d
	}
	if pause := c.Plan.Pause; !pause.Until.IsZero() {
		if pause.Until.After(now) {
			return d
		}
		p.unpause(&d, now, alerting.Tocsin, pause.over(), pause.overData())
	}
	if why := c.overdue(now); why != "" {
		p.wake(&d, why, now)
	}
	if p.inWindow(&d, now) {
		return d
	}
	fired := p.advance(&d, now)
	if !fired && d.Case.repeats(now) {
		p.repeat(&d, now)
	}
	p.remind(&d, now)
	return d
}

// advance fires or skips the steps that are due. It reports whether any fired.
func (p *Policy) advance(d *Decision, now time.Time) bool {
	var fired []int
	var last time.Time
	for i := range d.Case.Plan.Steps {
		s := &d.Case.Plan.Steps[i]
		if s.State != StepPending || s.DueAt.After(now) {
			continue
		}
		why := Reached(d.Case.Incident, s.Until)
		if why == "" {
			why = p.notToAssign(d.Case, *s, now)
		}
		if why != "" {
			d.skip(i, now, why)
			continue
		}
		fired = append(fired, i)
		if last.Before(s.DueAt) {
			last = s.DueAt
		}
		if s.Kind == AssignStep {
			p.assign(d, s, now)
		}
	}
	p.fire(d, fired, now, alerting.Tocsin)
	if plan := &d.Case.Plan; len(fired) > 0 && d.Case.repeats(now) {
		plan.RepeatAt = p.repeatAfterOutage(*plan, last, now)
	}
	return len(fired) > 0
}

// notToAssign says why an assign step has nothing to do though its until has not been reached: somebody has the
// incident who cannot be told now. It is empty if it has.
func (p *Policy) notToAssign(c Case, s PlannedStep, now time.Time) string {
	if s.Kind != AssignStep || c.Incident.Assignee == "" {
		return ""
	}
	recipients, why := p.recipients(c, s, now)
	if len(recipients) > 0 {
		return ""
	}
	return why.Text
}

// repeat begins the row again, for nobody has acknowledged.
func (p *Policy) repeat(d *Decision, now time.Time) {
	left := d.Case.Plan.Repeats - 1
	p.newRound(d, now)
	d.Case.Plan.Repeats = min(left, d.Case.Plan.Repeats)
	why := alerting.Reason{Text: "nobody has acknowledged", Rule: fmt.Sprintf("matrix.%s.repeat", d.Case.Plan.Severity), Config: d.Case.Plan.Config}
	d.note(now, alerting.KindAwake, alerting.Tocsin, why.As(alerting.Say("entry.repeated", "count", strconv.Itoa(d.Case.Incident.Round))), "Round %d: %s, and the steps begin again", d.Case.Incident.Round, why.Text)
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
	d.skipBy(i, alerting.Tocsin, now, "not needed: "+why, why)
}

// drop skips a step because of what somebody asked for: it does not come back with the end of a snooze.
func (d *Decision) drop(i int, by alerting.Actor, now time.Time, why string) {
	d.skipBy(i, by, now, why, why)
	d.Case.Plan.Steps[i].Reason.Values["by"] = by.Name
}

func (d *Decision) skipBy(i int, by alerting.Actor, now time.Time, text, why string) {
	s := &d.Case.Plan.Steps[i]
	s.State, s.At = StepSkipped, now
	s.Reason = alerting.Reason{
		Text:   text,
		Rule:   stepRule(d.Case.Plan.Severity, i),
		Values: map[string]string{"role": s.Role, "until": string(s.Until), "due_at": clock(s.DueAt)},
		Config: d.Case.Plan.Config,
	}
	d.note(now, alerting.KindStepSkipped, by, s.Reason.As(alerting.Say("entry.step_skipped", "step", strconv.Itoa(i+1), "kind", string(s.Kind), "role", s.Role)), "Step %d (%s %s) skipped: %s", i+1, s.Kind, s.Role, why)
}

// dropped reports whether somebody's answer skipped the step.
func (s PlannedStep) dropped() bool { return s.State == StepSkipped && s.Reason.Values["by"] != "" }

// fire marks steps as fired and orders their pages, the furthest step first, so that somebody named by
// several of them is told once.
func (p *Policy) fire(d *Decision, steps []int, now time.Time, by alerting.Actor) {
	told := map[string]int{} // person -> the step that told them
	orders := make([][]Order, len(steps))
	reasons := make([]alerting.Reason, len(steps))
	var shadows []shadowed
	for k, i := range slices.Backward(steps) {
		s := d.Case.Plan.Steps[i]
		recipients, why := p.recipients(d.Case, s, now)
		d.Case.Plan.Steps[i].Nobody = nobody(recipients) && (s.Kind != AssignStep || d.Case.Incident.Assignee == "" || len(recipients) > 0)
		for _, r := range recipients {
			if r.stand == asShadow {
				shadows = append(shadows, shadowed{k, r})
				continue
			}
			if later, ok := told[r.person.ID]; ok && later != i {
				by := fmt.Sprintf("told by step %d, which was due too", later+1)
				why.Text, why.Tried = r.person.ID+" is "+by, append(why.Tried, alerting.Tried{Rule: "people." + r.person.ID, Why: by})
				continue
			}
			told[r.person.ID] = i
			orders[k] = append(orders[k], r.orders(i, s, d.Case.Plan, now)...)
		}
		why.Rule, why.Config = stepRule(d.Case.Plan.Severity, i), d.Case.Plan.Config
		reasons[k] = why
	}
	for _, s := range shadows {
		if _, ok := told[s.person.ID]; !ok {
			told[s.person.ID] = steps[s.k]
			orders[s.k] = append(orders[s.k], s.orders(steps[s.k], d.Case.Plan.Steps[steps[s.k]], d.Case.Plan, now)...)
		}
	}
	for k, i := range steps {
		s := &d.Case.Plan.Steps[i]
		s.State, s.At, s.Reason = StepFired, now, reasons[k]
		d.Pages = append(d.Pages, orders[k]...)
		d.note(now, alerting.KindStepFired, by, s.Reason.As(firedData(i, *s, orders[k])), "Step %d (%s %s): %s", i+1, s.Kind, s.Role, summary(orders[k], reasons[k]))
	}
}

// shadowed is a shadow with the step, of those that fire together, that tells them along unless another
// tells them for themselves.
type shadowed struct {
	k int
	recipient
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

// firedData says as data that step i has fired.
func firedData(i int, s PlannedStep, orders []Order) alerting.Said {
	return alerting.Say("entry.step_fired", "step", strconv.Itoa(i+1), "kind", string(s.Kind), "role", s.Role, "people", people(orders))
}

// people are those whom orders tell, as a value of a sentence: one a line, with the channels after a tab.
func people(orders []Order) string {
	var lines []string
	for i, o := range orders {
		if i > 0 && orders[i-1].Person == o.Person {
			lines[len(lines)-1] += " " + string(o.Channel)
		} else {
			lines = append(lines, o.Person+"\t"+string(o.Channel))
		}
	}
	return strings.Join(lines, "\n")
}

// assign gives the incident to the first person of the step's role who may be told.
func (p *Policy) assign(d *Decision, s *PlannedStep, now time.Time) {
	if d.Case.Incident.Assignee != "" {
		return
	}
	recipients, why := p.recipients(d.Case, *s, now)
	if len(recipients) == 0 { // catch_all is given it where the role reaches nobody
		return
	}
	d.Case.Incident.Assignee = recipients[0].person.ID
	d.note(now, alerting.KindAssigned, alerting.Tocsin, why.As(alerting.Say("entry.assigned", "who", recipients[0].person.ID)), "Assigned to %s: %s", recipients[0].person.ID, why.Text)
}

func stepRule(sev alerting.Severity, i int) string { return fmt.Sprintf("matrix.%s.steps[%d]", sev, i) }
