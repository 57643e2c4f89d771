package twilio_test

import (
	"math/rand/v2"
	"testing"

	"tocsin/notifiers"
	"tocsin/notifiers/twilio"
)

func TestTheEventsOfACallComeToTheSameInEveryOrderAndHoweverOftenTheyAreTold(t *testing.T) {
	all := []twilio.CallEvent{
		twilio.CallPlaced, twilio.CallHuman, twilio.CallMachine, twilio.CallHeard, twilio.CallKey,
		twilio.CallCompleted, twilio.CallBusy, twilio.CallNoAnswer, twilio.CallFailed, twilio.CallCanceled,
	}
	random := rand.New(rand.NewPCG(1, 2))
	for set := range 1 << len(all) {
		var events []twilio.CallEvent
		for i, e := range all {
			if set>>i&1 == 1 {
				events = append(events, e)
			}
		}
		want := twilio.Concluded(events)
		for range 3 {
			told := append(append([]twilio.CallEvent{}, events...), events...)
			random.Shuffle(len(told), func(i, j int) { told[i], told[j] = told[j], told[i] })
			l := &ledger{}
			for _, e := range told {
				_ = l.NoteCall(t.Context(), "a", "CA1", e, twilio.Concluded)
			}
			if len(told) > 0 && l.now["a"] != want {
				t.Fatalf("%v comes to %+v, want %+v", told, l.now["a"], want)
			}
		}
		if (want.Outcome == notifiers.OutcomeFailed) != (want.Text != "") {
			t.Errorf("%v: %+v", events, want)
		}
	}
}
