package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/web/api"
)

func TestShowTellsWhatEachAlertSaysAndWhichConfigurationMadeThePlan(t *testing.T) {
	at := time.Date(2026, 2, 2, 9, 0, 0, 0, time.UTC)
	c := escalation.Case{Incident: alerting.Incident{ID: 7, Title: "SystemDown", State: alerting.StateOpen, AlertCount: 2, OpenedAt: at}, Plan: escalation.Plan{Config: "56a36aadee64", From: at}}
	alerts := []alerting.Alert{
		{Status: alerting.Firing, Severity: alerting.P0, Labels: alerting.Labels{"service": "backend"}, Annotations: alerting.Labels{"summary": "5xx for \x1b[31m2 minutes"}},
		{Status: alerting.Resolved, Severity: alerting.P2, Labels: alerting.Labels{"service": "frontend"}},
	}
	answer, err := json.Marshal(api.OfDetail(c, alerts, nil, nil))
	must(t, err)
	var i remote
	must(t, json.Unmarshal(answer, &i))
	var b strings.Builder
	i.print(&b)
	for _, want := range []string{"2 alerts, with nobody", "\nplan made by configuration 56a36aadee64\n", "\nALERTS\n", "firing    P0  5xx for", "resolved  P2  {service=\"frontend\"}"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("nothing says %q:\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Error("an alert steers the terminal")
	}
}
