package notifiers

import (
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// sampleTexts are what a text of the configuration is tried with: one that has all there may be, and one
// that has next to nothing. A kind may have more after it, as in "page.html" and "page.subject".
func sampleTexts(kind, language string) []any {
	kind, _, _ = strings.Cut(kind, ".")
	full, bare := sampleNotice(kind), Notice{Page: Page{Kind: escalation.StepKind(kind)}}
	bare.Brief.Incident = alerting.Incident{ID: 1, Title: "a"}
	switch kind {
	case "message":
		full.Page.Message = &escalation.Message{Subject: "You are on call: primary", Text: "From Monday.\nBefore you: Ada.\n", URL: full.Brief.URL}
		bare.Page.Message = &escalation.Message{}
	case "bundle", "digest":
		item := BundleItem{Page: full.Page, Incident: full.Brief.Incident}
		full.Bundle = &Bundle{Total: 37, BySeverity: [4]int{3, 0, 34, 0}, Digest: kind == "digest", Items: []BundleItem{item, item}}
		bare.Bundle = &Bundle{Total: 1, BySeverity: [4]int{1}, Digest: kind == "digest", Items: []BundleItem{{Incident: bare.Brief.Incident}}}
	case "clear":
		full.Brief.Incident.State, full.Brief.Incident.ResolvedBy = alerting.StateResolved, "ada"
		bare.Brief.Incident.State = alerting.StateResolved
	}
	full.Brief.Locale.Language, bare.Brief.Locale.Language = language, language
	return []any{full.Text(), bare.Text()}
}

// sampleNotice is an incident of which all is known.
func sampleNotice(kind string) Notice {
	at := time.Date(2026, 3, 2, 2, 41, 7, 0, time.UTC)
	labels := alerting.Labels{"alertname": "SystemDown", "service": "backend", "env": "prod"}
	alert := alerting.Alert{
		Labels: labels, Status: alerting.Firing, GeneratorURL: "https://prometheus.example.com/graph",
		Annotations: alerting.Labels{"summary": "No answer for 2 minutes", "runbook_url": "https://runbooks.example.com/down"},
	}
	inc := alerting.Incident{
		ID: 412, Title: "SystemDown backend", Severity: alerting.P0, State: alerting.StateOpen, Labels: labels,
		AlertCount: 12, FiringCount: 11, OpenedAt: at, AcknowledgedAt: at, ResolvedAt: at, Assignee: "ada",
	}
	step := escalation.PlannedStep{DueAt: at.Add(15 * time.Minute), Kind: escalation.PageStep, Role: "manager", Until: escalation.UntilAcknowledged, State: escalation.StepPending}
	return Notice{
		PossibleRepeat: true, ActURL: "https://tocsin.example.com/a/token",
		Page: Page{Kind: escalation.StepKind(kind), Says: "initial response overdue"},
		Brief: Brief{
			Incident: inc, Plan: escalation.Plan{Steps: []escalation.PlannedStep{step}},
			Alerts: []alerting.Alert{alert, alert}, URL: "https://tocsin.example.com/incidents/412",
		},
	}
}
