// Package policytest has the operations manual's organisation as domain values, for tests of the floors
// that cannot read the configuration file. A test in cmd/tocsin holds it equal to the shipped file.
package policytest

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/alerting/calendar/maintenance"
	"tocsin/escalation"
	"tocsin/escalation/oncall"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"
)

// Manual is the manual's organisation (SOP 2 and its emergency contacts).
func Manual(t testing.TB) *escalation.Policy {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	check(t, err)
	holidays, err := calendar.Region("de")
	check(t, err)
	hours, err := calendar.ParseHours("09:00-17:00")
	check(t, err)
	return &escalation.Policy{
		Config: "manual", Classifier: classifier(t), GroupBy: []string{"alertname", "service"},
		ReopenWithin: 30 * time.Minute, ReorderWindow: time.Minute,
		Matrix: matrix(t), Directory: directory(zone), Maintenance: []maintenance.Window{databases(t, zone)},
		Calendar: &calendar.Calendar{
			Zone: zone, Hours: hours, Holidays: holidays,
			Workdays: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
			Closed:   []calendar.Date{{Year: 2026, Month: 12, Day: 24}, {Year: 2026, Month: 12, Day: 31}},
		},
	}
}

// databases is the weekly window of the manual's database.
func databases(t testing.TB, zone *time.Location) maintenance.Window {
	m, err := parse.Matcher(`service="postgres"`)
	check(t, err)
	w, err := maintenance.Parse("weekly database maintenance", labels.Matchers{(*labels.Matcher)(m)}, "0 3 * * SUN", time.Hour, zone)
	check(t, err)
	return w
}

func classifier(t testing.TB) alerting.Classifier {
	rule := func(sev alerting.Severity, matchers ...string) alerting.Rule {
		r := alerting.Rule{Severity: sev}
		for _, m := range matchers {
			parsed, err := parse.Matcher(m)
			check(t, err)
			r.Match = append(r.Match, (*labels.Matcher)(parsed))
		}
		return r
	}
	return alerting.Classifier{Default: alerting.P2, Config: "manual", Rules: []alerting.Rule{
		rule(alerting.P0, `alertname=~"SystemDown|DatabaseFailure"`),
		rule(alerting.P1, `alertname="HighErrorRate"`),
		rule(alerting.P0, `severity="critical"`, `env="prod"`),
		rule(alerting.P1, `severity="critical"`),
		rule(alerting.P2, `severity="warning"`),
		rule(alerting.P3, `severity=~"info|none"`),
	}}
}

func matrix(t testing.TB) escalation.Matrix {
	step := func(kind escalation.StepKind, after, role string, until escalation.Until, says string) escalation.Step {
		delay, err := calendar.ParseDelay(after)
		check(t, err)
		return escalation.Step{After: delay, Kind: kind, Role: role, Until: until, Says: says}
	}
	const page, assign = escalation.PageStep, escalation.AssignStep
	const acknowledged, assigned, resolved = escalation.UntilAcknowledged, escalation.UntilAssigned, escalation.UntilResolved
	const overdue = "initial response overdue"
	return escalation.Matrix{
		alerting.P0: {
			Meaning: "System completely down, revenue impact", Channels: []escalation.Channel{escalation.SMS, escalation.Email, escalation.Slack},
			Failover: 10 * time.Second, AllClear: true,
			Steps: []escalation.Step{
				step(page, "0m", "on-call", acknowledged, ""),
				step(page, "5m", "on-call", acknowledged, overdue),
				step(page, "15m", "manager", acknowledged, ""),
				step(page, "30m", "senior-engineer", acknowledged, ""),
				step(page, "1h", "executive", resolved, ""),
			},
		},
		alerting.P1: {
			Meaning: "Major functionality impaired, user impact", Channels: []escalation.Channel{escalation.Email, escalation.Slack}, AllClear: true,
			Steps: []escalation.Step{
				step(page, "0m", "on-call", acknowledged, ""),
				step(page, "15m", "on-call", acknowledged, overdue),
				step(page, "1h", "senior-engineer", acknowledged, ""),
				step(page, "2h", "manager", resolved, ""),
			},
		},
		alerting.P2: {
			Meaning: "Minor functionality issues, workaround available", Channels: []escalation.Channel{escalation.Email}, AllClear: true,
			Steps: []escalation.Step{
				step(page, "0 business hours", "on-call", acknowledged, ""),
				step(page, "2 business hours", "on-call", acknowledged, overdue),
				step(assign, "4 business hours", "engineer", assigned, ""),
				step(page, "next business day", "senior-engineer", resolved, ""),
			},
		},
		alerting.P3: {
			Meaning: "Cosmetic issues, no user impact", Channels: []escalation.Channel{escalation.Email}, AllClear: true,
			Steps: []escalation.Step{
				step(page, "next business day", "on-call", acknowledged, ""),
				step(assign, "2 business days", "engineer", assigned, ""),
			},
		},
	}
}

func directory(zone *time.Location) escalation.Directory {
	d := escalation.Directory{
		CatchAll: "devops-lead",
		People:   map[string]escalation.Person{},
		Rotations: map[string]oncall.Rotation{"primary": {
			Name: "primary", People: []string{"system-admin", "devops-lead"}, Turn: oncall.Turn{Days: 7},
			Since: oncall.Civil{Year: 2026, Month: 1, Day: 5, Hour: 9}, Zone: zone,
		}},
		Roles: map[string]escalation.Role{
			"on-call":         {Rotation: "primary"},
			"engineer":        {Rotation: "primary"},
			"senior-engineer": {People: []string{"devops-lead", "database-admin"}},
			"manager":         {People: []string{"engineering-manager"}},
			"executive":       {People: []string{"vp-engineering"}},
		},
	}
	for _, p := range []escalation.Person{
		{ID: "devops-lead", Name: "DevOps Lead", Phone: "+15005550001", Email: "devops-lead@example.com", Slack: "U0DEVOPS", Reach: escalation.ReachAlways},
		{ID: "database-admin", Name: "Database Admin", Phone: "+15005550002", Email: "dba@example.com", Slack: "U0DBA", Reach: escalation.ReachBusinessHours},
		{ID: "system-admin", Name: "System Admin", Phone: "+15005550003", Email: "sysadmin@example.com", Slack: "U0SYS", Reach: escalation.ReachOnCall},
		{ID: "engineering-manager", Name: "Engineering Manager", Phone: "+15005550004", Email: "manager@example.com", Slack: "U0MGR", Reach: escalation.ReachAlways},
		{ID: "vp-engineering", Name: "VP Engineering", Phone: "+15005550005", Email: "vp@example.com", Slack: "U0VP", Reach: escalation.ReachAlways, Only: []alerting.Severity{alerting.P0}},
	} {
		p.NoAccount = true
		d.People[p.ID] = p
	}
	return d
}

// Event is a firing alert of the source prometheus.
func Event(startsAt time.Time, labels ...string) alerting.Event {
	e := alerting.Event{Source: "prometheus", Status: alerting.Firing, StartsAt: startsAt, Labels: alerting.Labels{}, Annotations: alerting.Labels{}}
	for i := 0; i+1 < len(labels); i += 2 {
		e.Labels[labels[i]] = labels[i+1]
	}
	e.Group = e.Labels.Only([]string{"alertname", "service"})
	return e
}

// Ended is e at its end.
func Ended(e alerting.Event, endsAt time.Time) alerting.Event {
	e.Status, e.EndsAt = alerting.Resolved, endsAt
	return e
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
