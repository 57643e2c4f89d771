package storage_test

import (
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/twilio"
)

func TestACommitThatFailsAPageForGoodWakesTheFailoverOfEveryReplica(t *testing.T) {
	for name, fail := range map[string]func(w *world, c notifiers.Claim){
		"its sender says so": func(w *world, c notifiers.Claim) {
			w.finish(c, notifiers.Failed, notifiers.OutcomeFailed, 0)
		},
		"its provider says so": func(w *world, c notifiers.Claim) {
			w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
			w.receipt(c.AttemptID, notifiers.OutcomeFailed)
		},
		"its provider said so before its sender": func(w *world, c notifiers.Claim) {
			w.receipt(c.AttemptID, notifiers.OutcomeFailed)
			w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
		},
		"a call's end says so": func(w *world, c notifiers.Claim) {
			w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
			w.exec(`UPDATE pages SET channel = 'voice' WHERE id = $1`, c.Page.ID)
			w.must(w.NoteCall(w.context(), c.AttemptID, call, "failed", func([]twilio.CallEvent) twilio.CallResult {
				return twilio.CallResult{Outcome: notifiers.OutcomeFailed}
			}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := failing(t)
			other := w.another()
			w.beat()
			c := w.one(escalation.SMS, true)
			w.finish(w.one(escalation.Email, true), notifiers.Sent, notifiers.OutcomeSent, 0)
			here, there := told(w.Store), told(other)
			w.linked(w.Store, other)
			fail(w, c)
			for !w.next(here).Failover { // it fails the test if nobody is told
			}
			for !w.next(there).Failover {
			}
			if wait, ok, err := w.NextFailover(w.context()); wait != 0 || !ok || err != nil {
				t.Errorf("due in %v (%v), %v", wait, ok, err)
			}
		})
	}
}

func TestACommitThatFailsNoPageForGoodDoesNotWakeTheFailover(t *testing.T) {
	w, _ := failing(t)
	here := told(w.Store)
	w.finish(w.one(escalation.SMS, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	w.finish(w.one(escalation.Email, true), notifiers.Unknown, notifiers.OutcomeUnknown, 0)
	for range 2 {
		if c := w.next(here); c.Failover || len(c.Incidents) == 0 {
			t.Errorf("%+v", c)
		}
	}
}
