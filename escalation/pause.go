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
	d.note(now, alerting.KindPaused, a.By, why.As(alerting.Say("entry.muted", "by", a.By.Name, "until", moment(a.Until), "text", alerting.OneLine(a.Text, 200))), "Muted by %s until %s%s", a.By.Name, clock(a.Until), andWhy(a.Text))
	return nil
}

// unmute ends a mute before its time: what waited is due at once.
func (p *Policy) unmute(d *Decision, a Answer, now time.Time) error {
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
	p.unpause(d, now, a.By, "Unmuted by "+a.By.Name, alerting.Say("entry.unmuted", "by", a.By.Name))
	return nil
}

// muted reports whether somebody paused the plan, rather than a maintenance window.
func (p Plan) muted() bool { return !p.Pause.Until.IsZero() && p.Pause.By != alerting.Tocsin.Name }

// over says that the pause is.
func (p Pause) over() string {
	switch {
	case p.By != alerting.Tocsin.Name:
		return fmt.Sprintf("The mute by %s is over", p.By)
	case p.Window == "":
		return "The pause by a maintenance window is over"
	}
	return fmt.Sprintf("The pause by the maintenance window %q is over", p.Window)
}

// data says that a window pauses the plan.
func (p Pause) data() alerting.Said {
	return alerting.Say("entry.window", "window", p.Window, "until", moment(p.Until))
}

// overData is over as data.
func (p Pause) overData() alerting.Said {
	if p.By != alerting.Tocsin.Name {
		return alerting.Say("entry.mute_over", "by", p.By)
	}
	return alerting.Say("entry.window_over", "window", p.Window)
}

// unpause lets a plan go on: of its steps that wait, the first that fell due meanwhile is due now, or in
// business time with the next moment of it, and the rest keep their spacing.
func (p *Policy) unpause(d *Decision, now time.Time, by alerting.Actor, text string, said alerting.Said) {
	plan := &d.Case.Plan
	why := plan.Pause.Why
	plan.Pause = Pause{}
	p.putOff(plan, now, why.Text, func(s PlannedStep) bool {
		return s.State == StepPending && Reached(d.Case.Incident, s.Until) == ""
	})
	d.note(now, alerting.KindContinued, by, why.As(said), "%s", text)
}

// inWindow pauses the plan while a maintenance window about the incident lasts, where something would
// fall due in it. It reports whether the plan is paused now.
func (p *Policy) inWindow(d *Decision, now time.Time) bool {
	if len(p.Maintenance) == 0 || !d.Case.due(now) {
		return false
	}
	pause := p.window(d.Case, now)
	if pause.Until.IsZero() {
		return false
	}
	d.Case.Plan.Pause = pause
	d.note(now, alerting.KindPaused, alerting.Tocsin, pause.Why.As(pause.data()), "%s", upper(pause.Why.Text))
	return true
}

// leaveWindow ends a maintenance window's pause once an alert has come that the window is not about, unless
// another window goes on. Its caller has told the case of the alert's labels.
func (p *Policy) leaveWindow(d *Decision, now time.Time) {
	pause := d.Case.Plan.Pause
	if pause.Until.IsZero() || d.Case.Plan.muted() {
		return
	}
	still := p.window(d.Case, now)
	switch {
	case still.Until.IsZero():
		p.unpause(d, now, alerting.Tocsin, pause.over()+": it is not about all of the alerts", pause.overData())
	case still.Until.Before(pause.Until):
		d.Case.Plan.Pause = still
		d.note(now, alerting.KindPaused, alerting.Tocsin, still.Why.As(still.data()), "%s", upper(still.Why.Text))
	}
	p.foresee(d, now)
}

// window is the pause by the maintenance window that is about an incident and lasts longest of those that
// last at now; zero if there is none.
func (p *Policy) window(c Case, now time.Time) Pause {
	pause := Pause{}
	for i, w := range p.Maintenance {
		if !c.within(w) {
			continue
		}
		if until, ok := w.Active(now); ok && until.After(pause.Until) {
			pause.By, pause.Window = alerting.Tocsin.Name, w.Name
			pause.Until = until.UTC()
			pause.Why = alerting.Reason{
				Text: fmt.Sprintf("paused by the maintenance window %q until %s", w.Name, clock(until)),
				Rule: fmt.Sprintf("suppress.maintenance[%d]", i), Config: p.Config,
			}
		}
	}
	return pause
}

// due reports whether a step of the plan, its repetition or a reminder would tell somebody now.
func (c Case) due(now time.Time) bool {
	for _, s := range c.Plan.Steps {
		if s.State == StepPending && !s.DueAt.After(now) && Reached(c.Incident, s.Until) == "" {
			return true
		}
	}
	return c.repeats(now) || c.reminds(now)
}

// repeats reports whether the row is to begin again.
func (c Case) repeats(now time.Time) bool {
	return c.Incident.State == alerting.StateOpen && c.Plan.Repeats > 0 && !c.Plan.RepeatAt.After(now)
}
