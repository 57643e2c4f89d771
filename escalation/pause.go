package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// mute pauses an incident's plan until a time. Nobody answers for it meanwhile, and its state stays.
func (d *Decision) mute(a Answer, now time.Time) error {
	inc, plan := d.Case.Incident, &d.Case.Plan
	switch {
	case inc.State == alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved: there is nothing to mute", inc.ID)}
	case !a.Until.After(now):
		return &alerting.Refused{Text: fmt.Sprintf("cannot mute until %s: that is past", clock(a.Until))}
	case a.Until.Sub(now) > longestSnooze:
		return &alerting.Refused{Text: fmt.Sprintf("cannot mute until %s: 30 days is the longest", clock(a.Until))}
	case plan.Pause.Until.Equal(a.Until) && plan.muted():
		d.Note = fmt.Sprintf("already muted by %s until %s", plan.Pause.By, clock(a.Until))
		return nil
	}
	why := alerting.Reason{Text: fmt.Sprintf("muted by %s until %s%s", a.By.Name, clock(a.Until), andWhy(a.Text))}
	plan.Pause = Pause{Until: a.Until, By: a.By.Name, Why: why}
	d.note(now, alerting.KindPaused, a.By, why, "Muted by %s until %s%s", a.By.Name, clock(a.Until), andWhy(a.Text))
	return nil
}

// unmute ends a mute before its time: what waited is due at once.
func (d *Decision) unmute(a Answer, now time.Time) error {
	inc, plan := d.Case.Incident, &d.Case.Plan
	switch {
	case inc.State == alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved: there is nothing to unmute", inc.ID)}
	case plan.Pause.Until.IsZero():
		d.Note = "it is not muted"
		return nil
	case !plan.muted():
		return &alerting.Refused{Text: fmt.Sprintf("nobody has muted incident #%d: it is %s", inc.ID, plan.Pause.Why.Text)}
	}
	d.unpause(now, a.By, "Unmuted by "+a.By.Name)
	return nil
}

// muted reports whether somebody paused the plan, rather than a maintenance window.
func (p Plan) muted() bool { return !p.Pause.Until.IsZero() && p.Pause.By != alerting.Tocsin.Name }

// unpause lets a plan go on: of its steps that wait, the first that fell due meanwhile is due now, and the
// rest keep their spacing.
func (d *Decision) unpause(now time.Time, by alerting.Actor, text string) {
	plan := &d.Case.Plan
	why := plan.Pause.Why
	plan.Pause = Pause{}
	d.Case.Plan.putOff(now, func(s PlannedStep) bool {
		return s.State == StepPending && Reached(d.Case.Incident, s.Until) == ""
	})
	d.note(now, alerting.KindContinued, by, why, "%s", text)
}

// putOff shifts the steps that wait, and the row's repetition, so that the earliest of them is due now;
// not at all if none has fallen due. It reports whether any waits.
func (p *Plan) putOff(now time.Time, waits func(PlannedStep) bool) bool {
	var first time.Time
	for _, s := range p.Steps {
		if waits(s) && (first.IsZero() || s.DueAt.Before(first)) {
			first = s.DueAt
		}
	}
	if first.IsZero() || !first.Before(now) {
		return !first.IsZero()
	}
	for i := range p.Steps {
		if waits(p.Steps[i]) {
			p.Steps[i].DueAt = p.Steps[i].DueAt.Add(now.Sub(first))
		}
	}
	if !p.RepeatAt.IsZero() {
		p.RepeatAt = p.RepeatAt.Add(now.Sub(first))
	}
	return true
}

// inWindow pauses the plan while a maintenance window about the incident lasts, where something would
// fall due in it. It reports whether the plan is paused now.
func (p *Policy) inWindow(d *Decision, now time.Time) bool {
	if len(p.Maintenance) == 0 || !d.Case.due(now) {
		return false
	}
	pause := Pause{By: alerting.Tocsin.Name}
	for i, w := range p.Maintenance {
		if !w.About(d.Case.Incident.Labels) {
			continue
		}
		if until, ok := w.Active(now); ok && until.After(pause.Until) {
			pause.Until = until.UTC()
			pause.Why = alerting.Reason{
				Text: fmt.Sprintf("paused by the maintenance window %q until %s", w.Name, clock(until)),
				Rule: fmt.Sprintf("suppress.maintenance[%d]", i), Config: p.Config,
			}
		}
	}
	if pause.Until.IsZero() {
		return false
	}
	d.Case.Plan.Pause = pause
	d.note(now, alerting.KindPaused, alerting.Tocsin, pause.Why, "%s", upper(pause.Why.Text))
	return true
}

// due reports whether a step of the plan or its repetition would tell somebody now.
func (c Case) due(now time.Time) bool {
	for _, s := range c.Plan.Steps {
		if s.State == StepPending && !s.DueAt.After(now) && Reached(c.Incident, s.Until) == "" {
			return true
		}
	}
	return c.repeats(now)
}

// repeats reports whether the row is to begin again.
func (c Case) repeats(now time.Time) bool {
	return c.Incident.State == alerting.StateOpen && c.Plan.Repeats > 0 && !c.Plan.RepeatAt.After(now)
}
