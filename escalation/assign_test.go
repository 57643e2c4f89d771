package escalation_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

func TestACatchAllWhoIsGivenTheIncidentIsToldWheneverTheyMayBeReached(t *testing.T) {
	w := newWorld(t, monday.Add(-6*hour)) // it is 04:00, out of everybody's business hours
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps = []escalation.Step{{Kind: escalation.AssignStep, Role: "database-admin", Until: escalation.UntilAssigned}}
	})
	catchAll := w.policy.Directory.CatchAll
	w.person(catchAll, func(p *escalation.Person) { p.Reach = escalation.ReachBusinessHours })
	w.person("database-admin", func(p *escalation.Person) { p.Reach = escalation.ReachBusinessHours })
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.Expect("0m", catchAll, all...)
	w.ExpectNothingElse()
	if w.c.Incident.Assignee != catchAll || !w.step(0).Nobody {
		t.Errorf("assigned to %q, %+v", w.c.Incident.Assignee, w.step(0))
	}
}

func TestAHeldPageToWhoHasTheIncidentGoesToTheirDeputy(t *testing.T) {
	for _, role := range []string{"on-call", "senior-engineer"} {
		w := newWorld(t, monday)
		w.rowOf(alerting.P0, func(r *escalation.Row) {
			r.Steps = []escalation.Step{{Kind: escalation.AssignStep, Role: role, Until: escalation.UntilResolved}}
		})
		w.person("system-admin", func(p *escalation.Person) {
			p.Rules = map[alerting.Severity][]escalation.Rule{alerting.P0: {{Over: []escalation.Channel{escalation.SMS}, After: time.Hour}}}
		})
		w.policy.Directory.Absences = []escalation.Absence{{Person: "system-admin", Deputy: "database-admin", From: monday.Add(time.Minute), Until: monday.Add(24 * hour)}}
		w.Fire(systemDown(w))
		w.orders, w.c.Plan.Steps[0].State, w.c.Incident.Assignee = nil, escalation.StepPending, "system-admin"
		w.Wake()
		w.Expect("0m", "database-admin", all...)
		w.ExpectNothingElse()
	}
}

func TestAfterAnOutageARepetitionInBusinessTimeKeepsToIt(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps, r.Repeat = r.Steps[:1], escalation.Repeat{After: calendar.Delay{Kind: calendar.BusinessHours, Amount: 2 * time.Hour}, Times: 1}
	})
	w.Fire(systemDown(w))
	w.orders, w.c.Plan.Steps[0].State = nil, escalation.StepPending
	w.Sleep(126 * hour) // until Saturday 16:00
	w.Until(14 * 24 * hour)
	w.Expect("126h", "system-admin", all...)
	w.Expect("169h", "devops-lead", all...) // Monday 11:00, in the next turn
	w.ExpectNothingElse()
}
