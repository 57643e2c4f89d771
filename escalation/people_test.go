package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// person changes somebody of the directory.
func (w *world) person(id string, change func(*escalation.Person)) {
	p := w.policy.Directory.People[id]
	change(&p)
	w.policy.Directory.People[id] = p
}

// hoursOf is open every day in these hours, in Berlin.
func hoursOf(t *testing.T, hours string) *calendar.Calendar {
	t.Helper()
	spans, err := calendar.ParseHours(hours)
	if err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	days := []time.Weekday{0, 1, 2, 3, 4, 5, 6}
	return &calendar.Calendar{Zone: zone, Workdays: days, Hours: spans}
}

func TestPersonalRulesReplaceTheRowsChannelsAndMayWait(t *testing.T) {
	w := newWorld(t, monday)
	w.person("system-admin", func(p *escalation.Person) {
		p.Rules = map[alerting.Severity][]escalation.Rule{alerting.P0: {
			{Over: []escalation.Channel{escalation.Slack}},
			{Over: []escalation.Channel{escalation.SMS}, After: 2 * time.Minute},
		}}
	})
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.Expect("0m", "system-admin", "slack", "sms")
	w.ExpectNothingElse()
	for _, o := range w.orders {
		waits := o.order.Channel == escalation.SMS
		if o.order.NotBefore.Equal(monday.Add(2*time.Minute)) != waits || strings.HasSuffix(o.order.Reason.Text, "over sms, after 2m by a personal rule") != waits {
			t.Errorf("%s not before %s: %s", o.order.Channel, o.order.NotBefore, o.order.Reason.Text)
		}
	}
}

func TestQuietHoursHoldPagesOfP2UntilTheirEndAndNoneOfP0(t *testing.T) {
	for _, c := range []struct {
		labels []string
		held   bool
	}{
		{[]string{"alertname", "Slow", "severity", "warning"}, true},
		{[]string{"alertname", "SystemDown", "severity", "critical"}, false},
	} {
		w := newWorld(t, monday)
		w.person("system-admin", func(p *escalation.Person) {
			p.Quiet = escalation.Quiet{Hours: hoursOf(t, "08:00-12:30"), Severities: []alerting.Severity{alerting.P0, alerting.P2, alerting.P3}}
		})
		w.Fire(w.Alert(c.labels...))
		w.Until(time.Minute)
		end := time.Date(2026, 2, 2, 11, 30, 0, 0, time.UTC)
		for _, o := range w.orders {
			if o.order.NotBefore.Equal(end) != c.held || strings.HasSuffix(o.order.Reason.Text, ", held until 12:30 Mon: quiet hours") != c.held {
				t.Errorf("%v: not before %s: %s", c.labels, o.order.NotBefore, o.order.Reason.Text)
			}
		}
		if c.held && !strings.Contains(w.step(0).Reason.Values["held.system-admin"], "quiet hours") {
			t.Errorf("the step's reason does not say so: %+v", w.step(0).Reason)
		}
	}
}

func TestSomebodyIsReachedInHoursOfTheirOwn(t *testing.T) {
	w := newWorld(t, monday) // 10:00 in Berlin
	w.person("engineering-manager", func(p *escalation.Person) {
		p.Reach, p.Hours = escalation.ReachHours, hoursOf(t, "10:20-12:00")
	})
	w.Fire(systemDown(w))
	w.Until(16 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.Expect("5m", "system-admin", all...)
	w.Expect("15m", "devops-lead", all...)
	w.ExpectNothingElse()
	if s := w.step(2); !s.Nobody || !strings.Contains(s.Reason.Text, "engineering-manager is reached in hours of their own only, and it is 10:15 on Monday there") {
		t.Errorf("%+v", s)
	}
	if w.step(0).Nobody {
		t.Error("the first step reached somebody")
	}
}

func TestWhoeverIsAwayIsPassedOverAndTheirDeputyIsTold(t *testing.T) {
	w := newWorld(t, monday)
	days := func(person, deputy string) escalation.Absence {
		return escalation.Absence{Person: person, Deputy: deputy, From: monday.Add(-24 * hour), Until: monday.Add(48 * hour), Note: "skiing"}
	}
	w.policy.Directory.Absences = []escalation.Absence{days("system-admin", "database-admin"), days("engineering-manager", "system-admin")}
	w.Fire(systemDown(w))
	w.Until(16 * time.Minute)
	w.Expect("0m", "database-admin", all...)
	w.Expect("5m", "database-admin", all...)
	w.Expect("15m", "devops-lead", all...) // a deputy's deputy is not asked: catch_all
	w.ExpectNothingElse()
	if o := w.orders[0].order; !strings.HasPrefix(o.Reason.Text, "Database Admin stands in for System Admin, who is away until Wed 4 Feb 2026 10:00 CET (skiing)") {
		t.Errorf("%q", o.Reason.Text)
	}
	tried := w.step(2).Reason.Tried
	if len(tried) != 2 || !strings.HasPrefix(tried[1].Why, "stands in for engineering-manager and is away until") || !w.step(2).Nobody {
		t.Errorf("%+v", w.step(2))
	}
}

func TestCatchAllIsToldThoughAway(t *testing.T) {
	w := newWorld(t, monday)
	w.policy.Directory.Roles["on-call"] = escalation.Role{People: []string{"nobody"}}
	w.policy.Directory.Absences = []escalation.Absence{{Person: "devops-lead", From: monday, Until: monday.Add(hour)}}
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.Expect("0m", "devops-lead", all...)
	w.ExpectNothingElse()
}

func TestShadowsAreToldAlongOverEmailAndSlackAndCountAsNobody(t *testing.T) {
	w := newWorld(t, monday)
	primary := w.policy.Directory.Rotations["primary"]
	primary.Shadows = []oncall.Layer{{People: []string{"database-admin"}, Turn: primary.Turn, Since: primary.Since}}
	w.policy.Directory.Rotations["primary"] = primary
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.Expect("0m", "database-admin", "email", "slack")
	w.ExpectNothingElse()
	if o := w.orders[3].order; o.Says != "you shadow primary" {
		t.Errorf("%+v", o)
	}

	w = newWorld(t, monday)
	w.policy.Directory.Rotations["primary"] = primary
	w.policy.Directory.Absences = []escalation.Absence{{Person: "system-admin", From: monday, Until: monday.Add(hour)}}
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.Expect("0m", "devops-lead", all...)
	w.Expect("0m", "database-admin", "email", "slack")
	w.ExpectNothingElse()
	if !w.step(0).Nobody {
		t.Error("a shadow counts as somebody")
	}
}

func TestARostersOverrideAndAbsenceDecideAndThePolicyStaysAsItWas(t *testing.T) {
	w := newWorld(t, monday)
	file := w.policy
	over := oncall.Override{ID: 3, Rotation: "primary", Person: "database-admin", From: monday.Add(-hour), Until: monday.Add(hour), By: "manager", Note: "dentist"}
	away := escalation.Absence{ID: 4, Person: "engineering-manager", Deputy: "devops-lead", From: monday, Until: monday.Add(hour)}
	w.policy = file.With(escalation.Roster{Overrides: []oncall.Override{over}}).With(escalation.Roster{Overrides: []oncall.Override{over}, Absences: []escalation.Absence{away}})
	w.Fire(systemDown(w))
	w.Until(16 * time.Minute)
	w.Expect("0m", "database-admin", all...)
	w.Expect("5m", "database-admin", all...)
	w.Expect("15m", "devops-lead", all...)
	w.ExpectNothingElse()
	if r := w.step(0).Reason.Text; !strings.Contains(r, "by an override that manager made (dentist)") {
		t.Errorf("%q", r)
	}
	if d := w.policy.Directory; len(d.Rotations["primary"].Overrides) != 1 || len(d.Absences) != 1 {
		t.Errorf("a second roster replaces the first: %+v", d)
	}
	if len(file.Directory.Rotations["primary"].Overrides) != 0 || len(file.Directory.Absences) != 0 {
		t.Error("the configuration's own policy has changed")
	}
	if again := w.policy.With(escalation.Roster{}); len(again.Directory.Absences) != 0 {
		t.Error("an empty roster leaves something behind")
	}
}

func TestARolesCalendarCountsItsStepsBusinessTimeAndTheStepSaysSo(t *testing.T) {
	w := newWorld(t, time.Date(2026, 12, 30, 18, 0, 0, 0, time.UTC))
	w.policy.Directory.Roles["engineer"] = escalation.Role{Rotation: "primary", Calendar: hoursOf(t, "20:00-22:00")}
	w.Fire(w.Alert("alertname", "Slow", "severity", "info"))
	first, second := w.step(0), w.step(1)
	if first.Due != "Monday 4 January 2027, 09:00, next business day; Thursday was closed, Friday was a public holiday (Neujahrstag)" {
		t.Errorf("%q", first.Due)
	}
	if want := time.Date(2027, 1, 1, 19, 0, 0, 0, time.UTC); !second.DueAt.Equal(want) || second.Calendar == first.Calendar || len(first.Calendar) != 12 {
		t.Errorf("%+v", second)
	}
	if w.policy.NewPlan(alerting.P0, 1, monday).Steps[2].Due != "15 min after" {
		t.Error("a step on the wall clock says when, too")
	}
}

func TestTheFormerAssigneeIsToldOfAHandOver(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Assign, Person: "devops-lead"}))
	w.orders = nil
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Assign, Person: "database-admin", By: alerting.Actor{Name: "manager"}}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(d)
	w.Expect("1m", "devops-lead", all...)
	w.Expect("1m", "database-admin", all...)
	w.ExpectNothingElse()
	if !slices.ContainsFunc(w.orders, func(o told) bool { return o.order.Says == "handed over from you to database-admin by manager" }) {
		t.Errorf("%+v", w.orders)
	}
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	if w.c.Incident.Assignee != "database-admin" {
		t.Error("an acknowledgement takes it from whom it is assigned to")
	}
}
