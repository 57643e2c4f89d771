package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// setSeverity raises or lowers an incident because a person says so. Whoever has acknowledged it still has.
func (p *Policy) setSeverity(d *Decision, a Answer, now time.Time) error {
	inc := d.Case.Incident
	_, known := p.Matrix[a.Severity]
	switch {
	case inc.State == alerting.StateResolved:
		return refusedResolved(inc, "severity", "incident #%d is resolved: reopen it first")
	case !known:
		return &alerting.Refused{Text: fmt.Sprintf("the matrix has no row for %s: say P0, P1, P2 or P3", a.Severity)}
	case inc.Severity == a.Severity:
		d.Note = fmt.Sprintf("already %s", a.Severity)
		return nil
	}
	why := alerting.Reason{Text: fmt.Sprintf("%s as set by %s%s", a.Severity, a.By.Name, andWhy(a.Text)), Config: p.Config}
	if a.Severity.WorseThan(inc.Severity) {
		p.raiseBy(d, a.By, a.Severity, why, now)
	} else {
		p.lower(d, a.By, a.Severity, why, now)
	}
	return nil
}

// raiseBy makes a new round that counts from now. The acknowledgement stays: a person did it, who knows. A mute
// ends, and a maintenance window pauses the new round if it is about that, as after a worse alert.
func (p *Policy) raiseBy(d *Decision, by alerting.Actor, sev alerting.Severity, why alerting.Reason, now time.Time) {
	was := d.Case.Plan
	p.newSeverity(d, sev, why, now)
	d.note(now, alerting.KindSeverity, by, why.As(alerting.Say("entry.raised_by", "was", d.Before.Severity.String(), "severity", sev.String(), "by", by.Name)), "Raised from %s to %s by %s: %s", d.Before.Severity, sev, by.Name, why.Text)
	d.muteEnds(was, by, now)
}

// muteEnds says that a raise ended the mute that a plan had, if it had one: what was muted was not as bad.
func (d *Decision) muteEnds(was Plan, by alerting.Actor, now time.Time) {
	if was.muted() {
		d.note(now, alerting.KindContinued, by, was.Pause.Why.As(alerting.Say("entry.mute_raised", "by", was.Pause.By, "was", was.Severity.String(), "severity", d.Case.Plan.Severity.String())), "The mute by %s is over: it was meant for %s, and this is %s now", was.Pause.By, was.Severity, d.Case.Plan.Severity)
	}
}

// lower makes a new round that counts from the incident's beginning: what is past by then is skipped. A pause
// stays.
func (p *Policy) lower(d *Decision, by alerting.Actor, sev alerting.Severity, why alerting.Reason, now time.Time) {
	pause := d.Case.Plan.Pause
	p.newSeverity(d, sev, why, d.Case.Plan.start())
	d.Case.Plan.Pause = pause
	d.note(now, alerting.KindSeverity, by, why.As(alerting.Say("entry.lowered_by", "was", d.Before.Severity.String(), "severity", sev.String(), "by", by.Name)), "Lowered from %s to %s by %s: %s", d.Before.Severity, sev, by.Name, why.Text)
	plan := &d.Case.Plan
	for i, s := range plan.Steps {
		if !s.DueAt.After(now) {
			d.drop(i, by, now, fmt.Sprintf("past when %s lowered the severity to %s", by.Name, sev))
		}
	}
	if !plan.RepeatAt.After(now) {
		plan.RepeatAt, plan.Repeats = time.Time{}, 0
	}
}

// newSeverity begins a round for another severity.
func (p *Policy) newSeverity(d *Decision, sev alerting.Severity, why alerting.Reason, from time.Time) {
	d.Case.Incident.Severity, d.Case.Incident.Reason = sev, why
	p.newRound(d, from)
}
