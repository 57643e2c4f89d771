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
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved: reopen it first", inc.ID)}
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

// raiseBy makes a new round that counts from now. The acknowledgement stays: a person did it, who knows.
func (p *Policy) raiseBy(d *Decision, by alerting.Actor, sev alerting.Severity, why alerting.Reason, now time.Time) {
	p.newSeverity(d, sev, why, now)
	d.note(now, alerting.KindSeverity, by, why, "Raised from %s to %s by %s: %s", d.Before.Severity, sev, by.Name, why.Text)
}

// lower makes a new round that counts from the incident's beginning: what is past by then is skipped.
func (p *Policy) lower(d *Decision, by alerting.Actor, sev alerting.Severity, why alerting.Reason, now time.Time) {
	p.newSeverity(d, sev, why, d.Case.Plan.start())
	d.note(now, alerting.KindSeverity, by, why, "Lowered from %s to %s by %s: %s", d.Before.Severity, sev, by.Name, why.Text)
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

// newSeverity begins a round for another severity. It keeps a pause.
func (p *Policy) newSeverity(d *Decision, sev alerting.Severity, why alerting.Reason, from time.Time) {
	inc, pause := &d.Case.Incident, d.Case.Plan.Pause
	inc.Severity, inc.Reason = sev, why
	p.newRound(d, from)
	d.Case.Plan.Pause = pause
}
