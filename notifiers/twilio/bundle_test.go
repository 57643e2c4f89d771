package twilio_test

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

// bundle is so many incidents in one message, of which three are P0 and the rest P1.
func bundle(total int) notifiers.Notice {
	n := notifierstest.Notice()
	n.Bundle = &notifiers.Bundle{Total: total, BySeverity: [4]int{min(3, total), max(0, total-3)}}
	for i := range min(total, notifiers.BundleItems) {
		inc := n.Brief.Incident
		inc.ID += int64(i)
		if i > 0 {
			inc.Labels = alerting.Labels{"alertname": "DiskFull", "service": fmt.Sprintf("db-%d", i)}
		}
		n.Bundle.Items = append(n.Bundle.Items, notifiers.BundleItem{Page: n.Page, Incident: inc})
	}
	return n
}

// kind is a notice of another kind of page.
func kind(n notifiers.Notice, k escalation.StepKind) notifiers.Notice {
	n.Page.Kind = k
	return n
}

func TestEveryKindReadsAndSoundsAsItDidInBothLanguages(t *testing.T) {
	for name, n := range map[string]notifiers.Notice{
		"page": notifierstest.Samples()["overdue-repeat"], "remind": kind(notifierstest.Samples()["acknowledged"], "remind"),
		"clear": kind(notifierstest.Samples()["resolved"], "clear"), "bundle": bundle(37), "bundle-of-two": bundle(2),
		"message": notifierstest.Messages()["hand-off"],
	} {
		for _, language := range []string{"en", "de"} {
			n.Brief.Locale.Language = language
			notifierstest.Golden(t, update(), "kind-"+name+"-"+language, smsText(n)+"\n"+account().Voice().Render(n).Text+"\n")
		}
	}
}

func TestABundleIsOneSegmentWithAsManyIncidentsAsHaveRoom(t *testing.T) {
	n := bundle(37)
	want(t, smsText(n), "37 incidents, 3 P0: #412 SystemDown backend, #413 DiskFull db-1, #414 DiskFull db-2, ...: reply ACK 412 or ACK ALL https://tocsin.example.com/")
	n.PossibleRepeat = true
	if text := smsText(n); len(decode(t, text)) > 160 || !strings.Contains(text, "#412 SystemDown backend") || !strings.Contains(text, "(possible repeat)") {
		t.Errorf("%q", text)
	}
	n.Brief.Incident.Labels["alertname"] = strings.Repeat("Long", 100)
	if text := smsText(n); len(decode(t, text)) > 160 || !strings.HasPrefix(text, "37 incidents, 3 P0: #412 LongLong") || !strings.Contains(text, "reply ACK 412") {
		t.Errorf("%q", text)
	}
	for _, s := range notifierstest.Hostile() {
		tainted := bundle(20)
		tainted.Brief.Incident.Labels = alerting.Labels{"alertname": s}
		for i := range tainted.Bundle.Items {
			tainted.Bundle.Items[i].Incident.Labels = alerting.Labels{"alertname": s, "service": s}
		}
		if text := smsText(tainted); len(decode(t, text)) > 160 || !strings.Contains(text, "reply ACK 412") || strings.ContainsAny(text, "\r\n") {
			t.Errorf("%.40q makes %q", s, text)
		}
	}
}
