package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

func TestAfterAMuteStepsInBusinessTimeKeepToBusinessTime(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(w.Alert("alertname", "SlowQueries", "service", "analytics", "severity", "warning"))
	w.Until(hour)
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(126 * hour)})) // Saturday 16:00
	w.Until(14 * 24 * hour)
	w.Expect("0m", "system-admin", "email")
	w.Expect("167h", "devops-lead", "email")    // Monday 09:00: the step of 2 business hours
	w.Expect("169h", "devops-lead", "email")    // 2 business hours later, as planned
	w.Expect("191h", "devops-lead", "email")    // the business day after: senior-engineer
	w.Expect("191h", "database-admin", "email") //
	w.ExpectNothingElse()
	if due := w.step(1).Due; !strings.HasPrefix(due, "Monday 9 February, 09:00, put off from Monday 2 February, 12:00: muted by ") {
		t.Errorf("the plan says %q", due)
	}
}

func TestStepsThatCountOnTheWallClockArePutOffByIt(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(2 * hour)}))
	w.Until(2*hour + time.Minute)
	if due := w.step(2).Due; !w.step(2).DueAt.Equal(monday.Add(2*hour+10*time.Minute)) || !strings.HasPrefix(due, "put off from ") {
		t.Errorf("%s: %q", w.step(2).DueAt, due)
	}
}

func TestAPageHeldUntilSomebodyIsAwayGoesToTheirDeputyThen(t *testing.T) {
	w := newWorld(t, monday)
	w.person("system-admin", func(p *escalation.Person) {
		p.Rules = map[alerting.Severity][]escalation.Rule{alerting.P0: {
			{Over: []escalation.Channel{escalation.Slack}},
			{Over: []escalation.Channel{escalation.SMS}, After: 3 * time.Minute},
		}}
	})
	leaves := monday.Add(3 * time.Minute)
	w.policy.Directory.Absences = []escalation.Absence{{Person: "system-admin", Deputy: "database-admin", From: monday.Add(time.Minute), Until: monday.Add(24 * hour)}}
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.Expect("0m", "system-admin", "slack")
	w.Expect("0m", "database-admin", all...)
	w.ExpectNothingElse()
	for _, o := range w.orders {
		if o.order.Person == "database-admin" && (!o.order.NotBefore.Equal(leaves) || !strings.HasPrefix(o.order.Reason.Text, "Database Admin stands in for System Admin, who is away until ")) {
			t.Errorf("not before %s: %s", o.order.NotBefore, o.order.Reason.Text)
		}
	}
	w.policy.Directory.Absences[0].Deputy = ""
	if told := w.policy.Told(alerting.P0, escalation.Step{Kind: escalation.PageStep, Role: "on-call"}, monday); len(told.People) != 1 || !slices.Contains(told.People[0].Channels, escalation.SMS) {
		t.Errorf("without a deputy: %+v", told)
	}
}

func TestAnAssignStepTellsWhoHasTheIncidentAndNobodyElse(t *testing.T) {
	for assignee, told := range map[string][]string{"engineering-manager": {"engineering-manager"}, "ci": nil} {
		w := newWorld(t, monday)
		w.rowOf(alerting.P0, func(r *escalation.Row) {
			r.Steps = []escalation.Step{{Kind: escalation.AssignStep, Role: "senior-engineer", Until: escalation.UntilResolved}}
		})
		w.Fire(systemDown(w))
		w.orders, w.c.Plan.Steps[0].State, w.c.Incident.Assignee = nil, escalation.StepPending, assignee
		w.Wake()
		for _, person := range told {
			w.Expect("0m", person, all...)
		}
		w.ExpectNothingElse()
		if s := w.step(0); (s.State == escalation.StepSkipped) != (told == nil) || s.Nobody {
			t.Errorf("%s: %+v", assignee, s)
		}
	}
}
