package escalation

import (
	"context"
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
