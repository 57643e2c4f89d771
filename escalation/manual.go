package escalation

import (
	"fmt"
	"strings"
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

// The most that a manual incident takes.
const (
	manualTitle       = 200  // characters
	manualDescription = 4000 // characters
	manualLabels      = 64   // labels
	manualLabel       = 1024 // characters of a label's name or value
)

// Cleaned is m as it may be stored; *alerting.Refused says what is missing or too much.
func (m Manual) Cleaned() (Manual, error) {
	m.Title = alerting.OneLine(strings.ToValidUTF8(m.Title, "\ufffd"), manualTitle)
	m.Description = alerting.Prose(m.Description)
	switch {
	case m.Title == "":
		return m, &alerting.Refused{Text: "the title is empty: say in a few words what is wrong"}
	case len([]rune(m.Description)) > manualDescription:
		return m, &alerting.Refused{Text: fmt.Sprintf("the description is longer than %d characters", manualDescription)}
	case len(m.Labels) > manualLabels:
		return m, &alerting.Refused{Text: fmt.Sprintf("there are %d labels: %d are the most", len(m.Labels), manualLabels)}
	}
	labels := alerting.Labels{}
	for name, v := range m.Labels {
		if len(name)+len(v) > manualLabel {
			return m, &alerting.Refused{Text: fmt.Sprintf("a label is longer than %d characters", manualLabel)}
		}
		labels[alerting.OneLine(strings.ToValidUTF8(name, "\ufffd"), manualLabel)] = alerting.Prose(v)
	}
	delete(labels, "")
	m.Labels = labels
	return m, nil
}

// Open decides how a manual incident begins; m is Cleaned. id is its number, key its dedup key, which no other has.
func (p *Policy) Open(m Manual, id int64, key string, now time.Time) Decision {
	why := alerting.Reason{Text: m.Severity.String() + " as opened by " + m.By.Name, Config: p.Config}
	d := p.open(id, key, m.Title, m.Severity, m.Labels, why, now)
	d.Answer, d.By, d.Detail = Open, m.By, Detail{Text: m.Description}
	text := "Opened by " + m.By.Name
	if m.Description != "" {
		text += ": " + m.Description
	}
	d.note(now, alerting.KindOpened, m.By, why.As(alerting.Say("entry.opened_by", "by", m.By.Name, "text", m.Description)), "%s", text)
	return d
}

func (p *Policy) open(id int64, key, title string, sev alerting.Severity, labels alerting.Labels, why alerting.Reason, now time.Time) Decision {
	inc := alerting.Incident{
		ID: id, Key: key, Title: title, Severity: sev, State: alerting.StateOpen, Labels: labels,
		Round: 1, OpenedAt: now, Reason: why,
	}
	plan := p.NewPlan(sev, 1, now)
	plan.Opened = Opening{Severity: sev.String(), Name: nameOfIncident(inc)}
	return Decision{Opens: true, Case: Case{Incident: inc, Plan: plan}}
}
