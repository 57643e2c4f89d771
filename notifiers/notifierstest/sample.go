package notifierstest

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Samples are notices of each kind, by name: what a golden test of a channel renders.
func Samples() map[string]notifiers.Notice {
	return map[string]notifiers.Notice{
		"first-page":      Notice(),
		"overdue-repeat":  overdue(),
		"acknowledged":    acknowledged(),
		"resolved":        resolved(),
		"manual":          manual(),
		"many-alerts":     many(),
		"assigned":        assigned(),
		"transliteration": foreign(),
	}
}

// Locale is the manual's organisation: it keeps Europe's time, with the offset of this sample's winter.
func Locale() notifiers.Locale {
	return notifiers.Locale{Zone: time.FixedZone("CET", 3600), Names: map[string]string{"system-admin": "System Admin", "devops-lead": "DevOps Lead"}}
}

// Notice is a first page of a P0 with one alert.
func Notice() notifiers.Notice {
	opened := time.Date(2026, 3, 2, 2, 41, 7, 0, time.UTC)
	steps := []escalation.PlannedStep{
		{DueAt: opened, Kind: escalation.PageStep, Role: "on-call", Until: escalation.UntilAcknowledged, State: escalation.StepFired, At: opened},
		{DueAt: opened.Add(15 * time.Minute), Kind: escalation.PageStep, Role: "manager", Until: escalation.UntilAcknowledged, State: escalation.StepPending},
		{DueAt: opened.Add(time.Hour), Kind: escalation.PageStep, Role: "executive", Until: escalation.UntilResolved, State: escalation.StepPending},
	}
	labels := alerting.Labels{"alertname": "SystemDown", "service": "backend"}
	return notifiers.Notice{
		AttemptID: "0198f6a2-7c1e-7d30-9c55-2f1f0c8d4b11",
		Page: notifiers.Page{
			ID: 7001, IncidentID: 412, Round: 1, Kind: escalation.PageStep, Role: "on-call",
			Person: "system-admin", Severity: alerting.P0, State: notifiers.Sending,
		},
		ActURL: "https://tocsin.example.com/a/AZwDgJzgzwZzeXN0ZW0tYWRtaW6mC7v2Gk0_Zr3mQy1d-X8e",
		Person: escalation.Person{ID: "system-admin", Name: "System Admin", Phone: "+15005550003", Email: "sysadmin@example.com", Slack: "U0SYS"},
		Brief: notifiers.Brief{
			Incident: alerting.Incident{
				ID: 412, Title: "SystemDown backend", Severity: alerting.P0, State: alerting.StateOpen, Labels: labels,
				AlertCount: 1, FiringCount: 1, Round: 1, OpenedAt: opened,
			},
			Plan: escalation.Plan{Round: 1, Severity: alerting.P0, From: opened, Steps: steps},
			Alerts: []alerting.Alert{{
				ID: 1, IncidentID: 412, Status: alerting.Firing, Severity: alerting.P0, Count: 1,
				Labels:      alerting.Labels{"alertname": "SystemDown", "service": "backend", "severity": "critical", "env": "prod", "instance": "web-1:9100"},
				Annotations: alerting.Labels{"summary": "No answer from /health for 2 minutes", "runbook_url": "https://runbooks.example.com/system-down?v=2&lang=en"},
				StartsAt:    opened, FirstSeen: opened, LastSeen: opened,
				GeneratorURL: "http://prometheus.example.com:9090/graph?g0.expr=up+%3D%3D+0&g0.tab=1",
			}},
			URL:    "https://tocsin.example.com/incidents/412",
			Locale: Locale(),
		},
	}
}

func overdue() notifiers.Notice {
	n := Notice()
	n.Page.Says, n.PossibleRepeat = "initial response overdue", true
	return n
}

func acknowledged() notifiers.Notice {
	n := Notice()
	inc := &n.Brief.Incident
	inc.State, inc.AcknowledgedBy, inc.AcknowledgedAt = alerting.StateAcknowledged, "system-admin", inc.OpenedAt.Add(4*time.Minute)
	inc.Assignee = "system-admin"
	n.Brief.Plan.Steps[1].State = escalation.StepSkipped
	return n
}

func resolved() notifiers.Notice {
	n := acknowledged()
	inc := &n.Brief.Incident
	inc.State, inc.ResolvedBy, inc.ResolvedAt = alerting.StateResolved, "tocsin", inc.OpenedAt.Add(38*time.Minute)
	inc.FiringCount, n.Brief.Alerts[0].Status = 0, alerting.Resolved
	return n
}

func manual() notifiers.Notice {
	n := Notice()
	n.Brief.Alerts = nil
	inc := &n.Brief.Incident
	inc.Title, inc.Labels, inc.AlertCount, inc.FiringCount = "Customers cannot pay with cards", nil, 0, 0
	inc.Severity = alerting.P1
	return n
}

func many() notifiers.Notice {
	n := Notice()
	first := n.Brief.Alerts[0]
	n.Brief.Alerts = nil
	for _, host := range []string{"web-1:9100", "web-2:9100", "web-3:9100", "web-4:9100", "web-5:9100"} {
		a := first
		a.Labels = alerting.Labels{"alertname": "HighErrorRate", "service": "backend", "env": "prod", "instance": host}
		a.Annotations = alerting.Labels{"summary": "12% of requests fail"}
		n.Brief.Alerts = append(n.Brief.Alerts, a)
	}
	inc := &n.Brief.Incident
	inc.Title, inc.Severity, inc.AlertCount, inc.FiringCount = "HighErrorRate backend", alerting.P1, 23, 21
	inc.Labels = alerting.Labels{"alertname": "HighErrorRate", "service": "backend"}
	return n
}

func assigned() notifiers.Notice {
	n := Notice()
	n.Page.Kind, n.Page.Role = escalation.AssignStep, "engineer"
	n.Brief.Incident.Severity, n.Brief.Incident.Assignee = alerting.P2, "system-admin"
	n.Brief.Plan.Steps = nil
	return n
}

func foreign() notifiers.Notice {
	n := Notice()
	n.Brief.Incident.Labels = alerting.Labels{"alertname": "Ausfall – Größe überschritten…", "service": "бэкенд č"}
	n.Brief.Incident.Title = "Ausfall – Größe überschritten…"
	return n
}

// Tainted is a notice with s in every field whose text comes from outside, and in those that people
// configure.
func Tainted(s string) notifiers.Notice {
	n := many()
	n.Page.Says, n.Person.Name = s, s
	n.Brief.Locale.Names = map[string]string{s: s}
	inc := &n.Brief.Incident
	inc.Title, inc.Assignee, inc.State, inc.AcknowledgedBy = s, s, alerting.StateAcknowledged, s
	inc.Labels = alerting.Labels{"alertname": s, "service": s, s: s}
	n.Brief.Plan.Steps[2].Role = s
	for i := range n.Brief.Alerts {
		a := &n.Brief.Alerts[i]
		a.Labels = alerting.Labels{"alertname": s, "service": s, "instance": s, s: s}
		a.Annotations = alerting.Labels{"summary": s, "description": s, "runbook_url": s}
		a.GeneratorURL = s
	}
	return n
}

// Entries are a timeline.
func Entries() []alerting.Entry {
	at := Notice().Brief.Incident.OpenedAt
	return []alerting.Entry{
		{ID: 1, At: at, Kind: alerting.KindOpened, Actor: alerting.Tocsin, Text: "opened as P0 by rule 1: alertname=~\"SystemDown|DatabaseFailure\""},
		{ID: 2, At: at.Add(time.Second), Kind: alerting.KindPageSent, Actor: alerting.Tocsin, Text: "system-admin paged by sms"},
		{ID: 3, At: at.Add(4 * time.Minute), Kind: alerting.KindAcknowledged, Actor: alerting.Actor{Name: "system-admin", Via: "sms"}, Text: "acknowledged"},
	}
}
