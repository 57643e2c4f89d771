package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
)

// recent are the incidents that a reply to all would be about if it came now.
func (w *world) recent(person string) (ids []int64) {
	w.t.Helper()
	reply := escalation.Reply{ID: fmt.Sprint("SM", w.now.UnixNano(), person), Channel: escalation.SMS, All: true}
	_, err := w.TakeReply(w.context(), reply)
	w.must(err)
	_, _, _, err = w.ApplyReply(w.context(), reply.ID, func(_ escalation.Reply, in escalation.Incidents, _, _ time.Time) (a escalation.Answered, err error) {
		ids, err = in.Recent(person)
		return a, err
	})
	w.must(err)
	return ids
}

func TestAReplyToAllIsAboutTheUnresolvedIncidentsThatItsSenderWasToldOfInADay(t *testing.T) {
	w := newWorld(t)
	fire := func(service string) int64 {
		t.Helper()
		w.receive(policytest.Event(w.now, "alertname", "SystemDown", "service", service))
		w.advance()
		ids, _ := w.list(alerting.Query{Text: service})
		return ids[0]
	}
	tell := func(state notifiers.PageState, outcome notifiers.Outcome) {
		t.Helper()
		for _, c := range escalation.Channels {
			claims := w.claim(c, true)
			for _, claim := range claims {
				if c == escalation.Slack {
					w.finish(claim, state, outcome, time.Hour)
				} else {
					w.finish(claim, notifiers.Failed, notifiers.OutcomeFailed, 0)
				}
			}
		}
	}
	old := fire("old")
	tell(notifiers.Sent, notifiers.OutcomeSent)
	w.pass(25 * time.Hour)
	w.exec(`UPDATE incidents SET next_at = NULL`)
	sent := fire("sent")
	tell(notifiers.Sent, notifiers.OutcomeSent)
	unknown := fire("unknown")
	tell(notifiers.Unknown, notifiers.OutcomeUnknown)
	resolved := fire("resolved")
	tell(notifiers.Sent, notifiers.OutcomeSent)
	w.answer(resolved, escalation.Resolve, "manager")
	fire("refused")
	tell(notifiers.Failed, notifiers.OutcomeFailed)
	fire("queued")
	if got := w.recent("system-admin"); !slices.Equal(got, []int64{sent, unknown}) {
		t.Errorf("%d, want %d and %d", got, sent, unknown)
	}
	if got := w.recent("manager"); len(got) != 0 {
		t.Errorf("of somebody else: %d", got)
	}
	w.pass(time.Second) // another reply
	// A page that waited a day and left just now tells of its incident now.
	w.exec(`UPDATE attempts t SET at = $1 FROM pages p WHERE p.id = t.page_id AND p.incident_id = $2 AND p.channel = 'slack'`, w.now, old)
	if got := w.recent("system-admin"); !slices.Equal(got, []int64{old, sent, unknown}) {
		t.Errorf("it left late: %d", got)
	}
}
