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
	claims, err := w.ClaimPages(w.t.Context(), notifiers.Lane{Channel: channel, Urgent: urgent}, notifiers.Slots{Messages: 100}, notifiers.Rate{})
	w.must(err)
	return claims
}

func (w *world) context() context.Context { return w.t.Context() }

// another is a second replica on the same database, alive as of now.
func (w *world) another() *storage.Store {
	w.t.Helper()
	s, err := storage.Open(w.t.Context(), w.db.URL, slog.New(slog.DiscardHandler), storage.Options{})
	w.must(err)
	w.t.Cleanup(s.Close)
	w.must(s.Heartbeat(w.t.Context(), "manual"))
	return s
}

// down is an incident whose first pages, to system-admin over each channel, are queued.
func (w *world) down() int64 {
	w.t.Helper()
	w.receive(policytest.Event(w.now, "alertname", "SystemDown", "service", "backend"))
	if w.advance() != 1 {
		w.t.Fatal("no step was due")
	}
	return w.only().Incident.ID
}

// one claims the only page of a lane that is due.
func (w *world) one(channel escalation.Channel, urgent bool) notifiers.Claim {
	w.t.Helper()
	claims := w.claim(channel, urgent)
	if len(claims) != 1 {
		w.t.Fatalf("%d pages are due, want one", len(claims))
	}
	return claims[0]
}

func (w *world) page(id int64) notifiers.Page {
	w.t.Helper()
	var incident int64
	w.must(w.db.Pool.QueryRow(w.t.Context(), `SELECT incident_id FROM pages WHERE id = $1`, id).Scan(&incident))
	pages, err := w.Pages(w.t.Context(), incident)
	w.must(err)
	for _, p := range pages {
		if p.ID == id {
			return p
		}
	}
	w.t.Fatalf("no page %d", id)
	return notifiers.Page{}
}

func (w *world) finish(c notifiers.Claim, state notifiers.PageState, outcome notifiers.Outcome, retry time.Duration) {
	w.t.Helper()
	w.must(w.FinishPage(w.t.Context(), finished(c, state, outcome, retry)))
}

func finished(c notifiers.Claim, state notifiers.PageState, outcome notifiers.Outcome, retry time.Duration) notifiers.Finish {
	return notifiers.Finish{
		Claim: c, State: state, Outcome: outcome, Retry: retry,
		Entry: alerting.Entry{Kind: "page_" + alerting.Kind(outcome), Actor: alerting.Tocsin, Text: "what came of it"},
	}
}

func (w *world) receipt(attempt string, outcome notifiers.Outcome) {
	w.t.Helper()
	w.must(w.Receipt(w.t.Context(), attempt, notifiers.Report{ProviderID: "SM1", Outcome: outcome, Class: notifiers.Permanent}))
}

// kinds counts an incident's timeline entries.
func (w *world) kinds(incident int64) map[alerting.Kind]int {
	w.t.Helper()
	entries, err := w.Timeline(w.t.Context(), incident)
	w.must(err)
	out := map[alerting.Kind]int{}
	for _, e := range entries {
		out[e.Kind]++
	}
	return out
}

// exec changes the database behind the store's back.
func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	_, err := w.db.Pool.Exec(w.t.Context(), sql, args...)
	w.must(err)
}
