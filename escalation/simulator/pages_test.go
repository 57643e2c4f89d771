package simulator

import (
	"testing"
	"time"

	"tocsin/escalation"
)

func TestAPageIsOrderedOnceAndPagesThatWaitLeaveInOrder(t *testing.T) {
	now := time.Date(2026, 12, 25, 2, 0, 0, 0, time.UTC)
	p := pages{ordered: map[pageKey]bool{}}
	page := func(person string, after time.Duration) queued {
		return queued{Order: escalation.Order{Person: person, Channel: escalation.SMS, NotBefore: now.Add(after)}, incident: 1, round: 1}
	}
	for _, first := range []bool{true, false} {
		if added, leaves := p.add(page("ada", 0), now); added != first || leaves != first {
			t.Error("the first time it leaves at once, the second time it does not")
		}
	}
	for _, q := range []queued{page("late", 3*time.Minute), page("bob", time.Minute), page("carl", time.Minute)} {
		if _, leaves := p.add(q, now); leaves {
			t.Errorf("%s's page does not wait", q.Person)
		}
	}
	out := p.due(now.Add(time.Minute))
	if len(out) != 2 || out[0].Person != "bob" || out[1].Person != "carl" || len(p.waiting) != 1 {
		t.Errorf("after a minute %d leave, %d wait", len(out), len(p.waiting))
	}
}
