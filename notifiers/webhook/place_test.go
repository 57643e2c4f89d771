package webhook_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/webhook"
)

func TestAPlaceIsToldOfEachStateAndSeverityOnce(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	place := channel().Place(fake.URL + "/place")
	b := notifierstest.Notice().Brief
	b.Incident.Rev = 1
	ref, err := place.Post(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	step := func(change func(*alerting.Incident)) {
		t.Helper()
		change(&b.Incident)
		b.Incident.Rev++
		if ref, err = place.Renew(t.Context(), ref, b); err != nil {
			t.Fatal(err)
		}
	}
	step(func(in *alerting.Incident) { in.AlertCount = 9 }) // nothing that a place is told of
	step(func(in *alerting.Incident) { in.State = alerting.StateAcknowledged })
	step(func(in *alerting.Incident) { in.Assignee = "devops-lead" })
	step(func(in *alerting.Incident) { in.Severity = alerting.P1 })
	step(func(in *alerting.Incident) { in.State = alerting.StateResolved })
	if err := place.Edit(t.Context(), ref, b); err != nil {
		t.Fatal(err)
	}
	if err := place.Reply(t.Context(), ref, b, []alerting.Entry{{ID: 1, Text: "a note"}}); err != nil {
		t.Fatal(err)
	}
	var events []string
	keys := map[string]bool{}
	for _, p := range fake.Posts() {
		var got struct {
			Event    string
			Incident struct{ State, Severity string }
		}
		if err := json.Unmarshal(p.Body, &got); err != nil {
			t.Fatal(err)
		}
		events = append(events, got.Event+" "+got.Incident.Severity+" "+got.Incident.State)
		keys[p.Key] = true
	}
	want := "incident.opened P0 open, incident.updated P0 acknowledged, incident.updated P1 acknowledged, incident.resolved P1 resolved"
	if got := strings.Join(events, ", "); got != want {
		t.Errorf("told %s", got)
	}
	if len(keys) != len(events) {
		t.Error("two changes have the same key")
	}
}

func TestAFailedChangeIsToldAgainUnderTheSameKey(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	place := channel().Place(fake.URL)
	later := channel(func(o *webhook.Options) { o.Now = time.Now().Add(10 * time.Second) }).Place(fake.URL)
	b := notifierstest.Notice().Brief
	ref, err := place.Post(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	b.Incident.State = alerting.StateResolved
	fake.FailNext(1, notifierstest.AcceptAndDrop)
	kept, err := place.Renew(t.Context(), ref, b)
	expect(t, err, notifiers.Lost, "")
	if string(kept) != string(ref) {
		t.Error("what failed counts as told")
	}
	if n := fake.Requests(); n != 2 {
		t.Errorf("%d requests: the client tried again by itself", n)
	}
	if _, err := later.Renew(t.Context(), kept, b); err != nil {
		t.Fatal(err)
	}
	if ps := fake.Posts(); len(ps) != 3 || !ps[2].Duplicate {
		t.Error("the receiver cannot tell the repeat by its key")
	}
	_, err = place.Renew(t.Context(), json.RawMessage(`{"sandbox": 412}`), b)
	expect(t, err, notifiers.Permanent, "reference")
}
