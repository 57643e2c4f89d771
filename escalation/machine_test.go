package escalation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

var (
	monday   = time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)  // 10:00 in Berlin; system-admin is on call
	saturday = time.Date(2026, 2, 7, 22, 0, 0, 0, time.UTC) // 23:00 in Berlin
	all      = []string{"sms", "email", "slack"}
)

const hour = time.Hour

func systemDown(w *world) alerting.Event {
	return w.Alert("alertname", "SystemDown", "service", "backend", "severity", "critical")
}

func TestAnUnansweredP0GoesUpTheWholeMatrix(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(48 * hour)
	w.Expect("0m", "system-admin", all...)
	w.Expect("5m", "system-admin", all...)
	w.Expect("15m", "engineering-manager", all...)
	w.Expect("30m", "devops-lead", all...)
	w.Expect("30m", "database-admin", all...)
	w.Expect("1h", "vp-engineering", all...)
	w.ExpectNothingElse()
	if !w.c.Plan.NextAt(w.c.Incident).IsZero() {
		t.Error("something is still owed after the last step")
	}
}

func TestTheDatabaseAdministratorIsNotWokenAtNight(t *testing.T) {
	w := newWorld(t, saturday)
	w.Fire(systemDown(w))
	w.Until(48 * hour)
	w.Expect("30m", "devops-lead", all...)
	w.Expect("30m", "database-admin")
	if r := w.step(3).Reason; len(r.Tried) != 1 || !strings.Contains(r.Tried[0].Why, "business hours") {
		t.Errorf("reason %+v does not say why", r)
	}
}

func TestExecutiveIsToldEvenAfterAcknowledgement(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(4 * time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.Until(2 * hour)
	w.Expect("0m", "system-admin", all...)
	w.Expect("1h", "vp-engineering", all...)
	w.ExpectNothingElse()
	if s := w.step(2); s.State != escalation.StepSkipped || !strings.Contains(s.Reason.Text, "acknowledged by system-admin") {
		t.Errorf("manager's step: %+v", s)
	}
	if w.c.Incident.Assignee != "system-admin" {
		t.Errorf("assignee %q", w.c.Incident.Assignee)
	}
}

func TestResolvedSatisfiesEverything(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Resolve, "system-admin"))
	w.Until(2 * hour)
	w.Expect("0m", "system-admin", all...)
	w.ExpectNothingElse()
	if w.step(4).State != escalation.StepSkipped {
		t.Errorf("executive's step: %+v", w.step(4))
	}
}

func TestAfterAnOutageEachPersonIsToldOnceWithTheFurthestStep(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Sleep(20 * time.Minute)
	w.Wake()
	w.Expect("20m", "system-admin", all...)
	w.Expect("20m", "engineering-manager", all...)
	w.ExpectNothingElse()
	for _, o := range w.orders {
		if o.order.Person == "system-admin" && o.order.Says != "initial response overdue" {
			t.Errorf("told with step %d's words %q", o.order.Step+1, o.order.Says)
		}
	}
	if tried := w.step(0).Reason.Tried; len(tried) != 1 || !strings.Contains(tried[0].Why, "step 2") || w.step(0).Reason.Text != "system-admin is told by step 2, which was due too" {
		t.Errorf("the first step's reason does not say so: %+v", w.step(0).Reason)
	}
}

func TestEscalateNowTellsTheNextAtOnceAndKeepsTheRest(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(6 * time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.must(w.Answer(escalation.Escalate, "system-admin"))
	if note, err := w.Answer(escalation.Escalate, "system-admin"); err != nil || !strings.HasPrefix(note, "already escalated by system-admin") {
		t.Errorf("a second tap: %q, %v", note, err)
	}
	w.Until(2 * hour)
	w.Expect("0m", "system-admin", all...)
	w.Expect("5m", "system-admin", all...)
	w.Expect("6m", "engineering-manager", all...)
	w.Expect("1h", "vp-engineering", all...)
	w.ExpectNothingElse()
	for _, o := range w.orders {
		if o.order.Person == "engineering-manager" && o.order.Until != escalation.UntilResolved {
			t.Error("a page that somebody asked for must not be dropped because of the acknowledgement")
		}
	}
}

func TestDoingItTwiceIsNoErrorAndSaysWhoWasFirst(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	rev := w.c.Incident.Rev
	note, err := w.Answer(escalation.Acknowledge, "devops-lead")
	if err != nil || note != "already acknowledged by system-admin at 2026-02-02 09:02:00 UTC" {
		t.Errorf("%q, %v", note, err)
	}
	if w.c.Incident.AcknowledgedBy != "system-admin" || w.c.Incident.Rev != rev {
		t.Errorf("changed: %+v", w.c.Incident)
	}
	w.must(w.Answer(escalation.Resolve, "system-admin"))
	if note, err := w.Answer(escalation.Resolve, "devops-lead"); err != nil || !strings.HasPrefix(note, "already resolved by system-admin") {
		t.Errorf("%q, %v", note, err)
	}
	var refused *alerting.Refused
	if _, err := w.Answer(escalation.Acknowledge, "devops-lead"); !errors.As(err, &refused) || !strings.Contains(refused.Text, "reopen it first") {
		t.Errorf("acknowledging what is resolved: %v", err)
	}
	if _, err := w.Answer(escalation.Escalate, "devops-lead"); !errors.As(err, &refused) {
		t.Errorf("escalating what is resolved: %v", err)
	}
}

func TestReopeningStartsANewRoundCountedFromThen(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.Answer(escalation.Resolve, "system-admin"))
	w.Until(10 * time.Minute)
	w.must(w.Answer(escalation.Reopen, "manager"))
	w.Until(16 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.Expect("10m", "system-admin", all...)
	w.Expect("15m", "system-admin", all...)
	w.ExpectNothingElse()
	if w.c.Incident.Round != 2 || w.c.Incident.Assignee != "" {
		t.Errorf("%+v", w.c.Incident)
	}
}

func TestP2WaitsForBusinessTimeAndIsAssigned(t *testing.T) {
	w := newWorld(t, saturday)
	w.Fire(w.Alert("alertname", "SlowQueries", "service", "analytics", "severity", "warning"))
	w.Until(14 * 24 * hour)
	// Monday 9 February 09:00 in Berlin is 34 h after Saturday 23:00; the turn passes to devops-lead then.
	w.Expect("34h", "devops-lead", "email")
	w.Expect("36h", "devops-lead", "email")
	w.Expect("38h", "devops-lead", "email")
	w.Expect("34h", "database-admin", "email")
	w.ExpectNothingElse()
	if w.c.Incident.Assignee != "devops-lead" {
		t.Errorf("assignee %q", w.c.Incident.Assignee)
	}
}

func TestAStepThatReachesNobodyTellsCatchAllAndSaysWhy(t *testing.T) {
	w := newWorld(t, monday)
	w.policy.Directory.Roles["on-call"] = escalation.Role{People: []string{"vp-engineering"}}
	w.Fire(w.Alert("alertname", "HighErrorRate", "service", "backend"))
	w.Until(time.Minute)
	w.Expect("0m", "devops-lead", "email", "slack")
	w.ExpectNothingElse()
	if r := w.step(0).Reason.Text; !strings.Contains(r, "is told of P0 only") || !strings.Contains(r, "catch_all") {
		t.Errorf("reason %q", r)
	}
}

func TestAnAlertThatJoinsAnAcknowledgedIncidentPagesNobody(t *testing.T) {
	w := newWorld(t, monday)
	e := systemDown(w)
	w.Fire(e)
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	other := w.Alert("alertname", "SystemDown", "service", "backend", "instance", "b")
	w.Fire(other)
	w.Until(20 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.ExpectNothingElse()
	if w.c.Incident.AlertCount != 2 {
		t.Errorf("%d alerts", w.c.Incident.AlertCount)
	}
	w.Fire(policytest.Ended(e, w.now), policytest.Ended(other, w.now))
	if w.c.Incident.State != alerting.StateResolved {
		t.Errorf("%+v", w.c.Incident)
	}
}

func TestEscalatingWhatIsAcknowledgedTellsTheStepThatWasSkipped(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.Until(2 * hour)
	w.must(w.Answer(escalation.Escalate, "manager"))
	w.Expect("0m", "system-admin", all...)
	w.Expect("1h", "vp-engineering", all...)
	w.Expect("2h", "system-admin", all...) // the step of 5m
	w.ExpectNothingElse()
	if s := w.step(1); s.State != escalation.StepFired || s.AskedBy != "manager" {
		t.Errorf("%+v", s)
	}
	w.Until(2*hour + time.Minute)
	w.must(w.Answer(escalation.Escalate, "manager"))
	w.Expect("2h1m", "engineering-manager", all...)
	w.ExpectNothingElse()
}

func TestWithEveryStepToldEscalatingTellsTheLastAgain(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * hour)
	w.orders = nil
	w.must(w.Answer(escalation.Escalate, "manager"))
	w.Expect("2h", "vp-engineering", all...)
	if note, err := w.Answer(escalation.Escalate, "devops-lead"); err != nil || !strings.HasPrefix(note, "already escalated by manager") {
		t.Errorf("a second tap: %q, %v", note, err)
	}
	w.Until(2*hour + 30*time.Second)
	w.must(w.Answer(escalation.Escalate, "devops-lead"))
	w.Expect("2h0m30s", "vp-engineering", all...)
	w.ExpectNothingElse()
	if a, b := w.orders[0].order, w.orders[len(w.orders)-1].order; a.Step >= 0 || a.Step == b.Step || a.Until != escalation.UntilResolved {
		t.Errorf("the pages would be one, or a step's: %+v, %+v", a, b)
	}
}
