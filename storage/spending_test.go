package storage_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/twilio"
)

func (w *world) spent(c escalation.Channel, since time.Time) int {
	w.t.Helper()
	n, err := w.Spent(w.context(), c, since)
	w.must(err)
	return n
}

func TestSpentCountsWhatTheProviderHasAcceptedOrMayHave(t *testing.T) {
	w := newWorld(t)
	incident := w.down()
	for name, attempt := range map[string]struct {
		finish notifiers.Finish
		counts int
	}{
		"sent":                      {notifiers.Finish{State: notifiers.Sent, Outcome: notifiers.OutcomeSent}, 1},
		"unknown":                   {notifiers.Finish{State: notifiers.Unknown, Outcome: notifiers.OutcomeUnknown, Retry: time.Hour}, 1},
		"refused":                   {notifiers.Finish{State: notifiers.Failed, Outcome: notifiers.OutcomeFailed}, 0},
		"not needed":                {notifiers.Finish{State: notifiers.Skipped, Outcome: notifiers.OutcomeSkipped}, 0},
		"given back":                {notifiers.Finish{State: notifiers.Queued, Outcome: notifiers.OutcomeUntried, Retry: time.Hour}, 0},
		"accepted, and failed then": {notifiers.Finish{State: notifiers.Failed, Outcome: notifiers.OutcomeFailed, ProviderID: call}, 1},
	} {
		w.pass(time.Second)
		c := w.ring(incident, alerting.P0)
		if n := w.spent(escalation.Voice, w.now); n != 0 {
			t.Errorf("%s: %d while it is under way", name, n)
		}
		attempt.finish.Claim = c
		w.must(w.FinishPage(w.context(), attempt.finish))
		if n := w.spent(escalation.Voice, w.now); n != attempt.counts {
			t.Errorf("%s: %d", name, n)
		}
	}
}

func TestSpentCountsSinceTheMomentAndOverTheChannelOnly(t *testing.T) {
	w := newWorld(t)
	incident := w.down()
	w.finish(w.one(escalation.SMS, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	for range 3 {
		w.finish(w.ring(incident, alerting.P2), notifiers.Sent, notifiers.OutcomeSent, 0)
		w.pass(time.Hour)
	}
	for since, want := range map[time.Time]int{monday: 3, monday.Add(time.Nanosecond * 1000): 2, monday.Add(2 * time.Hour): 1, monday.Add(3 * time.Hour): 0} {
		if n := w.spent(escalation.Voice, since); n != want {
			t.Errorf("%d since %v, want %d", n, since, want)
		}
	}
	if n := w.spent(escalation.SMS, monday); n != 1 {
		t.Errorf("%d SMS", n)
	}
}

func TestABusyCallIsSpentAsOftenAsItWasMade(t *testing.T) {
	w := newWorld(t)
	c := w.ring(w.down(), alerting.P0)
	for n := range 2 {
		w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
		w.note(c.AttemptID, twilio.CallBusy)
		if got := w.spent(escalation.Voice, monday); got != n+1 {
			t.Errorf("%d after %d calls", got, n+1)
		}
		w.pass(time.Minute)
		c = w.one(escalation.Voice, true)
	}
}
