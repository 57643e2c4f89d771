package storage_test

import (
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const phone = "+15005550003"

func (w *world) optedOut(number string, at time.Time, out bool) {
	w.t.Helper()
	w.must(w.OptedOut(w.context(), number, at, out))
}

func TestOfStopAndStartTheLatestCountsAndOfTheSameMomentStop(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		w.exec(`DELETE FROM opt_outs`)
		var at time.Time
		var out bool
		for range rapid.IntRange(1, 4).Draw(t, "words") {
			when, stop := monday.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "second"))*time.Second), rapid.Bool().Draw(t, "stop")
			w.optedOut(phone, when, stop)
			switch {
			case when.After(at):
				at, out = when, stop
			case when.Equal(at):
				out = out || stop
			}
		}
		gotAt, got, err := w.OptOut(w.context(), phone)
		w.must(err)
		if got != out || !gotAt.Equal(at) {
			t.Fatalf("%v since %v, want %v since %v", got, gotAt, out, at)
		}
	})
}

func TestWhoNeverSentAWordWantsSMS(t *testing.T) {
	w := newWorld(t)
	w.optedOut(phone, monday, true)
	for _, number := range []string{"+15005550004", "", "\x00"} {
		if at, out, err := w.OptOut(w.context(), number); out || !at.IsZero() || err != nil {
			t.Errorf("%q: %v, %v, %v", number, at, out, err)
		}
	}
}

func TestTheListOfOptOutsHasThoseWhoAreOutOnly(t *testing.T) {
	w := newWorld(t)
	w.optedOut(phone, monday, true)
	w.optedOut("+15005550004", monday, true)
	w.optedOut("+15005550004", monday.Add(time.Second), false)
	w.optedOut("+15005550005", monday, false)
	got, err := w.OptOuts(w.context())
	w.must(err)
	if want := map[string]time.Time{phone: monday}; !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
}
