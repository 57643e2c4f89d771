package escalation_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"

	"pgregory.net/rapid"
)

// shelf is what is stored of one group's alerts, in memory.
type shelf struct {
	policy *escalation.Policy
	now    time.Time
	alerts map[escalation.AlertKey]alerting.Alert
	cases  map[int64]escalation.Case
	latest map[string]int64
}

func newShelf(p *escalation.Policy) *shelf {
	return &shelf{p, monday, map[escalation.AlertKey]alerting.Alert{}, map[int64]escalation.Case{}, map[string]int64{}}
}

func (s *shelf) receive(events []alerting.Event) {
	s.now = s.now.Add(time.Second)
	known := escalation.Known{Now: s.now, Alerts: s.alerts, Cases: s.cases, Latest: s.latest, Reserved: map[string]int64{}}
	var arrivals []alerting.Arrival
	for _, e := range events {
		a := e.Arrive(&s.policy.Classifier, s.policy.GroupBy)
		arrivals = append(arrivals, a)
		known.Reserved[a.Key] = int64(len(s.cases) + 1)
	}
	a := s.policy.Admit(known, arrivals)
	for _, c := range a.Alerts {
		if c.Alert.ID == 0 {
			c.Alert.ID = int64(len(s.alerts) + 1)
		}
		s.alerts[escalation.AlertKey{Source: c.Alert.Source, Fingerprint: c.Alert.Fingerprint}] = c.Alert
	}
	for _, d := range a.Incidents {
		s.cases[d.Case.Incident.ID] = d.Case
		s.latest[d.Case.Incident.Key] = d.Case.Incident.ID
	}
}

func TestWhateverTheOrderOfDeliveriesTheSameIsKnownInTheEnd(t *testing.T) {
	policy := policytest.Manual(t)
	rapid.Check(t, func(t *rapid.T) {
		history := policytest.History(t, monday.Add(-time.Hour))
		batches := policytest.Shuffled(t, history)
		inOrder, shuffled := newShelf(policy), newShelf(policy)
		for _, e := range history {
			inOrder.receive([]alerting.Event{e})
		}
		for _, b := range batches {
			shuffled.receive(b)
		}
		for key, want := range inOrder.alerts {
			if got := shuffled.alerts[key]; got.Status != want.Status || !got.StartsAt.Equal(want.StartsAt) {
				t.Fatalf("alert %s of %v, want %s of %v", got.Status, got.StartsAt, want.Status, want.StartsAt)
			}
		}
		want, got := inOrder.cases[1].Incident, shuffled.cases[1].Incident
		unseen := policytest.Unseen(batches)
		if unseen == want.AlertCount {
			if want.State != alerting.StateResolved || len(shuffled.cases) != 0 {
				t.Fatalf("%+v", shuffled.cases)
			}
			return
		}
		if len(shuffled.cases) != 1 || got.State != want.State || got.FiringCount != want.FiringCount || got.AlertCount != want.AlertCount-unseen {
			t.Fatalf("%d incidents, %s, %d of %d firing; want %s, %d of %d, of which %d were over before they were heard of",
				len(shuffled.cases), got.State, got.FiringCount, got.AlertCount, want.State, want.FiringCount, want.AlertCount, unseen)
		}
	})
}
