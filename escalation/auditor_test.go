package escalation

import (
	"context"
	"strings"
	"testing"

	"tocsin/alerting"
)

type auditRecord struct {
	found   map[Finding][]int64
	admited []alerting.Arrival
}

func (r *auditRecord) Findings(context.Context) (map[Finding][]int64, error) { return r.found, nil }

func (r *auditRecord) Admit(_ context.Context, as []alerting.Arrival, _ func(Known, []alerting.Arrival) Admission) error {
	r.admited = append(r.admited, as...)
	return nil
}

func TestWhatTheAuditorFindsIsAP0UntilItIsGone(t *testing.T) {
	r := &auditRecord{found: map[Finding][]int64{Overdue: {4, 5}}}
	a := &Auditor{audit: r, arrive: r, policy: func() *Policy { return &Policy{Config: "c"} }, raised: map[Finding]bool{}}
	for range 2 {
		if err := a.look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	r.found = nil
	for range 2 {
		if err := a.look(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.admited) != 3 {
		t.Fatalf("%d arrivals, want firing, firing, ended: %+v", len(r.admited), r.admited)
	}
	for i, status := range []alerting.Status{alerting.Firing, alerting.Firing, alerting.Resolved} {
		got := r.admited[i]
		if got.Status != status || got.Severity != alerting.P0 || got.Key != "tocsin/audit/incident-overdue" {
			t.Errorf("arrival %d: %+v", i, got)
		}
	}
	if want := "TocsinAudit: 2 incidents are owed a step that is long past its time: #4, #5"; r.admited[0].Title != want {
		t.Errorf("title %q, want %q", r.admited[0].Title, want)
	}
}

func TestOneIncidentIsSpokenOfInTheSingular(t *testing.T) {
	for _, f := range findings {
		one, two := summaryOf(f.one, f.many, []int64{7}), summaryOf(f.one, f.many, []int64{7, 8})
		if !strings.Contains(one, "1 ") || strings.Contains(one, "incidents") || !strings.HasSuffix(one, ": #7") || !strings.Contains(two, "2 ") || !strings.HasSuffix(two, ": #7, #8") {
			t.Errorf("%s; %s", one, two)
		}
	}
	if got := summaryOf(findings[4].one, findings[4].many, []int64{7}); got != "1 P0 incident has a step that reached nobody of its role: #7" {
		t.Error(got)
	}
}
