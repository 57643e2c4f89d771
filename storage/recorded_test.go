package storage_test

import (
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
)

func (w *world) recorded(since, until time.Time) escalation.Record {
	w.t.Helper()
	r, err := w.Recorded(w.context(), since, until)
	w.must(err)
	return r
}

func TestWhatArrivesIsRecordedAsItCameUnlessItIsARepeat(t *testing.T) {
	w := newWorld(t)
	a := policytest.Event(monday, "alertname", "SystemDown", "service", "a\"\\ä")
	a.Annotations, a.GeneratorURL = alerting.Labels{"summary": "down"}, "https://prometheus.example"
	a.Group, a.DedupKey = alerting.Labels{"alertname": "SystemDown"}, "k"
	b := policytest.Event(monday, "alertname", "HighErrorRate")
	w.receive(a, b)
	w.pass(time.Minute)
	w.receive(a, b)
	w.pass(time.Minute)
	ended := policytest.Ended(a, w.now)
	w.receive(ended)
	w.pass(time.Minute)
	w.receive(policytest.Ended(policytest.Event(monday, "alertname", "Never heard of"), w.now))

	r := w.recorded(monday, w.now.Add(time.Second))
	if len(r.Arrivals) != 4 {
		t.Fatalf("%+v", r.Arrivals)
	}
	for i, want := range []alerting.Event{a, b, ended} {
		if got := r.Arrivals[i]; !reflect.DeepEqual(got.Event, want) {
			t.Errorf("got  %+v\nwant %+v", got.Event, want)
		}
	}
	if r.Arrivals[0].Incident != r.Arrivals[2].Incident || r.Arrivals[0].Incident == 0 || r.Arrivals[3].Incident != 0 || !r.Arrivals[2].At.Equal(monday.Add(2*time.Minute)) {
		t.Errorf("%+v", r.Arrivals)
	}
	if r := w.recorded(monday.Add(time.Second), monday.Add(2*time.Minute)); len(r.Arrivals) != 0 {
		t.Errorf("from the first second until before the end: %+v", r.Arrivals)
	}
}

func TestWhatTocsinTellsOfItselfIsRecordedWithWhatItMeant(t *testing.T) {
	w := newWorld(t)
	own := policytest.Event(monday, "alertname", "TocsinAudit", "service", "tocsin")
	own.Source = escalation.OwnSource
	reason := alerting.Reason{Text: "P0: always", Rule: "auditor", Config: "c"}
	arrival := alerting.Arrival{Event: own, Fingerprint: own.Labels.Fingerprint(), Key: "tocsin/audit/x", Title: "1 incident", Severity: alerting.P0, Reason: reason}
	w.must(w.Admit(w.context(), []alerting.Arrival{arrival}, w.policy.Admit))
	w.receive(policytest.Event(monday, "alertname", "TocsinAudit", "service", "tocsin")) // somebody else's

	r := w.recorded(monday, w.now.Add(time.Second))
	if got := r.Arrivals[0].Arrive(w.policy); !reflect.DeepEqual(got, arrival) {
		t.Errorf("got  %+v\nwant %+v", got, arrival)
	}
	if r.Arrivals[1].Judged != nil {
		t.Errorf("no configuration judges %+v", r.Arrivals[1])
	}
}

func TestAnswersAreReadBackAsTheyWereGiven(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	given := []escalation.Answer{
		{Verb: escalation.Acknowledge, By: ada},
		{Verb: escalation.Acknowledge, By: ada}, // nothing changes: under another configuration it may
		{Verb: escalation.Snooze, By: ada, Until: monday.Add(time.Hour)},
		{Verb: escalation.Assign, By: ada, Person: "devops-lead"},
		{Verb: escalation.Note, By: ada, Text: "on my way"},
		{Verb: escalation.SetSeverity, By: ada, Severity: alerting.P1, Text: "only some users"},
		{Verb: escalation.Mute, By: ada, Until: monday.Add(2 * time.Hour)},
		{Verb: escalation.Unmute, By: ada},
		{Verb: escalation.Jump, By: ada, Step: 3},
		{Verb: escalation.Escalate, By: ada},
		{Verb: escalation.Resolve, By: ada},
	}
	for _, a := range given {
		_, _, err := w.desk.Answer(w.context(), id, a)
		w.must(err)
	}
	_, _, err := w.desk.Answer(w.context(), id, escalation.Answer{Verb: escalation.Escalate, By: ada})
	if err == nil {
		t.Error("escalating what is resolved is no error")
	}
	r := w.recorded(monday, w.now.Add(time.Second))
	if len(r.Answers) != len(given) {
		t.Fatalf("%d answers: %+v", len(r.Answers), r.Answers)
	}
	for i, want := range given {
		got := r.Answers[i]
		if got.Incident != id || !got.At.Equal(monday) || got.Manual != nil || !reflect.DeepEqual(got.Answer, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}

func TestAnIncidentOpenedByHandIsReadBackWithItsLabels(t *testing.T) {
	w := newWorld(t)
	m := escalation.Manual{Title: "Fire", Severity: alerting.P2, Labels: alerting.Labels{"site": "berlin"}, By: ada}
	c, err := w.desk.Open(w.context(), m)
	w.must(err)
	_, _, err = w.desk.Answer(w.context(), c.Incident.ID, escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P1, By: ada})
	w.must(err)
	r := w.recorded(monday, w.now.Add(time.Second))
	got := r.Answers[0]
	if got.Answer.Verb != escalation.Open || got.Incident != c.Incident.ID || got.Manual == nil {
		t.Fatalf("%+v", got)
	}
	if got.Manual.Title != m.Title || got.Manual.Severity != m.Severity || !maps.Equal(got.Manual.Labels, m.Labels) || got.Manual.By != ada {
		t.Errorf("%+v", got.Manual)
	}
}

func TestPagesAndIncidentsOfAStretchAreRecorded(t *testing.T) {
	w := newWorld(t)
	old := w.down()
	w.answer(old, escalation.Resolve, "system-admin")
	w.pass(24 * time.Hour)
	since := w.now
	w.receive(policytest.Event(w.now, "alertname", "SystemDown", "service", "b"))
	w.advance()
	w.handOff()
	r := w.recorded(since, since.Add(time.Hour))
	if len(r.Incidents) != 1 || r.Incidents[0].ID == old {
		t.Fatalf("%+v", r.Incidents)
	}
	var channels []escalation.Channel
	for _, p := range r.Pages {
		if p.Incident != r.Incidents[0].ID || p.Person != "system-admin" || p.Round != 1 || p.Step != 0 || p.Kind != escalation.PageStep || p.Severity != alerting.P0 || !p.At.Equal(since) {
			t.Errorf("%+v", p)
		}
		channels = append(channels, p.Channel)
	}
	slices.Sort(channels)
	if !slices.Equal(channels, []escalation.Channel{escalation.Email, escalation.Slack, escalation.SMS}) {
		t.Errorf("pages over %v", channels)
	}
	if r := w.recorded(monday, since); len(r.Incidents) != 1 || r.Incidents[0].ID != old || len(r.Pages) != 3 {
		t.Errorf("the day before: %+v", r)
	}
}

func TestARecordedPageSaysWhenItLeftAndWhetherItWasNeededByThen(t *testing.T) {
	w := newWorld(t)
	w.down()
	w.pass(2 * time.Second)
	w.finish(w.one(escalation.SMS, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	w.finish(w.one(escalation.Email, true), notifiers.Skipped, notifiers.OutcomeSkipped, 0)
	w.pass(time.Minute)
	for _, p := range w.recorded(monday, w.now).Pages {
		leaves := monday.Add(2 * time.Second)
		if p.Channel == escalation.Slack {
			leaves = monday
		}
		if !p.Leaves.Equal(leaves) || p.Skipped != (p.Channel == escalation.Email) || p.Until != escalation.UntilAcknowledged {
			t.Errorf("%+v", p)
		}
	}
}
