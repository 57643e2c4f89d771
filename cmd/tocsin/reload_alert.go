package main

import (
	"os"
	"path/filepath"
	"time"

	"tocsin/alerting"
)

// arrival is a refused configuration as an alert of Tocsin's own; nil is the end of it, now. Replicas share a
// database and not a file: each has an alert of its own, told apart by host and path, so that it ends
// after a restart too. The title stays the same for as long as the incident goes on or is reopened; what is
// wrong now is in the alert's summary.
func (r *refusal) arrival(path, config string, now time.Time) alerting.Arrival {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	if whole, err := filepath.Abs(path); err == nil {
		path = whole
	}
	labels := alerting.Labels{"alertname": "TocsinConfigRefused", "service": "tocsin", "instance": host + ":" + path}
	e := alerting.Event{Source: "tocsin", Labels: labels, Status: alerting.Resolved, StartsAt: now, EndsAt: now}
	summary := "the configuration " + path + " is in force"
	if r != nil {
		summary = r.summary()
		e.Status, e.StartsAt, e.EndsAt = alerting.Firing, r.at, time.Time{}
	}
	e.Annotations = alerting.Labels{"summary": summary}
	return alerting.Arrival{
		Event: e, Fingerprint: labels.Fingerprint(), Key: "tocsin/config",
		Title: "Configuration of " + host + " refused", Severity: alerting.P1,
		Reason: alerting.Reason{Text: "P1: a configuration that Tocsin refuses is always P1", Rule: "reload", Config: config},
	}
}
