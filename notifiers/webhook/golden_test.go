package webhook_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"maps"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/webhook"
)

var update = flag.Bool("update", false, "write the golden files")

func TestEachKindOfPostIsAsDocumented(t *testing.T) {
	ch := channel(func(o *webhook.Options) { o.Now = time.Date(2026, 3, 2, 2, 41, 8, 0, time.UTC) })
	samples := maps.Clone(notifierstest.Samples())
	for _, kind := range []string{"remind", "clear"} {
		n := samples["acknowledged"]
		if kind == "clear" {
			n = samples["resolved"]
		}
		n.Page.Kind = "remind"
		if kind == "clear" {
			n.Page.Kind = "clear"
		}
		samples[kind] = n
	}
	samples["bundle"] = bundled()
	for name, n := range notifierstest.Messages() {
		samples["message-"+name] = n
	}
	for name, n := range samples {
		t.Run(name, func(t *testing.T) {
			notifierstest.Golden(t, *update, name, indented(t, ch.Render(n).Payload))
		})
	}
	for state, n := range map[string]notifiers.Notice{"acknowledged": samples["acknowledged"], "resolved": samples["resolved"]} {
		notifierstest.Golden(t, *update, "place-"+state, indented(t, ch.Place("https://hooks.example.com/x").RenderBrief(n.Brief).Payload))
	}
}

func bundled() notifiers.Notice {
	n := notifierstest.Notice()
	worst, other := n.Brief.Incident, n.Brief.Incident
	other.ID, other.Severity, other.Title = 415, alerting.P2, "DiskFull db-1"
	second := n.Page
	second.ID, second.IncidentID, second.Severity = 7003, 415, alerting.P2
	n.Bundle = &notifiers.Bundle{Total: 37, BySeverity: [4]int{3, 0, 34, 0}, Items: []notifiers.BundleItem{{Page: n.Page, Incident: worst}, {Page: second, Incident: other}}}
	return n
}

func TestABundleThatHasGrownIsAnotherMessage(t *testing.T) {
	fake := notifierstest.NewWebhook(t)
	n := bundled()
	n.Person.Webhook = fake.URL
	send := func(attempt string) {
		t.Helper()
		n.AttemptID = attempt
		if _, err := channel().Send(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	send("a")
	send("b")
	n.Bundle.Total++
	send("c")
	if ps := fake.Posts(); !ps[1].Duplicate || ps[2].Duplicate {
		t.Errorf("keys: %s, %s, %s", ps[0].Key, ps[1].Key, ps[2].Key)
	}
}

func indented(t *testing.T, payload json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Indent(&b, payload, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}
