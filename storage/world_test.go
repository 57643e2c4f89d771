package storage_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
	"tocsin/storage"
	"tocsin/storage/storagetest"
)

// monday is a Monday in business hours (10:00 in Berlin), when system-admin is on call.
var monday = time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)

// world is a real database with the manual's policy and a clock that stands until it is moved.
type world struct {
	*storage.Store
	t      *testing.T
	db     *storagetest.DB
	policy *escalation.Policy
	desk   *escalation.Desk
	now    time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	db := storagetest.New(t)
	s, err := storage.Open(t.Context(), db.URL, slog.New(slog.DiscardHandler), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w := &world{Store: s, t: t, db: db, policy: policytest.Manual(t)}
	w.desk = escalation.NewDesk(s, func() *escalation.Policy { return w.policy })
	w.at(monday)
	w.beat()
	return w
}

func (w *world) at(now time.Time) { w.t.Helper(); w.now = now; w.db.SetClock(w.t, now) }

func (w *world) pass(d time.Duration) { w.t.Helper(); w.at(w.now.Add(d)); w.beat() }

func (w *world) beat() { w.t.Helper(); w.must(w.Heartbeat(w.t.Context(), "manual")) }

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) receive(events ...alerting.Event) {
	w.t.Helper()
	arrivals := make([]alerting.Arrival, len(events))
	for i, e := range events {
		arrivals[i] = e.Arrive(&w.policy.Classifier, w.policy.GroupBy)
	}
	w.must(w.Admit(w.t.Context(), arrivals, w.policy.Admit))
}

func (w *world) advance() int {
	w.t.Helper()
	n, err := w.AdvanceDue(w.t.Context(), 100, w.policy.Next)
	w.must(err)
	return n
}

func (w *world) answer(id int64, verb escalation.Verb, by string) escalation.Case {
	w.t.Helper()
	c, _, err := w.desk.Answer(w.t.Context(), id, escalation.Answer{Verb: verb, By: alerting.Actor{Name: by, Via: "test"}})
	w.must(err)
	return c
}

func (w *world) only() escalation.Case {
	w.t.Helper()
	cases, _, err := w.Incidents(w.t.Context(), alerting.Query{})
	w.must(err)
	if len(cases) != 1 {
		w.t.Fatalf("%d incidents, want one", len(cases))
	}
	return cases[0]
}

func (w *world) claim(channel escalation.Channel, urgent bool) []notifiers.Claim {
	w.t.Helper()
	claims, err := w.ClaimPages(w.t.Context(), notifiers.Lane{Channel: channel, Urgent: urgent}, 100)
	w.must(err)
	return claims
}

func (w *world) context() context.Context { return w.t.Context() }
