package modeltest

import (
	"testing"
	"time"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/alerting/calendar/maintenance"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// configuration is a policy, with what the model cannot read out of it.
type configuration struct {
	policy  *escalation.Policy
	windows []window
}

// window is a maintenance window that the model understands: it is about alerts with these labels, and begins
// each so often, so long after midnight.
type window struct {
	labels              alerting.Labels
	every, begin, lasts time.Duration
}

// configurations are three that differ in what may change while incidents are open: matrix, channels, roles,
// people, catch_all, windows and the times of intake.
func configurations(t testing.TB) []configuration {
	full := configuration{policy: organisation(t), windows: []window{
		{alerting.Labels{"service": "db"}, 6 * time.Hour, 0, 45 * time.Minute},
		{alerting.Labels{"service": "db"}, 12 * time.Hour, 30 * time.Minute, 75 * time.Minute},
		{alerting.Labels{"instance": "0"}, 8 * time.Hour, 15 * time.Minute, 90 * time.Minute},
		{alerting.Labels{"instance": "1", "service": "web"}, 12 * time.Hour, time.Hour, 4 * time.Hour},
	}}
	for k, cron := range []string{"0 */6 * * *", "30 */12 * * *", "15 */8 * * *", "0 1,13 * * *"} {
		full.policy.Maintenance = append(full.policy.Maintenance, full.windows[k].parsed(t, cron))
	}
	return []configuration{full, {policy: smaller(t)}, {policy: bare(t)}}
}

func (w window) parsed(t testing.TB, cron string) maintenance.Window {
	t.Helper()
	var match labels.Matchers
	for name, value := range w.labels {
		match = append(match, matcher(t, name+`="`+value+`"`))
	}
	parsed, err := maintenance.Parse("work", match, cron, w.lasts, zone())
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func matcher(t testing.TB, s string) *labels.Matcher {
	t.Helper()
	m, err := parse.Matcher(s)
	if err != nil {
		t.Fatal(err)
	}
	return (*labels.Matcher)(m)
}

// zone has no changes of the clock: those are proven where days are counted.
func zone() *time.Location { return time.FixedZone("CET", 60*60) }

var everyDay = []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}

func hours(t testing.TB, text string, days ...time.Weekday) *calendar.Calendar {
	t.Helper()
	spans, err := calendar.ParseHours(text)
	if err != nil {
		t.Fatal(err)
	}
	return &calendar.Calendar{Zone: zone(), Workdays: days, Hours: spans}
}

func workdays(t testing.TB, text string) *calendar.Calendar {
	c := hours(t, text, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	c.Closed = []calendar.Date{{Year: 2026, Month: 1, Day: 15}}
	return c
}

func organisation(t testing.TB) *escalation.Policy {
	p := &escalation.Policy{
		Config: "full", GroupBy: []string{"service"}, ReopenWithin: 30 * time.Minute, ReorderWindow: time.Minute,
		Calendar: workdays(t, "09:00-12:00, 13:00-17:00"), Matrix: fullMatrix(t), Directory: directory(t),
		Classifier: alerting.Classifier{Default: alerting.P2},
	}
	for _, sev := range alerting.Severities {
		m := matcher(t, `sev="`+sev.String()+`"`)
		p.Classifier.Rules = append(p.Classifier.Rules, alerting.Rule{Match: labels.Matchers{m}, Severity: sev})
	}
	return p
}

// smaller is the organisation with other steps, other people in its roles, and another catch_all.
func smaller(t testing.TB) *escalation.Policy {
	p := organisation(t)
	p.Config, p.ReopenWithin, p.ReorderWindow = "smaller", 2*time.Hour, 10*time.Minute
	p.Directory.CatchAll = "ada"
	p.Directory.Roles["managers"] = escalation.Role{People: []string{"eve"}}
	p.Directory.Roles["experts"] = escalation.Role{Rotation: "secondary"}
	p.Matrix[alerting.P0] = escalation.Row{Channels: channels("sms slack"), AckTimeout: 2 * time.Hour, Steps: []escalation.Step{
		step(t, "page", "10m", "managers", "acknowledged", "late"),
		step(t, "page", "0m", "on-call", "acknowledged", ""),
		step(t, "assign", "15m", "experts", "resolved", ""),
		step(t, "page", "1h", "engineer", "assigned", ""),
	}}
	p.Matrix[alerting.P2] = escalation.Row{Channels: channels("email slack"), AckTimeout: 3 * time.Hour, Repeat: repeat(t, "2 business hours", 2), Remind: time.Hour, Digest: "12:30", Steps: []escalation.Step{
		step(t, "page", "0m", "engineer", "acknowledged", ""),
		step(t, "page", "1 business hour", "managers", "acknowledged", "overdue"),
		step(t, "assign", "30m", "experts", "acknowledged", ""),
		step(t, "page", "next business day", "on-call", "resolved", ""),
	}}
	return p
}

// bare is the organisation without a catch_all and with thin rows; it has none for P2.
func bare(t testing.TB) *escalation.Policy {
	p := organisation(t)
	p.Config, p.ReopenWithin = "bare", 5*time.Minute
	p.Directory.CatchAll = ""
	delete(p.Matrix, alerting.P2)
	p.Matrix[alerting.P3] = escalation.Row{Channels: channels("email"), Steps: []escalation.Step{
		step(t, "assign", "1h", "engineer", "assigned", ""),
	}}
	p.Matrix[alerting.P1] = escalation.Row{Channels: channels("email sms"), Repeat: repeat(t, "30m", 3), Failover: 10 * time.Second, AllClear: true, Steps: []escalation.Step{
		step(t, "page", "5m", "on-call", "acknowledged", ""),
		step(t, "page", "20m", "managers", "resolved", "hurry"),
	}}
	return p
}

func directory(t testing.TB) escalation.Directory {
	people := map[string]escalation.Person{}
	for _, p := range []escalation.Person{
		{ID: "ada", Phone: "1", Email: "a", Slack: "A", Webhook: "w", Reach: escalation.ReachAlways},
		{ID: "bob", Phone: "2", Email: "b", Reach: escalation.ReachOnCall},
		{ID: "cyd", Email: "c", Slack: "C", Reach: escalation.ReachBusinessHours},
		{ID: "dan", Phone: "4", Email: "d", Slack: "D", Reach: escalation.ReachAlways, Rules: danRules(), Quiet: escalation.Quiet{
			Hours: hours(t, "20:00-07:00", everyDay...), Severities: []alerting.Severity{alerting.P2, alerting.P3},
		}},
		{ID: "eve", Phone: "5", Email: "e", URL: "u", Reach: escalation.ReachAlways, Only: []alerting.Severity{alerting.P0, alerting.P2}},
		{ID: "fay", Slack: "F", Phone: "6", Reach: escalation.ReachHours, Hours: hours(t, "22:00-06:00", everyDay...)},
		{ID: "gus", Email: "g", Reach: escalation.ReachAlways, Rules: map[alerting.Severity][]escalation.Rule{
			alerting.P1: {{Over: channels("sms")}},
			alerting.P2: {{Over: channels("email"), After: time.Hour}},
		}, Quiet: escalation.Quiet{Hours: hours(t, "12:00-14:00", everyDay...), Severities: []alerting.Severity{alerting.P2}}},
		{ID: "hal", Slack: "H", URL: "h", Reach: escalation.ReachBusinessHours, Calendar: hours(t, "06:00-08:00", everyDay...)},
	} {
		p.Name = p.ID
		people[p.ID] = p
	}
	return escalation.Directory{CatchAll: "hal", People: people, Roles: roles(t), Rotations: rotations(t), Absences: absences()}
}

// absences begin soon after pages that wait by a personal rule are ordered; catch_all is away with a deputy who is
// reached at night only, and with one who is away too.
func absences() (out []escalation.Absence) {
	for day := 12; day < 31; day++ {
		at := func(hour, minute int) time.Time {
			return time.Date(2026, time.January, day, hour, minute, 0, 0, zone())
		}
		out = append(out,
			escalation.Absence{Person: "dan", Deputy: "ada", From: at(10, 45), Until: at(12, 30)},
			escalation.Absence{Person: "dan", Deputy: "cyd", From: at(16, 20), Until: at(18, 0)},
			escalation.Absence{Person: "gus", Deputy: "ada", From: at(15, 0), Until: at(20, 0)},
			escalation.Absence{Person: "hal", Deputy: "fay", From: at(6, 30), Until: at(14, 0)},
			escalation.Absence{Person: "hal", Deputy: "gus", From: at(14, 30), Until: at(23, 0)})
	}
	return out
}

func danRules() map[alerting.Severity][]escalation.Rule {
	return map[alerting.Severity][]escalation.Rule{
		alerting.P0: {{Over: channels("sms")}, {Over: channels("email slack"), After: 2 * time.Minute}},
		alerting.P2: {{Over: channels("slack"), After: 30 * time.Minute}},
	}
}

func roles(t testing.TB) map[string]escalation.Role {
	return map[string]escalation.Role{
		"on-call":  {Rotation: "primary"},
		"engineer": {Rotation: "secondary"},
		"managers": {People: []string{"dan", "eve"}},
		"experts":  {People: []string{"cyd", "gus", "bob"}, Calendar: hours(t, "22:00-02:00", everyDay...)},
		"nights":   {People: []string{"fay"}},
	}
}

func rotations(t testing.TB) map[string]oncall.Rotation {
	nights, err := calendar.ParseHours("22:00-06:00")
	if err != nil {
		t.Fatal(err)
	}
	day := func(d, h int) oncall.Civil { return oncall.Civil{Year: 2026, Month: time.January, Day: d, Hour: h} }
	return map[string]oncall.Rotation{
		"primary": {
			Name: "primary", People: []string{"ada", "bob"}, Turn: oncall.Turn{Days: 1}, Since: day(5, 9), Zone: zone(),
			Layers: []oncall.Layer{{
				Name: "nights", People: []string{"dan", "gus"}, Turn: oncall.Turn{Hours: 36}, Since: day(6, 12),
				Restriction: oncall.Restriction{Days: []time.Weekday{time.Monday, time.Wednesday, time.Thursday}, Hours: nights},
			}},
			Shadows: []oncall.Layer{{People: []string{"cyd", "dan", "fay"}, Turn: oncall.Turn{Days: 2}, Since: day(5, 0)}},
		},
		"secondary": {Name: "secondary", People: []string{"eve", "fay", "gus"}, Turn: oncall.Turn{Hours: 8}, Since: day(14, 0), Zone: zone()},
	}
}
