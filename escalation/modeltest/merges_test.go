package modeltest

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

func TestAlertsFollowAnIncidentThroughEightMerges(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.January, 12, 7, 0, 0, 0, time.UTC)
	w := simulator.New(configurations(t)[0].policy, now)
	alert := func(instance string) {
		a := arrival{labels: alerting.Labels{"service": "db", "sev": "P1", "instance": instance}, starts: now}
		w.Receive([]alerting.Event{a.event()})
	}
	alert("0")
	for from := range int64(8) {
		if _, err := w.Open(escalation.Manual{Title: "by hand", Severity: alerting.P1}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Answer(from+1, escalation.Answer{Verb: escalation.Merge, Into: from + 2}); err != nil {
			t.Fatal(err)
		}
	}
	alert("1")
	if last, ok := w.Case(9); !ok || last.Incident.AlertCount != 2 || len(w.Cases()) != 9 {
		t.Errorf("the last incident has %d alerts, and there are %d incidents", last.Incident.AlertCount, len(w.Cases()))
	}
}
