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

// reaches lets every page over SMS and email that is due leave.
func (w *world) reaches() {
	w.t.Helper()
	for _, channel := range []escalation.Channel{escalation.SMS, escalation.Email} {
		for _, urgent := range []bool{true, false} {
			for _, c := range w.claim(channel, urgent) {
				w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
			}
		}
	}
}

func TestAnAllClearGoesToWhoeverWasToldSinceTheIncidentOpenedInWhicheverRound(t *testing.T) {
	w := newWorld(t)
	for sev, row := range w.policy.Matrix {
		row.AllClear, row.Channels = true, []escalation.Channel{escalation.SMS}
		w.policy.Matrix[sev] = row
	}
	w.receive(policytest.Event(w.now, "alertname", "HighErrorRate", "service", "backend"))
	w.advance()
	w.reaches()
	id := w.only().Incident.ID
	_, _, err := w.desk.Answer(w.context(), id, escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P0, By: alerting.Actor{Name: "manager"}})
	w.must(err)
	w.answer(id, escalation.Acknowledge, "manager") // before anybody is told in the new round
	w.answer(id, escalation.Resolve, "manager")
	if got := w.ordered(escalation.ClearStep); got != "system-admin sms" {
		t.Fatalf("told are %q", got)
	}
	w.pass(time.Minute)
	c := w.one(escalation.SMS, false)
	b, held, err := w.Recheck(w.context(), c)
	w.must(err)
	if !held || notifiers.Unneeded(c.Page, b) != "" {
		t.Errorf("it does not leave: %+v", b)
	}
}

func TestAnAllClearGoesToWhoeverWasToldOfWhatWasMergedIntoIt(t *testing.T) {
	w := newWorld(t)
	for sev, row := range w.policy.Matrix {
		row.AllClear, row.Channels = true, []escalation.Channel{escalation.SMS}
		w.policy.Matrix[sev] = row
	}
	w.receive(policytest.Event(w.now, "alertname", "HighErrorRate", "service", "one"))
	w.advance()
	w.reaches()
	w.exec(`UPDATE pages SET person = 'devops-lead'`)
	w.receive(policytest.Event(w.now, "alertname", "HighErrorRate", "service", "two"))
	_, _, err := w.desk.Answer(w.context(), 1, escalation.Answer{Verb: escalation.Merge, Into: 2, By: alerting.Actor{Name: "manager"}})
	w.must(err)
	w.answer(2, escalation.Resolve, "manager")
	if got := w.ordered(escalation.ClearStep); got != "devops-lead sms" {
		t.Errorf("told are %q", got)
	}
	w.pass(time.Minute)
	c := w.one(escalation.SMS, false)
	b, _, err := w.Recheck(w.context(), c)
	w.must(err)
	if why := notifiers.Unneeded(c.Page, b); why != "" {
		t.Errorf("it does not leave: %s", why)
	}
}
