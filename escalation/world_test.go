package escalation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// world drives one incident through the real machine on a made-up clock and records what is ordered.
type world struct {
	t       *testing.T
	policy  *escalation.Policy
	start   time.Time
	now     time.Time
	c       escalation.Case
	seen    map[string]bool // orders that a test has expected
	orders  []told
	entries []alerting.Entry
	looked  time.Time // when late pages were last looked at
	clear   bool      // the last decision gives an all clear
	alerts  map[escalation.AlertKey]alerting.Alert
}

type told struct {
	at    time.Duration
	order escalation.Order
}

func (o told) String() string {
	return fmt.Sprintf("%s %s %s %s", o.at, o.order.Kind, o.order.Person, o.order.Channel)
}

func newWorld(t *testing.T, start time.Time) *world {
	return &world{t: t, policy: policytest.Manual(t), start: start, now: start, seen: map[string]bool{}, alerts: map[escalation.AlertKey]alerting.Alert{}}
}

// Fire takes in alerts at the world's time.
func (w *world) Fire(events ...alerting.Event) {
	w.t.Helper()
	var arrivals []alerting.Arrival
	for _, e := range events {
		arrivals = append(arrivals, e.Arrive(&w.policy.Classifier, w.policy.GroupBy))
	}
	known := escalation.Known{Now: w.now, Alerts: w.alerts, Cases: map[int64]escalation.Case{}, Latest: map[string]int64{}, Reserved: map[string]int64{arrivals[0].Key: 1}}
	if w.c.Incident.ID != 0 {
		known.Cases[1], known.Latest[w.c.Incident.Key] = w.c, 1
		known.Reserved = map[string]int64{}
	}
	a := w.policy.Admit(known, arrivals)
	for _, ch := range a.Alerts {
		w.alerts[escalation.AlertKey{Source: ch.Alert.Source, Fingerprint: ch.Alert.Fingerprint}] = ch.Alert
	}
	for _, d := range a.Incidents {
		w.apply(*d)
	}
}

// Alert is a firing alert of the manual's, starting now.
func (w *world) Alert(labels ...string) alerting.Event { return policytest.Event(w.now, labels...) }

func (w *world) apply(d escalation.Decision) {
	w.c, w.clear = d.Case, d.Clear
	w.entries = append(w.entries, d.Entries...)
	for _, o := range d.Pages {
		w.orders = append(w.orders, told{w.now.Sub(w.start), o})
	}
}

// Until lets time pass up to a span after the start, firing each step at its time.
func (w *world) Until(after time.Duration) {
	w.t.Helper()
	for {
		next := w.c.Plan.NextAt(w.c.Incident)
		if next.IsZero() || next.After(w.start.Add(after)) {
			break
		}
		if next.After(w.now) {
			w.now = next
		}
		w.apply(w.policy.Next(w.c, w.now))
	}
	w.now = w.start.Add(after)
}

// Sleep lets time pass without firing anything: an outage.
func (w *world) Sleep(after time.Duration) { w.now = w.start.Add(after) }

// rowOf changes a row of the matrix.
func (w *world) rowOf(sev alerting.Severity, change func(*escalation.Row)) {
	row := w.policy.Matrix[sev]
	change(&row)
	w.policy.Matrix[sev] = row
}

// Wake fires whatever is due.
func (w *world) Wake() { w.apply(w.policy.Next(w.c, w.now)) }

func (w *world) Answer(verb escalation.Verb, by string) (string, error) {
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: verb, By: alerting.Actor{Name: by, Via: "test"}}, w.now)
	if err == nil {
		w.apply(d)
	}
	return d.Note, err
}

func (w *world) must(note string, err error) {
	w.t.Helper()
	if err != nil || note != "" {
		w.t.Fatalf("note %q, error %v", note, err)
	}
}

// Expect says who must have been told at a span after the start, over exactly these channels.
func (w *world) Expect(at, person string, channels ...string) {
	w.t.Helper()
	span, err := time.ParseDuration(at)
	if err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for i, o := range w.orders {
		if o.at == span && o.order.Person == person {
			got = append(got, string(o.order.Channel))
			w.seen[fmt.Sprint(i)] = true
		}
	}
	slices.Sort(got)
	slices.Sort(channels)
	if !slices.Equal(got, channels) {
		w.t.Errorf("at %s %s was told over %v, want %v; all: %v", at, person, got, channels, w.orders)
	}
}

// ExpectNothingElse fails if anybody was told whom the test did not expect.
func (w *world) ExpectNothingElse() {
	w.t.Helper()
	var extra []string
	for i, o := range w.orders {
		if !w.seen[fmt.Sprint(i)] {
			extra = append(extra, o.String())
		}
	}
	if len(extra) > 0 {
		w.t.Errorf("unexpected: %s", strings.Join(extra, "; "))
	}
}

func (w *world) step(i int) escalation.PlannedStep { return w.c.Plan.Steps[i] }
