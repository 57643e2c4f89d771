package notifiers

import (
	"fmt"
	"strings"

	"tocsin/alerting"
)

// AlertLines is one line for each listed alert, if there are several: name, what tells it from the
// others, and its summary.
func (b Brief) AlertLines() []string {
	if b.Incident.AlertCount < 2 {
		return nil
	}
	var lines []string
	for _, a := range b.Alerts {
		lines = append(lines, b.Locale.alertLine(a))
	}
	return lines
}

func (l Locale) alertLine(a alerting.Alert) string {
	w := l.Words()
	line := Plain(a.Labels["alertname"])
	for _, name := range []string{"instance", "pod", "service"} {
		if v := Plain(a.Labels[name]); v != "" {
			line = strings.TrimSpace(fmt.Sprintf(w.AlertOn, line, v))
			break
		}
	}
	if s := Plain(a.Annotations["summary"]); s != "" {
		line += ": " + s
	}
	status := w.Firing
	switch a.Status {
	case alerting.Resolved:
		status = w.Ended
	case alerting.Suppressed:
		status = w.Suppressed
	}
	return Plain(fmt.Sprintf(w.AlertStatus, line, status))
}

// Link is somewhere to go.
type Link struct{ Name, URL string }

// Links are the incident's page, its runbook and its graph, as far as there are such and a browser may
// safely go there.
func (b Brief) Links() []Link {
	var links []Link
	add := func(name, raw string) {
		if u := WebURL(raw); u != "" {
			links = append(links, Link{name, u})
		}
	}
	w := b.Locale.Words()
	add(w.Incident, b.URL)
	add(w.Runbook, b.Runbook())
	for _, a := range b.Alerts {
		if a.GeneratorURL != "" {
			add(w.Graph, a.GeneratorURL)
			break
		}
	}
	return links
}

// Runbook is where the worst alert that names a runbook says it is; empty if none does so with an address
// that a browser may go to.
func (b Brief) Runbook() string { return WebURL(b.annotation("runbook_url", "runbook")) }
