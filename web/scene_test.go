package web

import (
	"encoding/json"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// scene is a bad night as the operations manual would have it: a P0 that escalates, others around it.
func scene(now time.Time) *world {
	w := newWorld()
	now = now.UTC()
	c := systemDown(now.Add(-8*time.Minute - 48*time.Second))
	w.add(c)
	w.alerts[412], w.pages[412], w.timeline[412] = aroundSystemDown(c)
	w.outbox = sandboxed(c)
	w.add(small(413, "DiskNearlyFull", alerting.P1, alerting.StateAcknowledged, "host", now.Add(-52*time.Minute), now, "devops-lead"))
	w.add(small(411, "CacheDegradation: hit rate below 60 % on every replica of the session cache", alerting.P2, alerting.StateOpen, "redis", now.Add(-3*time.Hour), now, ""))
	w.add(small(410, "CertificateExpiresSoon", alerting.P3, alerting.StateOpen, "ingress", now.Add(-26*time.Hour), now, ""))
	w.add(small(409, "SlowQueries", alerting.P2, alerting.StateResolved, "analytics", now.Add(-30*time.Hour), now, "database-admin"))
	w.add(small(408, "DatabaseFailure", alerting.P0, alerting.StateResolved, "duckdb", now.Add(-50*time.Hour), now, "system-admin"))
	for i := range int64(4) {
		w.add(small(404+i, "HighErrorRate", alerting.P1, alerting.StateResolved, "backend", now.Add(-time.Duration(60+7*i)*time.Hour), now, "devops-lead"))
	}
	return w
}

func systemDown(opened time.Time) escalation.Case {
	step := func(after time.Duration, role string, until escalation.Until, says string) escalation.PlannedStep {
		return escalation.PlannedStep{
			DueAt: opened.Add(after), After: after.String()[:len(after.String())-2], Kind: escalation.PageStep, Role: role,
			Until: until, Says: says, State: escalation.StepPending,
		}
	}
	c := escalation.Case{
		Incident: alerting.Incident{
			ID: 412, Key: `prometheus:{alertname="SystemDown", service="backend"}`, Title: "SystemDown", Severity: alerting.P0,
			State: alerting.StateOpen, Labels: alerting.Labels{"alertname": "SystemDown", "service": "backend", "env": "prod", "cluster": "eu-central-1"},
			AlertCount: 3, FiringCount: 2, Round: 1, OpenedAt: opened,
			Reason: alerting.Reason{
				Text: `P0 by rule 1: alertname=~"SystemDown|DatabaseFailure"`, Rule: "classify.rules[0]",
				Values: map[string]string{"alertname": "SystemDown"}, Config: "9f31c04b77aa",
			},
		},
		Plan: escalation.Plan{
			Round: 1, Severity: alerting.P0, From: opened, Config: "9f31c04b77aa",
			Channels: []escalation.Channel{escalation.SMS, escalation.Email, escalation.Slack},
			Steps: []escalation.PlannedStep{
				step(0, "on-call", escalation.UntilAcknowledged, ""),
				step(5*time.Minute, "on-call", escalation.UntilAcknowledged, "initial response overdue"),
				step(15*time.Minute, "manager", escalation.UntilAcknowledged, ""),
				step(30*time.Minute, "senior-engineer", escalation.UntilAcknowledged, ""),
				step(time.Hour, "executive", escalation.UntilResolved, ""),
			},
		},
	}
	c.Plan.Steps[0].After = "0m"
	c.Plan.Steps[4].After = "1h"
	for i := range 2 {
		s := &c.Plan.Steps[i]
		s.State, s.At = escalation.StepFired, s.DueAt
		s.Reason = alerting.Reason{
			Text: "told System Admin over SMS, email and Slack: nobody had acknowledged", Rule: fmt.Sprintf("matrix.P0.steps[%d]", i),
			Values: map[string]string{"until": "acknowledged", "state": "open"}, Config: "9f31c04b77aa",
		}
	}
	return c
}

func small(id int64, title string, sev alerting.Severity, st alerting.State, service string, opened, now time.Time, who string) escalation.Case {
	c := escalation.Case{Incident: alerting.Incident{
		ID: id, Title: title, Severity: sev, State: st, Labels: alerting.Labels{"alertname": "x", "service": service}, AlertCount: 1,
		FiringCount: 1, OpenedAt: opened, Assignee: who, Round: 1, Reason: alerting.Because(sev.String() + " by rule 4"),
	}}
	switch st {
	case alerting.StateAcknowledged:
		c.Incident.AcknowledgedAt, c.Incident.AcknowledgedBy = opened.Add(4*time.Minute), who
		c.Plan.Steps = []escalation.PlannedStep{{DueAt: opened.Add(2 * time.Hour), Kind: escalation.PageStep, Role: "manager", Until: escalation.UntilResolved, State: escalation.StepPending}}
	case alerting.StateResolved:
		c.Incident.ResolvedAt, c.Incident.ResolvedBy, c.Incident.FiringCount = opened.Add(34*time.Minute), "tocsin", 0
	case alerting.StateOpen:
		if sev == alerting.P2 {
			c.Plan.Steps = []escalation.PlannedStep{{DueAt: now.Add(-4 * time.Minute), Kind: escalation.AssignStep, Role: "engineer", Until: escalation.UntilAssigned, State: escalation.StepPending}}
		}
	}
	return c
}

func aroundSystemDown(c escalation.Case) ([]alerting.Alert, []notifiers.Page, []alerting.Entry) {
	at := c.Incident.OpenedAt
	alert := func(i int, instance, summary string, st alerting.Status) alerting.Alert {
		l := alerting.Labels{"alertname": "SystemDown", "service": "backend", "env": "prod", "instance": instance, "severity": "critical"}
		a := alerting.Alert{
			ID: int64(i), Source: "prometheus", Fingerprint: l.Fingerprint(), IncidentID: 412, Status: st, Severity: alerting.P0, Labels: l,
			Annotations: alerting.Labels{
				"summary": summary, "description": "No answer on port 8000 for two minutes. Three probes in a row failed with \"connection refused\".",
				"runbook_url": "https://runbooks.example.com/system-down", "dashboard_url": "https://grafana.example.com/d/backend",
			},
			StartsAt: at.Add(-2 * time.Minute), FirstSeen: at.Add(time.Duration(i) * 20 * time.Second), LastSeen: at.Add(8 * time.Minute), Count: 9,
			GeneratorURL: "https://prometheus.example.com/graph?g0.expr=up%7Bjob%3D%22backend%22%7D+%3D%3D+0",
			Reason:       c.Incident.Reason,
		}
		if st == alerting.Resolved {
			a.ResolvedAt, a.EndsAt = at.Add(6*time.Minute), at.Add(6*time.Minute)
		}
		return a
	}
	alerts := []alerting.Alert{
		alert(0, "backend-1:8000", "backend-1 does not answer", alerting.Firing),
		alert(1, "backend-2:8000", "backend-2 does not answer", alerting.Firing),
		alert(2, "backend-3:8000", "backend-3 does not answer", alerting.Resolved),
	}

	var pages []notifiers.Page
	page := func(step int, ch escalation.Channel, st notifiers.PageState, attempts ...notifiers.Attempt) {
		when := at.Add(time.Duration(step) * 5 * time.Minute)
		for i := range attempts {
			attempts[i].At = when.Add(time.Duration(i*12)*time.Second + 40*time.Millisecond)
		}
		pages = append(pages, notifiers.Page{
			ID: int64(70 + len(pages)), IncidentID: 412, Round: 1, Step: step, Role: "on-call", Person: "system-admin", Channel: ch,
			State: st, CreatedAt: when, Attempts: attempts, Tries: len(attempts), Says: c.Plan.Steps[step].Says,
			Reason: alerting.Reason{Text: "System Admin holds primary until Monday 09:00", Rule: "rotations.primary", Config: "9f31c04b77aa"},
		})
	}
	page(0, escalation.SMS, notifiers.Delivered, notifiers.Attempt{Outcome: notifiers.OutcomeDelivered, ProviderID: "SM4a1f0c2e9b"})
	page(0, escalation.Email, notifiers.Sent, notifiers.Attempt{Outcome: notifiers.OutcomeSent, ProviderID: "<412.70@tocsin>"})
	page(0, escalation.Slack, notifiers.Sent, notifiers.Attempt{Outcome: notifiers.OutcomeSent, ProviderID: "1772330500.000200"})
	page(1, escalation.SMS, notifiers.Unknown,
		notifiers.Attempt{Outcome: notifiers.OutcomeFailed, Error: "503 from the provider: temporarily unavailable"},
		notifiers.Attempt{Outcome: notifiers.OutcomeUnknown, Error: "the connection was lost after the request had left", PossibleRepeat: true})
	page(1, escalation.Email, notifiers.Failed, notifiers.Attempt{Outcome: notifiers.OutcomeFailed, Error: "550 mailbox unavailable"})
	page(1, escalation.Slack, notifiers.Queued)

	person := alerting.Actor{Name: "devops-lead", Via: "slack"}
	source := alerting.Actor{Name: "prometheus", Via: "alert"}
	entries := []alerting.Entry{
		{At: at, Kind: alerting.KindOpened, Actor: source, Text: "SystemDown on backend-1:8000 opened the incident", Reason: c.Incident.Reason},
		{At: at.Add(30 * time.Millisecond), Kind: alerting.KindStepFired, Actor: alerting.Tocsin, Text: "Paged on-call: System Admin", Reason: c.Plan.Steps[0].Reason},
		{At: at.Add(2 * time.Second), Kind: alerting.KindPageDelivered, Actor: alerting.Tocsin, Text: "SMS to System Admin was delivered"},
		{At: at.Add(20 * time.Second), Kind: alerting.KindAlertFiring, Actor: source, Text: "backend-2:8000 fires too"},
		{At: at.Add(90 * time.Second), Kind: alerting.KindAcknowledged, Actor: person, Text: "Acknowledged: looking at the load balancer"},
		{At: at.Add(3 * time.Minute), Kind: alerting.KindReopened, Actor: person, Text: "Reopened: it is not the load balancer, handing back"},
		{At: at.Add(5 * time.Minute), Kind: alerting.KindStepFired, Actor: alerting.Tocsin, Text: "Paged on-call: initial response overdue", Reason: c.Plan.Steps[1].Reason},
		{At: at.Add(5*time.Minute + time.Second), Kind: alerting.KindPageFailed, Actor: alerting.Tocsin, Text: "Email to System Admin failed: 550 mailbox unavailable"},
		{At: at.Add(6 * time.Minute), Kind: alerting.KindAlertResolved, Actor: source, Text: "backend-3:8000 answers again"},
	}
	for i := range entries {
		entries[i].ID = int64(i + 1)
	}
	return alerts, pages, entries
}

func sandboxed(c escalation.Case) []notifiers.Outgoing {
	blocks := json.RawMessage(`[{"type":"header","text":{"type":"plain_text","text":"P0 #412 SystemDown"}},
		{"type":"section","text":{"type":"mrkdwn","text":"*backend* in prod does not answer. <https://tocsin.example.com/incidents/412|Open the incident>"}},
		{"type":"section","fields":[{"type":"mrkdwn","text":"*State*\nopen"},{"type":"mrkdwn","text":"*Next*\nmanager at 10:15"}]},
		{"type":"actions","elements":[{"type":"button","style":"primary","text":{"type":"plain_text","text":"Acknowledge"}},{"type":"button","text":{"type":"plain_text","text":"Escalate"}},{"type":"button","style":"danger","text":{"type":"plain_text","text":"Resolve"}}]},
		{"type":"context","elements":[{"type":"mrkdwn","text":"2 of 3 alerts firing"},{"type":"mrkdwn","text":"rule ` + "`classify.rules[0]`" + `"}]}]`)
	out := []notifiers.Outgoing{
		{Channel: escalation.SMS, Kind: notifiers.OutgoingPage, Person: "system-admin", Rendered: notifiers.Rendered{To: "+15005550003", Text: "P0 #412 SystemDown backend: reply ACK 412"}},
		{Channel: escalation.Slack, Kind: notifiers.OutgoingPost, Rendered: notifiers.Rendered{To: "C0INCIDENTS", Payload: blocks}},
		{Channel: escalation.Email, Kind: notifiers.OutgoingPage, Person: "system-admin", Rendered: notifiers.Rendered{
			To: "sysadmin@example.com", Subject: "[P0] #412 SystemDown: backend",
			Text: "SystemDown on backend, since 02:06 CET.\n\nbackend-1 does not answer\nbackend-2 does not answer\n\nNext: manager at 02:21 CET, unless acknowledged.\n\nAcknowledge: http://127.0.0.1:8080/incidents/412\n",
			HTML: `<div style="font-family:sans-serif;max-width:34rem;margin:1rem auto"><p style="color:#fff;background:#b3261e;padding:.5rem 1rem;border-radius:.4rem"><b>P0</b> critical</p><h1 style="font-size:1.3rem">#412 SystemDown</h1><p>backend-1 does not answer</p><p><a href="http://127.0.0.1:8080/incidents/412">Open the incident</a></p></div>`,
		}},
		{Channel: escalation.SMS, Kind: notifiers.OutgoingPage, Person: "system-admin", Rendered: notifiers.Rendered{To: "+15005550003", Text: "P0 #412 SystemDown backend: initial response overdue, 2 alerts firing since 02:06. Manager is told at 02:21. Reply ACK 412"}},
		{Channel: escalation.Slack, Kind: notifiers.OutgoingReply, Rendered: notifiers.Rendered{To: "C0INCIDENTS", Text: "02:11 *Tocsin* paged on-call: initial response overdue"}},
	}
	for i := range out {
		out[i].ID, out[i].IncidentID, out[i].At = int64(50-i), 412, c.Incident.OpenedAt.Add(time.Duration(5-i)*time.Minute)
	}
	return out
}
