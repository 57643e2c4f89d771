package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
)

// longestSnooze is how far ahead an incident may be snoozed.
const longestSnooze = 30 * 24 * time.Hour

// snooze acknowledges until a time: whoever snoozes answers for it, whoever acknowledged before.
func (d *Decision) snooze(a Answer, now time.Time) error {
	inc := &d.Case.Incident
	switch {
	case inc.State == alerting.StateResolved:
		return refusedResolved(*inc, "snooze", "incident #%d is resolved: there is nothing to snooze")
	case !a.Until.After(now):
		return &alerting.Refused{Text: fmt.Sprintf("cannot snooze until %s: that is past", clock(a.Until)), Said: alerting.Say("answer.snooze_past", "until", moment(a.Until))}
	case a.Until.Sub(now) > longestSnooze:
		return &alerting.Refused{Text: fmt.Sprintf("cannot snooze until %s: 30 days is the longest", clock(a.Until)), Said: alerting.Say("answer.snooze_long", "until", moment(a.Until))}
	case inc.SnoozedUntil.Equal(a.Until):
		d.Note, d.said = fmt.Sprintf("already snoozed until %s", clock(a.Until)), alerting.Say("answer.already_snoozed", "until", moment(a.Until))
		return nil
	}
	if inc.State == alerting.StateOpen {
		d.acknowledged(a.By, now)
	}
	inc.AcknowledgedAt, inc.AcknowledgedBy, inc.SnoozedUntil = now, a.By.Name, a.Until
	d.note(now, alerting.KindSnoozed, a.By, answered(a.By).As(alerting.Say("entry.snoozed", "by", a.By.Name, "until", moment(a.Until))), "Snoozed by %s until %s", a.By.Name, clock(a.Until))
	return nil
}

// unsnooze makes a snoozed incident a plainly acknowledged one: somebody acknowledged it for good.
func (d *Decision) unsnooze(by alerting.Actor, now time.Time) {
	inc := &d.Case.Incident
	inc.SnoozedUntil, inc.AcknowledgedAt, inc.AcknowledgedBy = time.Time{}, now, by.Name
	d.note(now, alerting.KindAcknowledged, by, answered(by).As(alerting.Say("entry.unsnoozed", "by", by.Name)), "Acknowledged by %s; no longer snoozed", by.Name)
}

// overdue says what has run out of an acknowledged incident: its snooze, or the time that its row gives
// until a word or act of a person. It is empty if neither has.
func (c Case) overdue(now time.Time) string {
	inc, quiet := c.Incident, c.quietAt()
	switch {
	case !inc.SnoozedUntil.IsZero() && !inc.SnoozedUntil.After(now):
		return "the snooze by " + inc.AcknowledgedBy + " is over"
	case !quiet.IsZero() && !quiet.After(now):
		return fmt.Sprintf("acknowledged by %s, and no word or act of a person for %s", inc.AcknowledgedBy, calendar.Delay{Amount: c.Plan.AckTimeout})
	}
	return ""
}

// quietAt is when an acknowledgement has gone quiet for too long; zero if it never does.
func (c Case) quietAt() time.Time {
	inc := c.Incident
	if inc.State != alerting.StateAcknowledged || !inc.SnoozedUntil.IsZero() || c.Plan.AckTimeout <= 0 {
		return time.Time{}
	}
	return c.lastWord().Add(c.Plan.AckTimeout)
}

// heard notes a word or act of a person about what is acknowledged.
func (d *Decision) heard(now time.Time) {
	if d.Case.Incident.State == alerting.StateAcknowledged {
		d.Case.Incident.HeardAt = now
	}
}

// wake opens an incident that was acknowledged. Of the steps that waited for the acknowledgement, the
// first that fell due meanwhile fires now and the rest keep their spacing (putOff). If none fell due, those to come keep
// their times; if none is to come either, a new round begins, so that somebody is told.
func (p *Policy) wake(d *Decision, text string, now time.Time) {
	unacknowledge(&d.Case.Incident)
	why := alerting.Reason{Text: text, Config: d.Case.Plan.Config}
	if !p.resume(d, now, text) {
		p.newRound(d, now)
	}
	d.note(now, alerting.KindAwake, alerting.Tocsin, why.As(alerting.Say("entry.awake")), "Open again: %s", why.Text)
}

// unacknowledge makes it open: nobody answers for it. Whoever has it keeps it.
func unacknowledge(inc *alerting.Incident) {
	inc.State, inc.AcknowledgedAt, inc.AcknowledgedBy = alerting.StateOpen, time.Time{}, ""
	inc.SnoozedUntil, inc.HeardAt = time.Time{}, time.Time{}
}

// resume makes the steps that waited for the acknowledgement pending again, put off as after a pause. It
// reports whether any is left to tell somebody.
func (p *Policy) resume(d *Decision, now time.Time, why string) bool {
	waits := func(s PlannedStep) bool {
		return s.Until == UntilAcknowledged && s.State != StepFired && !s.dropped()
	}
	left := p.putOff(&d.Case.Plan, now, why, waits)
	for i := range d.Case.Plan.Steps {
		if s := &d.Case.Plan.Steps[i]; waits(*s) {
			s.State, s.At, s.Reason = StepPending, time.Time{}, alerting.Reason{}
		}
	}
	return left
}
