package escalation

import (
	"maps"
	"time"

	"tocsin/alerting"
)

// Manual is an incident that a person or a program opens without an alert.
type Manual struct {
	Title       string
	Severity    alerting.Severity
	Description string
	Labels      alerting.Labels
	By          alerting.Actor
}

// Open decides how a manual incident begins. id is its number, key its dedup key, which no other has.
func (p *Policy) Open(m Manual, id int64, key string, now time.Time) Decision {
	labels := alerting.Labels{}
	maps.Copy(labels, m.Labels)
	why := alerting.Reason{Text: m.Severity.String() + " as opened by " + m.By.Name, Config: p.Config}
	d := p.open(id, key, m.Title, m.Severity, labels, why, now)
	d.Answer, d.By = Open, m.By
	text := "Opened by " + m.By.Name
	if m.Description != "" {
		text += ": " + m.Description
	}
	d.note(now, alerting.KindOpened, m.By, why, "%s", text)
	return d
}

func (p *Policy) open(id int64, key, title string, sev alerting.Severity, labels alerting.Labels, why alerting.Reason, now time.Time) Decision {
	return Decision{Opens: true, Case: Case{
		Incident: alerting.Incident{
			ID: id, Key: key, Title: title, Severity: sev, State: alerting.StateOpen, Labels: labels,
			Round: 1, OpenedAt: now, Reason: why,
		},
		Plan: p.NewPlan(sev, 1, now),
	}}
}
