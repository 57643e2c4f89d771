package escalation_test

import (
	"errors"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
)

func TestAManualIncidentIsCleanedAsAlertsAre(t *testing.T) {
	m, err := escalation.Manual{
		Title: " Disk\x00 full\n\u202eon db-1 ", Description: "first\x1b line\nsecond\xff", Labels: alerting.Labels{"service\x00": "db\x00", "\x00": "x"},
	}.Cleaned()
	if err != nil || m.Title != "Disk full on db-1" || m.Description != "first line\nsecond\ufffd" || len(m.Labels) != 1 || m.Labels["service"] != "db" {
		t.Errorf("%+v, %v", m, err)
	}
	many := alerting.Labels{}
	for i := range 65 {
		many[strings.Repeat("a", i+1)] = "x"
	}
	for name, bad := range map[string]escalation.Manual{
		"blank title": {Title: " \n"}, "long description": {Title: "x", Description: strings.Repeat("x", 4001)},
		"many labels": {Title: "x", Labels: many}, "long label": {Title: "x", Labels: alerting.Labels{"a": strings.Repeat("x", 2000)}},
	} {
		var refused *alerting.Refused
		if _, err := bad.Cleaned(); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
