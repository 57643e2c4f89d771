package storage_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

func TestAnAlertOpensAnIncidentWithItsPlanAndReason(t *testing.T) {
	w := newWorld(t)
	w.receive(policytest.Event(monday, "alertname", "SystemDown", "service", "backend", "severity", "critical"))

	c := w.only()
	if c.Incident.Severity != alerting.P0 || c.Incident.State != alerting.StateOpen || c.Incident.AlertCount != 1 {
		t.Errorf("incident %+v", c.Incident)
	}
	if c.Incident.Reason.Rule != "classify.rules[0]" || c.Incident.Reason.Config != "manual" {
		t.Errorf("reason %+v", c.Incident.Reason)
	}
	if len(c.Plan.Steps) != 5 || !c.Plan.Steps[4].DueAt.Equal(monday.Add(time.Hour)) {
		t.Errorf("plan %+v", c.Plan)
	}
	alerts, err := w.Alerts(w.context(), c.Incident.ID)
	w.must(err)
	if len(alerts) != 1 || alerts[0].Status != alerting.Firing || alerts[0].Count != 1 || !alerts[0].StartsAt.Equal(monday) {
		t.Errorf("alerts %+v", alerts)
	}
	timeline, err := w.Timeline(w.context(), c.Incident.ID)
	w.must(err)
	if len(timeline) != 1 || timeline[0].Kind != alerting.KindOpened {
		t.Errorf("timeline %+v", timeline)
	}
}

func TestTheSameDeliveryAgainCountsAndChangesNothingElse(t *testing.T) {
	w := newWorld(t)
	e := policytest.Event(monday, "alertname", "SystemDown", "service", "backend")
	w.receive(e)
	before := w.only()
	w.pass(time.Minute)
	w.receive(e)
	w.receive(e)
	if after := w.only(); after.Incident.Rev != before.Incident.Rev {
		t.Errorf("rev %d, was %d", after.Incident.Rev, before.Incident.Rev)
	}
	alerts, err := w.Alerts(w.context(), before.Incident.ID)
	w.must(err)
	if a := alerts[0]; a.Count != 3 || !a.LastSeen.Equal(w.now) || !a.FirstSeen.Equal(monday) {
		t.Errorf("alert %+v", a)
	}
}

func TestAlertsOfOneGroupAreOneIncidentAndItEndsWithTheLast(t *testing.T) {
	w := newWorld(t)
	group := alerting.Labels{"alertname": "BackendSlow"}
	var events []alerting.Event
	for i := range 500 {
		e := policytest.Event(monday, "alertname", "BackendSlow", "severity", "critical", "instance", fmt.Sprint(i))
		e.Group = group
		events = append(events, e)
	}
	w.receive(events...)
	c := w.only()
	if c.Incident.AlertCount != 500 || c.Incident.FiringCount != 500 || c.Incident.Severity != alerting.P1 {
		t.Fatalf("incident %+v", c.Incident)
	}
	for i := range events {
		events[i] = policytest.Ended(events[i], monday.Add(time.Minute))
	}
	w.receive(events[:499]...)
	if c := w.only(); c.Incident.State != alerting.StateOpen || c.Incident.FiringCount != 1 {
		t.Fatalf("incident %+v", c.Incident)
	}
	w.receive(events[499])
	if c := w.only(); c.Incident.State != alerting.StateResolved || c.Incident.ResolvedBy != "prometheus" {
		t.Fatalf("incident %+v", c.Incident)
	}
}

func TestTheWorstAlertOfABatchDecidesTheSeverityItOpensWith(t *testing.T) {
	w := newWorld(t)
	info := policytest.Event(monday, "alertname", "X", "severity", "info")
	worse := policytest.Event(monday, "alertname", "X", "severity", "critical", "instance", "b")
	worse.Group = info.Group
	w.receive(info, worse)
	if c := w.only(); c.Incident.Severity != alerting.P1 || c.Incident.Round != 1 || c.Incident.AlertCount != 2 {
		t.Errorf("incident %+v", c.Incident)
	}
}

func TestAWorseAlertRaisesAndClearsTheAcknowledgement(t *testing.T) {
	w := newWorld(t)
	e := policytest.Event(monday, "alertname", "X", "service", "db", "severity", "warning")
	w.receive(e)
	id := w.only().Incident.ID
	w.answer(id, escalation.Acknowledge, "system-admin")
	w.pass(10 * time.Minute)
	worse := policytest.Event(w.now, "alertname", "X", "service", "db", "severity", "critical")
	w.receive(worse)
	c := w.only()
	if c.Incident.Severity != alerting.P1 || c.Incident.State != alerting.StateOpen || c.Incident.Round != 2 || !c.Plan.From.Equal(w.now) {
		t.Errorf("incident %+v, plan from %v", c.Incident, c.Plan.From)
	}
}

func TestTheSameProblemSoonAgainReopensAndLaterOpensAnother(t *testing.T) {
	w := newWorld(t)
	first := policytest.Event(monday, "alertname", "SystemDown", "service", "backend")
	w.receive(first)
	w.receive(policytest.Ended(first, monday.Add(time.Minute)))
	w.pass(29 * time.Minute)
	second := policytest.Event(w.now, "alertname", "SystemDown", "service", "backend")
	w.receive(second)
	if c := w.only(); c.Incident.State != alerting.StateOpen || c.Incident.Round != 2 || c.Incident.AlertCount != 1 {
		t.Fatalf("incident %+v", c.Incident)
	}
	w.receive(policytest.Ended(second, w.now))
	w.pass(31 * time.Minute)
	w.receive(policytest.Event(w.now, "alertname", "SystemDown", "service", "backend"))
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	if len(cases) != 2 || cases[0].Incident.Round != 1 || cases[1].Incident.State != alerting.StateResolved {
		t.Fatalf("incidents %+v", cases)
	}
	for _, c := range cases {
		alerts, err := w.Alerts(w.context(), c.Incident.ID)
		w.must(err)
		if len(alerts) != 1 {
			t.Errorf("incident %d has %d alerts: the old one must keep its own", c.Incident.ID, len(alerts))
		}
	}
}

func TestResolvedFirstLeavesATombstoneThatALateFiringDoesNotReopen(t *testing.T) {
	w := newWorld(t)
	e := policytest.Event(monday, "alertname", "SystemDown", "service", "backend")
	w.receive(policytest.Ended(e, monday.Add(time.Second)))
	w.pass(59 * time.Second)
	w.receive(e)
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	if len(cases) != 0 {
		t.Fatalf("a late firing opened %+v", cases)
	}
	w.pass(2 * time.Second)
	w.receive(e)
	if c := w.only(); c.Incident.State != alerting.StateOpen {
		t.Fatalf("after reorder_window it fires again: %+v", c.Incident)
	}
}

func TestWhatAPersonResolvedStaysResolvedThroughALateRepeatAndReopensAfter(t *testing.T) {
	w := newWorld(t)
	e := policytest.Event(monday, "alertname", "SystemDown", "service", "backend")
	w.receive(e)
	id := w.only().Incident.ID
	w.answer(id, escalation.Resolve, "system-admin")
	w.receive(e)
	if c := w.only(); c.Incident.State != alerting.StateResolved {
		t.Fatalf("%+v", c.Incident)
	}
	w.pass(2 * time.Minute)
	w.receive(e)
	if c := w.only(); c.Incident.State != alerting.StateOpen || c.Incident.Round != 2 || c.Incident.FiringCount != 1 {
		t.Fatalf("%+v", c.Incident)
	}
}

func TestManySendersAtOnceOpenOneIncidentAndLoseNothing(t *testing.T) {
	w := newWorld(t)
	const senders = 16
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for k := range 5 {
				same := policytest.Event(monday, "alertname", "SystemDown", "service", "backend", "instance", fmt.Sprint(i%4))
				same.Group = alerting.Labels{"alertname": "SystemDown", "service": "backend"}
				own := policytest.Event(monday, "alertname", "Own", "service", fmt.Sprintf("%d-%d", i, k))
				arrivals := []alerting.Arrival{same.Arrive(&w.policy.Classifier, nil), own.Arrive(&w.policy.Classifier, nil)}
				if err := w.Admit(w.context(), arrivals, w.policy.Admit); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	cases, _, err := w.Incidents(w.context(), alerting.Query{Limit: 500})
	w.must(err)
	if len(cases) != senders*5+1 {
		t.Errorf("%d incidents, want %d", len(cases), senders*5+1)
	}
	for _, c := range cases {
		if c.Incident.Labels["alertname"] == "SystemDown" {
			alerts, err := w.Alerts(w.context(), c.Incident.ID)
			w.must(err)
			var count int64
			for _, a := range alerts {
				count += a.Count
			}
			if len(alerts) != 4 || count != senders*5 || c.Incident.FiringCount != 4 {
				t.Errorf("%d alerts, %d deliveries, %d firing", len(alerts), count, c.Incident.FiringCount)
			}
		}
	}
}

func TestWhatAPersonResolvedAndReopenedEndsWithItsSender(t *testing.T) {
	w := newWorld(t)
	e := policytest.Event(monday, "alertname", "SystemDown", "service", "backend")
	w.receive(e)
	id := w.only().Incident.ID
	w.answer(id, escalation.Resolve, "system-admin")
	w.answer(id, escalation.Reopen, "system-admin")
	w.receive(e) // the sender's repeat
	if c := w.only(); c.Incident.State != alerting.StateOpen || c.Incident.FiringCount != 1 {
		t.Fatalf("reopened: %+v", c.Incident)
	}
	w.receive(policytest.Ended(e, monday.Add(time.Minute)))
	if c := w.only(); c.Incident.State != alerting.StateResolved || c.Incident.ResolvedBy != "prometheus" {
		t.Fatalf("its sender ended it: %+v", c.Incident)
	}
}

func TestReopeningDoesNotBringBackWhatTheSenderEndedMeanwhile(t *testing.T) {
	w := newWorld(t)
	e := policytest.Event(monday, "alertname", "SystemDown", "service", "backend")
	w.receive(e)
	id := w.only().Incident.ID
	w.answer(id, escalation.Resolve, "system-admin")
	w.receive(policytest.Ended(e, monday.Add(time.Minute)))
	w.answer(id, escalation.Reopen, "system-admin")
	alerts, err := w.Alerts(w.context(), id)
	w.must(err)
	if c := w.only(); c.Incident.State != alerting.StateOpen || c.Incident.FiringCount != 0 || alerts[0].Status != alerting.Resolved || !alerts[0].EndsAt.Equal(monday.Add(time.Minute)) {
		t.Fatalf("%+v, %+v", c.Incident, alerts[0])
	}
}
