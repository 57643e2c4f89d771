package config

import (
	"os"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"tocsin/alerting"
)

// Heartbeat is a sign of life that must keep coming.
type Heartbeat struct {
	Every  time.Duration     `json:"every" jsonschema:"required" jsonschema_description:"How often it comes."`
	Grace  time.Duration     `json:"grace" jsonschema:"default=0s" jsonschema_description:"How late it may be."`
	Labels map[string]string `json:"labels" jsonschema_description:"Labels of the alert that its absence is."`
}

func readHeartbeat(v value) Heartbeat {
	var h Heartbeat
	v.object(
		required("how often it comes, as in 24h", key("every", &h.Every, period)),
		key("grace", &h.Grace, duration),
		key("labels", &h.Labels, mapping(text)),
	)
	return h
}

// Runbook belongs to the alerts that it matches.
type Runbook struct {
	Match labels.Matchers `json:"match" jsonschema:"required" jsonschema_description:"The alerts that it is for."`
	File  string          `json:"file" jsonschema:"required" jsonschema_description:"Markdown file; its - [ ] lines are steps to tick."`
}

func readRunbook(v value) Runbook {
	var r Runbook
	v.object(
		required("the alerts that it is for", key("match", &r.Match, matchers)),
		required("the Markdown file", key("file", &r.File, runbookFile)),
	)
	return r
}

// runbookFile is a file that should be there; nobody is left unpaged because it is not.
func runbookFile(v value) string {
	name := text(v)
	if name == "" {
		return ""
	}
	path := within(v.r.dir, name)
	v.r.files = append(v.r.files, path)
	if _, err := os.Stat(path); err != nil {
		v.warn(KindNoRunbook, "the runbook %s cannot be read: %s", v.shown(), why(err))
	}
	return path
}

// Routine is recurring work; each run is an incident.
type Routine struct {
	Cron     string            `json:"cron" jsonschema:"required,example=0 9 * * MON#1" jsonschema_description:"When it is due to begin, as cron writes it; MON#1 is the month's first Monday."`
	Role     string            `json:"role" jsonschema:"required" jsonschema_description:"Who does it."`
	Severity alerting.Severity `json:"severity" jsonschema:"default=P3" jsonschema_description:"The severity of its incident."`
	Due      time.Duration     `json:"due" jsonschema_description:"How long it may take."`
	Runbook  string            `json:"runbook" jsonschema_description:"Markdown file with its checklist."`
}

func readRoutine(v value) Routine {
	r := Routine{Severity: alerting.P3}
	v.object(
		required(`when it begins, as in "0 9 * * MON#1"`, key("cron", &r.Cron, parsed("cron schedule", parseCron))),
		required("who does it", key("role", &r.Role, role)),
		key("severity", &r.Severity, severity),
		key("due", &r.Due, period),
		key("runbook", &r.Runbook, runbookFile),
	)
	return r
}

// Watchdog is pinged while every loop is alive; off while URL is empty.
type Watchdog struct {
	URL   string        `json:"url" jsonschema_description:"What is asked for to say that Tocsin lives. Empty: nothing."`
	Every time.Duration `json:"every" jsonschema:"default=1m" jsonschema_description:"How often."`
}

func readWatchdog(v value) Watchdog {
	w := Watchdog{Every: time.Minute}
	v.object(
		key("url", &w.URL, hidden(parseURL)),
		key("every", &w.Every, period),
	)
	return w
}

// Retention is how long history is kept.
type Retention struct {
	Incidents    time.Duration `json:"incidents" jsonschema:"default=400d" jsonschema_description:"Resolved incidents."`
	ProbeSamples time.Duration `json:"probe_samples" jsonschema:"default=30d" jsonschema_description:"What probes measured."`
}

func readRetention(v value) Retention {
	const day = 24 * time.Hour
	r := Retention{Incidents: 400 * day, ProbeSamples: 30 * day}
	v.object(
		key("incidents", &r.Incidents, period),
		key("probe_samples", &r.ProbeSamples, period),
	)
	return r
}
