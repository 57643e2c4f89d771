package storage_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/policytest"

	"pgregory.net/rapid"
)

// what is known of a group in the end, as far as the order of deliveries may not change it
type known struct {
	statuses map[string]alerting.Status
	state    alerting.State
	firing   int
	alerts   int
}

func (w *world) known() (k known) {
	w.t.Helper()
	k.statuses = map[string]alerting.Status{}
	rows, err := w.db.Pool.Query(w.context(), `SELECT fingerprint, status FROM alerts WHERE latest`)
	w.must(err)
	for rows.Next() {
		var fingerprint string
		var status alerting.Status
		w.must(rows.Scan(&fingerprint, &status))
		k.statuses[fingerprint] = status
	}
	w.must(rows.Err())
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	switch len(cases) {
	case 0:
	case 1:
		k.state, k.firing, k.alerts = cases[0].Incident.State, cases[0].Incident.FiringCount, cases[0].Incident.AlertCount
	default:
		w.t.Errorf("%d incidents", len(cases))
	}
	return k
}

func TestTheDatabaseKnowsTheSameWhateverTheOrderOfDeliveries(t *testing.T) {
	w := newWorld(t)
	deliver := func(batches [][]alerting.Event) known {
		w.exec(`TRUNCATE incidents, alerts, timeline, pages, attempts, announcements`)
		for _, b := range batches {
			w.at(w.now.Add(time.Second))
			w.receive(b...)
		}
		return w.known()
	}
	histories := 0
	rapid.Check(t, func(t *rapid.T) {
		if histories++; histories > 12 {
			return
		}
		history := policytest.History(t, monday.Add(-time.Hour))
		batches := policytest.Shuffled(t, history)
		var inOrder [][]alerting.Event
		for _, e := range history {
			inOrder = append(inOrder, []alerting.Event{e})
		}
		want, got := deliver(inOrder), deliver(batches)
		for fingerprint, status := range want.statuses {
			if got.statuses[fingerprint] != status {
				t.Fatalf("alert %s is %s, want %s", fingerprint, got.statuses[fingerprint], status)
			}
		}
		unseen := policytest.Unseen(batches)
		if unseen == want.alerts {
			want.state = ""
		}
		if got.state != want.state || got.firing != want.firing || got.alerts != want.alerts-unseen {
			t.Fatalf("%+v, want %+v, of which %d were over before they were heard of", got, want, unseen)
		}
	})
}
