package storage_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
)

// digested is a world with a P3 of which email tells in the digest of 09:00 in Berlin, at once as it is eight.
func digested(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.at(monday.Add(-2 * time.Hour))
	w.beat()
	row := w.policy.Matrix[alerting.P3]
	row.Digest, row.AllClear, row.Channels = "09:00", true, []escalation.Channel{escalation.Email}
	row.Steps = []escalation.Step{{Kind: escalation.PageStep, Role: "on-call", Until: escalation.UntilAcknowledged}}
	w.policy.Matrix[alerting.P3] = row
	w.receive(policytest.Event(w.now, "alertname", "Cosmetic", "severity", "info"))
	w.advance()
	return w
}

func TestAnAllClearOfWhatADigestToldLeavesWithTheNextDigest(t *testing.T) {
	w := digested(t)
	w.pass(time.Hour) // 09:00
	c := w.one(escalation.Email, false)
	if !c.Digest {
		t.Fatalf("%+v", c)
	}
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.pass(time.Hour)
	w.answer(w.only().Incident.ID, escalation.Resolve, "manager")
	w.pass(22*time.Hour + 59*time.Minute)
	if early := w.claim(escalation.Email, false); len(early) > 0 {
		t.Fatalf("before the digest: %+v", early)
	}
	w.pass(time.Minute)
	c = w.one(escalation.Email, false)
	b, held, err := w.Recheck(w.context(), c)
	w.must(err)
	if !held || !c.Digest || c.Page.Kind != escalation.ClearStep || notifiers.Unneeded(c.Page, b) != "" {
		t.Errorf("%+v, untold %v", c, b.Untold)
	}
}

func TestWhatIsResolvedBeforeItsDigestGivesNoAllClear(t *testing.T) {
	w := digested(t)
	w.answer(w.only().Incident.ID, escalation.Resolve, "manager")
	if got := w.ordered(escalation.ClearStep); got != "" {
		t.Errorf("%q", got)
	}
	w.pass(time.Hour)
	c := w.one(escalation.Email, false)
	b, _, err := w.Recheck(w.context(), c)
	w.must(err)
	if notifiers.Unneeded(c.Page, b) == "" {
		t.Error("the digest tells of it")
	}
}
