package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// longestSnooze is how far ahead an incident may be snoozed.
const longestSnooze = 30 * 24 * time.Hour

// snooze acknowledges until a time: whoever snoozes answers for it, whoever acknowledged before.
func (d *Decision) snooze(a Answer, now time.Time) error {
	inc := &d.Case.Incident
	switch {
	case inc.State == alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved: there is nothing to snooze", inc.ID)}
	case !a.Until.After(now):
		return &alerting.Refused{Text: fmt.Sprintf("cannot snooze until %s: that is past", clock(a.Until))}
	case a.Until.Sub(now) > longestSnooze:
		return &alerting.Refused{Text: fmt.Sprintf("cannot snooze until %s: 30 days is the longest", clock(a.Until))}
	case inc.SnoozedUntil.Equal(a.Until):
		d.Note = fmt.Sprintf("already snoozed until %s", clock(a.Until))
		return nil
	}
	if inc.State == alerting.StateOpen {
		d.acknowledged(a.By, now)
	}
	inc.AcknowledgedAt, inc.AcknowledgedBy, inc.SnoozedUntil = now, a.By.Name, a.Until
	d.note(now, alerting.KindSnoozed, a.By, alerting.Because("answered over "+a.By.Via), "Snoozed by %s until %s", a.By.Name, clock(a.Until))
	return nil
}

// unsnooze makes a snoozed incident a plainly acknowledged one: somebody acknowledged it for good.
func (d *Decision) unsnooze(by alerting.Actor, now time.Time) {
	inc := &d.Case.Incident
	inc.SnoozedUntil, inc.AcknowledgedAt, inc.AcknowledgedBy = time.Time{}, now, by.Name
	d.note(now, alerting.KindAcknowledged, by, alerting.Because("answered over "+by.Via), "Acknowledged by %s; no longer snoozed", by.Name)
}

// wake opens an incident whose snooze is over. Of the steps that waited for the acknowledgement, the
// first that fell due meanwhile fires now and the rest keep their spacing. If none fell due, those to come keep
// their times; if none is to come either, a new round begins, so that somebody is told.
func (p *Policy) wake(d *Decision, now time.Time) {
	inc := &d.Case.Incident
	by := inc.AcknowledgedBy
	inc.State, inc.AcknowledgedAt, inc.AcknowledgedBy, inc.SnoozedUntil = alerting.StateOpen, time.Time{}, "", time.Time{}
	why := alerting.Reason{Text: "the snooze by " + by + " is over", Config: d.Case.Plan.Config}
	if !d.resume(now) {
		p.newRound(d, now)
	}
	d.note(now, alerting.KindAwake, alerting.Tocsin, why, "Open again: %s", why.Text)
}

// resume makes the steps that waited pending again, shifted so that the first of them is due now. It
// reports whether any step is left to tell somebody.
func (d *Decision) resume(now time.Time) bool {
	left := false
	var shift time.Duration
	for i := range d.Case.Plan.Steps {
		s := &d.Case.Plan.Steps[i]
		if s.Until != UntilAcknowledged || s.State == StepFired {
			continue
		}
		if !left && s.DueAt.Before(now) {
			shift = now.Sub(s.DueAt)
		}
		left = true
		s.State, s.At, s.Reason = StepPending, time.Time{}, alerting.Reason{}
		s.DueAt = s.DueAt.Add(shift)
	}
	return left
}
