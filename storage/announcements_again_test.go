package storage_test

import (
	"testing"
	"time"

	"tocsin/notifiers"
)

func TestATryWhoseEndIsNotKnownIsRememberedWithItsTime(t *testing.T) {
	w := newWorld(t)
	w.down()
	doubt := func(a notifiers.Announcement, want bool, tried time.Time) {
		t.Helper()
		if a.Doubt != want || !a.Tried.Equal(tried) {
			t.Errorf("doubt %v since %v, want %v since %v", a.Doubt, a.Tried, want, tried)
		}
	}
	first := w.now
	a := w.announcement(w.Store)
	doubt(a, false, first)
	a.Doubt = true // its answer was lost
	w.failed(a, time.Second)
	w.pass(time.Second)
	a = w.announcement(w.Store)
	doubt(a, true, first)
	w.failed(a, time.Second) // refused, for now: what came of the first is still not known
	w.pass(time.Second)
	a = w.announcement(w.Store)
	doubt(a, true, first)
	a.Doubt = false // found
	w.failed(a, time.Second)
	w.pass(time.Second)
	a = w.announcement(w.Store)
	doubt(a, false, w.now)
}

func TestAMessageThatWasBeingWrittenWhenItsReplicaDiedIsInDoubt(t *testing.T) {
	w := newWorld(t)
	w.down()
	dead, began := w.another(), w.now
	a := w.announcement(dead)
	a.Ref, a.SentRev = []byte(`{"ts": "1"}`), a.Brief.Incident.Rev
	w.must(dead.FinishAnnouncement(w.context(), notifiers.Announced{Announcement: a, Keep: true})) // its entries are next
	w.pass(2 * time.Second)
	_, err := w.Reclaim(w.context())
	w.must(err)
	if b := w.announcement(w.Store); !b.Doubt || !b.Tried.Equal(began) || b.Ref == nil || len(b.Entries) != 2 {
		t.Errorf("%+v", b)
	}
}
