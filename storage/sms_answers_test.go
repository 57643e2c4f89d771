package storage_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/escalation"
)

// answers notes an answer to a number, at most three an hour.
func (w *world) answers(number string) int {
	w.t.Helper()
	n, err := w.NoteAnswer(w.context(), number, time.Hour, 3)
	w.must(err)
	return n
}

func TestANumberIsAnsweredSoOftenInAnyStretchOfTimeAndNoMore(t *testing.T) {
	w := newWorld(t)
	for _, want := range []int{1, 2, 3, 0, 0} {
		if n := w.answers(phone); n != want {
			t.Errorf("%d, want %d", n, want)
		}
		w.pass(10 * time.Minute)
	}
	if n := w.answers("+15005550004"); n != 1 {
		t.Errorf("another number is answered for the %dth time", n)
	}
	w.pass(10 * time.Minute) // an hour after the first
	for _, want := range []int{3, 0} {
		if n := w.answers(phone); n != want {
			t.Errorf("an hour later: %d, want %d", n, want)
		}
	}
}

func TestAnswersCountInADaysSMSAndNotInItsCalls(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.answers(phone) // the fourth is not sent
	}
	w.answers("+15005550004")
	if n := w.spent(escalation.SMS, monday); n != 4 {
		t.Errorf("%d SMS", n)
	}
	if n := w.spent(escalation.Voice, monday); n != 0 {
		t.Errorf("%d calls", n)
	}
	if n := w.spent(escalation.SMS, w.now.Add(time.Second)); n != 0 {
		t.Errorf("%d SMS since later", n)
	}
	w.pass(49 * time.Hour)
	w.answers(phone)
	if n := w.spent(escalation.SMS, monday); n != 2 {
		t.Errorf("two days later %d are kept, want the new one and the other number's", n)
	}
}

func TestReplicasThatAnswerAtTheSameTimeCountTogether(t *testing.T) {
	w := newWorld(t)
	var given atomic.Int64
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			if n, err := w.NoteAnswer(w.context(), phone, time.Hour, 3); err != nil {
				t.Error(err)
			} else if n > 0 {
				given.Add(1)
			}
		})
	}
	if all.Wait(); given.Load() != 3 {
		t.Errorf("%d answers, want 3", given.Load())
	}
}
