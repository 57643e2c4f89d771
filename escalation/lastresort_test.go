package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// awayCatchAll lets catch_all be away for a week, and nobody hold the role of a P0's only step.
func awayCatchAll(w *world, deputy string) {
	d := &w.policy.Directory
	d.CatchAll = "engineering-manager"
	d.Absences = []escalation.Absence{{Person: d.CatchAll, From: monday, Until: monday.Add(168 * hour), Deputy: deputy}}
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps = []escalation.Step{{Kind: escalation.PageStep, Role: "nobody", Until: escalation.UntilResolved}}
	})
}

func TestWhileCatchAllIsAwayTheirDeputyIsToldWhateverTheirReach(t *testing.T) {
	w := newWorld(t, monday.Add(12*hour)) // at night
	awayCatchAll(w, "database-admin")
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.Expect("0m", "database-admin", all...)
	w.ExpectNothingElse()
	s := w.step(0)
	want := "Database Admin stands in for catch_all Engineering Manager, who is away until Mon 9 Feb 2026 10:00 CET, and is told instead"
	if !s.Nobody || !strings.HasSuffix(s.Reason.Text, want) {
		t.Errorf("%v, %q", s.Nobody, s.Reason.Text)
	}
	if tried := s.Reason.Tried; len(tried) != 1 || tried[0].Rule != "people.engineering-manager" || !strings.HasPrefix(tried[0].Why, "is catch_all and is away until") {
		t.Errorf("%+v", tried)
	}
}

func TestCatchAllWhoIsAwayIsToldWhereNobodyCanStandIn(t *testing.T) {
	for name, deputy := range map[string]string{"no deputy": "", "a deputy who is away too": "devops-lead", "a deputy without an address": "system-admin", "a deputy who is not there": "gone"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, monday.Add(12*hour))
			awayCatchAll(w, deputy)
			d := &w.policy.Directory
			d.Absences = append(d.Absences, escalation.Absence{Person: "devops-lead", From: monday, Until: monday.Add(24 * hour), Deputy: "database-admin"})
			w.person("system-admin", func(p *escalation.Person) { p.Phone, p.Email, p.Slack = "", "", "" })
			w.Fire(systemDown(w))
			w.Until(time.Minute)
			w.Expect("0m", "engineering-manager", all...)
			w.ExpectNothingElse()
		})
	}
}

func TestWhoStandsInForCatchAllAndWasGivenTheIncidentIsToldAtTheNextAssignment(t *testing.T) {
	w := newWorld(t, monday.Add(12*hour))
	awayCatchAll(w, "database-admin")
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		step := escalation.Step{Kind: escalation.AssignStep, Role: "nobody", Until: escalation.UntilResolved}
		r.Steps = []escalation.Step{step, step}
		r.Steps[1].After.Amount = hour
	})
	w.Fire(systemDown(w))
	w.Until(2 * hour)
	w.Expect("0m", "database-admin", all...)
	w.Expect("1h", "database-admin", all...)
	w.ExpectNothingElse()
	if w.c.Incident.Assignee != "database-admin" {
		t.Errorf("%+v", w.c.Incident)
	}
}

func TestTheLastResortIsToldWhyBeforeTheStepsOwnWords(t *testing.T) {
	for _, c := range []struct {
		kind       escalation.StepKind
		says, want string
	}{
		{escalation.PageStep, "", "nobody reaches nobody, so you are told"},
		{escalation.PageStep, "initial response overdue", "nobody reaches nobody, so you are told: initial response overdue"},
		{escalation.AssignStep, "", "nobody reaches nobody, so it is assigned to you"},
	} {
		w := newWorld(t, monday)
		awayCatchAll(w, "database-admin")
		w.rowOf(alerting.P0, func(r *escalation.Row) {
			r.Steps = []escalation.Step{{Kind: c.kind, Role: "nobody", Until: escalation.UntilResolved, Says: c.says}}
		})
		w.Fire(systemDown(w))
		w.Until(time.Minute)
		if len(w.orders) == 0 {
			t.Fatal("nobody is told")
		}
		for _, o := range w.orders {
			if o.order.Says != c.want {
				t.Errorf("%s to %s says %q, want %q", o.order.Channel, o.order.Person, o.order.Says, c.want)
			}
		}
	}
}

func TestEscalatingAPlanWithoutAPageStepTellsTheLastResortWhy(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.Steps = nil })
	w.Fire(systemDown(w))
	w.must(w.Answer(escalation.Escalate, "ada"))
	if len(w.orders) == 0 || w.orders[0].order.Says != "the plan reaches nobody, so you are told: escalated by ada" {
		t.Errorf("%+v", w.orders)
	}
}
