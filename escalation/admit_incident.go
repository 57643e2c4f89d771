package escalation

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
)

// incidentFold is an incident on its way from what is stored to what a batch of arrivals makes of it.
// The timeline gets one line for many alerts.
type incidentFold struct {
	d            *Decision
	fired, ended []alerting.Arrival
}

func bySource(source string) alerting.Actor { return alerting.Actor{Name: source, Via: "alert"} }

func newIncidentFold(p *Policy, arr alerting.Arrival, id int64, now time.Time) *incidentFold {
	d := p.open(id, arr.Key, arr.Title, arr.Severity, arr.Labels, arr.Reason, now)
	d.note(now, alerting.KindOpened, bySource(arr.Source), arr.Reason.As(alerting.Say("entry.opened", "by", arr.Source, "title", arr.Title)), "Opened by %s: %s. %s", arr.Source, arr.Title, arr.Reason.Text)
	return &incidentFold{d: &d}
}

func (f *incidentFold) id() int64 { return f.d.Case.Incident.ID }

func (f *incidentFold) resolved() bool { return f.d.Case.Incident.State == alerting.StateResolved }

// take adds a firing alert. A worse one raises the incident, clears the acknowledgement, and makes a
// new plan counted from now. A maintenance window's pause ends if the window is not about the alert.
func (f *incidentFold) take(p *Policy, arr alerting.Arrival, joined bool, now time.Time) {
	inc := &f.d.Case.Incident
	inc.FiringCount++
	if joined {
		inc.AlertCount++
	}
	if p.share(&f.d.Case, arr.Labels, nil) {
		p.foresee(f.d, now) // other maintenance windows may be about it
	}
	if arr.Severity.WorseThan(inc.Severity) {
		was := f.d.Case.Plan
		inc.Severity, inc.Title, inc.Reason, inc.Labels = arr.Severity, arr.Title, arr.Reason, arr.Labels
		unacknowledge(inc)
		p.newRound(f.d, now)
		f.d.note(now, alerting.KindSeverity, bySource(arr.Source), arr.Reason.As(alerting.Say("entry.raised", "was", was.Severity.String(), "severity", arr.Severity.String(), "title", arr.Title)), "Raised from %s to %s by %s: %s", was.Severity, arr.Severity, arr.Title, arr.Reason.Text)
		f.d.muteEnds(was, bySource(arr.Source), now)
	}
	f.fired = append(f.fired, arr)
	p.leaveWindow(f.d, now)
}

// finish writes what happened on the timeline, and resolves the incident when its last alert has ended.
func (f *incidentFold) finish(p *Policy, now time.Time) {
	inc := &f.d.Case.Incident
	fired := f.fired
	if f.d.Opens && len(fired) > 0 {
		fired = fired[1:] // the first one stands in the entry that opened the incident
	}
	f.list(now, alerting.KindAlertFiring, fired, "fires", "fire")
	f.list(now, alerting.KindAlertResolved, f.ended, "ended", "ended")
	if len(f.ended) > 0 && inc.FiringCount == 0 && inc.State != alerting.StateResolved {
		f.d.resolve(bySource(f.ended[0].Source), now, alerting.Because("all of its alerts have ended"))
		p.clear(f.d, now)
	}
}

const listed = 3 // alerts named in one timeline entry

func (f *incidentFold) list(now time.Time, kind alerting.Kind, arrs []alerting.Arrival, one, many string) {
	if len(arrs) == 0 {
		return
	}
	names := make([]string, 0, listed)
	for _, a := range arrs[:min(listed, len(arrs))] {
		names = append(names, a.Labels.String())
	}
	text := fmt.Sprintf("Alert %s: %s", one, names[0])
	if len(arrs) > 1 {
		text = fmt.Sprintf("%d alerts %s: %s", len(arrs), many, strings.Join(names, "; "))
	}
	if len(arrs) > listed {
		text += fmt.Sprintf(" and %d more", len(arrs)-listed)
	}
	f.d.note(now, kind, bySource(arrs[0].Source), arrs[0].Reason.As(listData(kind, len(arrs), names)), "%s", text)
}

// listData says as data which alerts have come or ended.
func listData(kind alerting.Kind, all int, names []string) alerting.Said {
	return alerting.Say("entry."+string(kind), "count", strconv.Itoa(all), "list", strings.Join(names, "\n"), "more", strconv.Itoa(all-len(names)))
}

func reopenReason(was alerting.Incident, arr alerting.Arrival, p *Policy) alerting.Reason {
	return alerting.Reason{
		Text:   fmt.Sprintf("%s fires again within %s of its end", arr.Title, p.ReopenWithin),
		Rule:   "intake.reopen_within",
		Values: map[string]string{"reopen_within": p.ReopenWithin.String(), "resolved_at": clock(was.ResolvedAt)},
		Config: p.Config,
	}
}
