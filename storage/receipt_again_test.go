package storage_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
)

func (w *world) undelivered(c notifiers.Claim, class notifiers.FailureClass) {
	w.t.Helper()
	w.must(w.Receipt(w.context(), c.AttemptID, notifiers.Report{ProviderID: "SM1", Outcome: notifiers.OutcomeFailed, Error: "the handset is off", Class: class}))
}

func TestAP1ThatDidNotArriveForACauseThatMayPassIsSentAgainUnmarked(t *testing.T) {
	for name, c := range map[string]struct {
		severity alerting.Severity
		class    notifiers.FailureClass
		again    int
	}{
		"P0":            {alerting.P0, notifiers.Temporary, 1},
		"P1":            {alerting.P1, notifiers.Temporary, 1},
		"P2":            {alerting.P2, notifiers.Temporary, 0},
		"P1, for good":  {alerting.P1, notifiers.Permanent, 0},
		"P1, delivered": {alerting.P1, notifiers.Temporary, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			lane := notifiers.LaneOf("sms", c.severity)
			w.owed("ada", c.severity, 0, 1)
			claim := w.within(lane, notifiers.Rate{})[0]
			w.finish(claim, notifiers.Sent, notifiers.OutcomeSent, 0)
			if name == "P1, delivered" {
				w.exec(`UPDATE attempts SET outcome = 'failed', reported = 'failed'`) // of which it was told before
			}
			w.undelivered(claim, c.class)
			w.undelivered(claim, c.class) // Twilio says it twice
			w.pass(time.Minute)
			again := w.within(lane, notifiers.Rate{})
			if len(again) != c.again {
				t.Fatalf("%d leave, want %d: %v", len(again), c.again, w.states())
			}
			if c.again > 0 && (again[0].PossibleRepeat || again[0].Page.Tries != 2) {
				t.Errorf("%+v", again[0])
			}
		})
	}
}

func TestAClaimThatCannotBeFinishedIsGivenUpAndSentAgainMarked(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P1, 0, 1)
	f := finished(w.within(calmSMS, notifiers.Rate{})[0], notifiers.Sent, notifiers.OutcomeSent, 0)
	f.Ref = []byte(`{"a":"\u0000"}`)
	if err := w.FinishPage(w.context(), f); err == nil {
		t.Fatal("a reference that PostgreSQL refuses was stored")
	}
	w.pass(5 * time.Second)
	_, err := w.Reclaim(w.context())
	w.must(err)
	w.pass(time.Minute)
	if again := w.within(calmSMS, notifiers.Rate{}); len(again) != 1 || !again[0].PossibleRepeat {
		t.Errorf("%+v, %v", again, w.states())
	}
}
