package escalation

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
)

type auditRecord struct {
	mu      sync.Mutex
	found   map[Finding][]int64
	away    error
	admited []alerting.Arrival
}

func (r *auditRecord) Findings(context.Context) (map[Finding][]int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.found, r.away
}

// set changes what there is to find.
func (r *auditRecord) set(found map[Finding][]int64, away error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found, r.away = found, away
}

func (r *auditRecord) Admit(_ context.Context, as []alerting.Arrival, _ func(Known, []alerting.Arrival) Admission) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.admited = append(r.admited, as...)
	return nil
}

func TestWhatTheAuditorFindsIsAP0UntilItIsGone(t *testing.T) {
	late := time.Now()
	r := &auditRecord{found: map[Finding][]int64{Overdue: {4, 5}}}
	a := &Auditor{audit: r, arrive: r, policy: func() *Policy { return &Policy{Config: "c"} }, raised: map[Finding]bool{}, looked: late}
	for range 2 {
		if err := a.look(t.Context(), late); err != nil {
			t.Fatal(err)
		}
	}
	r.found = nil
	for range 2 {
		if err := a.look(t.Context(), late); err != nil {
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

// firing are the kinds that are told of as firing, in order, each once.
func (r *auditRecord) firing() (out []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range r.admited {
		if kind := a.Labels["finding"]; a.Status == alerting.Firing && !slices.Contains(out, kind) {
			out = append(out, kind)
		}
	}
	return out
}

// auditing runs the auditor of a process that has just started, on a made-up clock.
func auditing(t *testing.T, r *auditRecord) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	loop := NewAuditor(r, r, func() *Policy { return &Policy{Config: "c"} }, slog.New(slog.DiscardHandler))
	go func() { loop.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	synctest.Wait()
}

// elapse lets time pass, and expects what is told of as firing by then.
func (r *auditRecord) elapse(t *testing.T, d time.Duration, want ...string) {
	t.Helper()
	time.Sleep(d)
	synctest.Wait()
	if got := r.firing(); !slices.Equal(got, want) {
		t.Errorf("%v are told of, want %v", got, want)
	}
}

func TestWhatFellDueWhileNothingRanIsNotLateUntilItCouldBeCaughtUpWith(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &auditRecord{found: map[Finding][]int64{Overdue: {1}, Waiting: {1}}}
		auditing(t, r)
		r.elapse(t, 10*time.Second)
		r.set(nil, nil) // the engine has caught up
		r.elapse(t, 10*time.Minute)
	})
}

func TestWhatStaysLateAfterAStartIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &auditRecord{found: map[Finding][]int64{Overdue: {1}, Held: {1}, Waiting: {1}, Unroutable: {2}, Unowed: {3}}}
		auditing(t, r)
		r.elapse(t, 44*time.Second, "incident-unowed", "incident-unroutable") // neither is about lateness
		r.elapse(t, 17*time.Second, "incident-unowed", "incident-unroutable", "incident-overdue")
		r.elapse(t, 30*time.Second, "incident-unowed", "incident-unroutable", "incident-overdue", "page-held", "page-waiting")
		for _, a := range r.admited {
			if a.Status != alerting.Firing {
				t.Errorf("what was not told yet is told to have ended: %s", a.Title)
			}
		}
	})
}

func TestADatabaseThatWasAwayMakesNothingLateByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &auditRecord{}
		auditing(t, r)
		r.elapse(t, 2*time.Minute)
		r.set(nil, errors.New("connection refused"))
		r.elapse(t, 65*time.Second)
		r.set(map[Finding][]int64{Overdue: {1}}, nil)
		r.elapse(t, 30*time.Second)
		r.elapse(t, 40*time.Second, "incident-overdue")
	})
}
