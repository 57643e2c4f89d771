package escalation

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/due"
)

// Finding is something that must not be.
type Finding string

// What the auditor looks for. Each is an incident of its own.
const (
	Unowed  Finding = "incident-unowed"  // unresolved, steps to come, and nothing is owed to it
	Overdue Finding = "incident-overdue" // a step is long past its time
	Held    Finding = "page-held"        // a living replica has held a page for too long
	Waiting Finding = "page-waiting"     // a page is long past its time, and nobody takes it
	// Unroutable: a P0 that is not resolved, and a step of its round that fired reached nobody of its role.
	// Incidents of Tocsin itself are left out, so that this one does not find itself.
	Unroutable Finding = "incident-unroutable"
)

// findings lists what the auditor looks for, how late that is where it is about lateness, and what it says of
// one and of several. The store knows the same times.
var findings = []struct {
	kind      Finding
	late      time.Duration
	one, many string
}{
	{Unowed, 0, "1 incident has steps to come and nothing is owed to it", "%d incidents have steps to come and nothing is owed to them"},
	{Overdue, 30 * time.Second, "1 incident is owed a step that is long past its time", "%d incidents are owed a step that is long past its time"},
	{Held, 60 * time.Second, "a page of 1 incident has been held by a living replica for too long", "pages of %d incidents have been held by a living replica for too long"},
	{Waiting, 60 * time.Second, "a page of 1 incident is long past its time and nobody takes it", "pages of %d incidents are long past their time and nobody takes them"},
	{Unroutable, 0, "1 P0 incident has a step that reached nobody of its role", "%d P0 incidents have a step that reached nobody of its role"},
}

// AuditStore looks for what must not be.
type AuditStore interface {
	// Findings are the numbers of the incidents concerned, by what is wrong with them.
	Findings(ctx context.Context) (map[Finding][]int64, error)
}

const (
	auditEvery = 15 * time.Second
	// unwatched is how long nobody has looked before it counts as an outage: a process that starts, or stood
	// still, or a database that was away.
	unwatched = 2 * auditEvery
	// catchUp is how long after that whoever sends and fires may take for what has piled up.
	catchUp = 15 * time.Second
)

// Auditor looks for incidents and pages that have fallen through, whatever the fault in Tocsin that let
// them. What it finds is itself a P0; it ends when it is found no more.
type Auditor struct {
	audit   AuditStore
	arrive  ArrivalStore
	policy  func() *Policy
	raised  map[Finding]bool
	audited time.Time // when it last looked
	looked  time.Time // when it last looked without error
	since   time.Time // lateness counts from then on: an outage's end, and the time to catch up
}

// NewAuditor makes the loop.
func NewAuditor(audit AuditStore, arrive ArrivalStore, policy func() *Policy, log *slog.Logger) *due.Loop {
	a := &Auditor{audit: audit, arrive: arrive, policy: policy, raised: map[Finding]bool{}}
	for _, f := range findings {
		a.raised[f.kind] = true // perhaps, by the process before this one: its end must be told
	}
	return due.New("auditor", log, func(ctx context.Context) (time.Duration, error) {
		if now := time.Now(); now.Sub(a.audited) >= auditEvery {
			a.audited = now
			return due.Net, a.look(ctx, now)
		}
		return due.Net, nil
	})
}

// look tells of what is found, and that what was found is found no more.
func (a *Auditor) look(ctx context.Context, now time.Time) error {
	found, err := a.audit.Findings(ctx)
	if err != nil {
		return err
	}
	if now.Sub(a.looked) > unwatched {
		a.since = now.Add(catchUp)
	}
	a.looked = now
	var arrivals []alerting.Arrival
	for _, f := range findings {
		ids := found[f.kind]
		if len(ids) == 0 && !a.raised[f.kind] || len(ids) > 0 && a.tooEarly(f.late, now) {
			continue
		}
		a.raised[f.kind] = len(ids) > 0
		arrivals = append(arrivals, arrivalOf(f.kind, summaryOf(f.one, f.many, ids), len(ids) > 0, a.policy().Config))
	}
	if len(arrivals) == 0 {
		return nil
	}
	return a.arrive.Admit(ctx, arrivals, a.policy().Admit)
}

// tooEarly reports whether what is late by d may be late only because nobody could work before. Nothing is
// said of it then, neither that it is so nor that it has ended.
func (a *Auditor) tooEarly(d time.Duration, now time.Time) bool {
	return d > 0 && now.Before(a.since.Add(d))
}

// arrivalOf is a finding as an alert: firing while there is anything, ended when there is not.
func arrivalOf(kind Finding, summary string, fires bool, config string) alerting.Arrival {
	labels := alerting.Labels{"alertname": "TocsinAudit", "service": "tocsin", "finding": string(kind)}
	e := alerting.Event{Source: OwnSource, Labels: labels, Status: alerting.Firing, Annotations: alerting.Labels{"summary": summary}}
	if !fires {
		e.Status = alerting.Resolved
	}
	return alerting.Arrival{
		Event: e, Fingerprint: labels.Fingerprint(), Key: "tocsin/audit/" + string(kind),
		Title: "TocsinAudit: " + summary, Severity: alerting.P0,
		Reason: alerting.Reason{Text: "P0: what Tocsin's auditor finds is always P0", Rule: "auditor", Config: config},
	}
}

const named = 10 // incidents named in a finding

func summaryOf(one, many string, ids []int64) string {
	numbers := make([]string, 0, named)
	for _, id := range ids[:min(named, len(ids))] {
		numbers = append(numbers, fmt.Sprintf("#%d", id))
	}
	text := one
	if len(ids) != 1 {
		text = fmt.Sprintf(many, len(ids))
	}
	text += ": " + strings.Join(numbers, ", ")
	if len(ids) > named {
		text += ", ..."
	}
	return text
}
