package escalation_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/policytest"

	"pgregory.net/rapid"
)

func TestEscalatingAnUnresolvedIncidentAlwaysTellsSomebody(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, rapid.SampledFrom([]time.Time{monday, saturday}).Draw(rt, "start"))
		if rapid.Bool().Draw(rt, "no steps") {
			for sev, row := range w.policy.Matrix {
				row.Steps = nil
				w.policy.Matrix[sev] = row
			}
		}
		severity := rapid.SampledFrom([]string{"critical", "high", "warning", "info"}).Draw(rt, "severity")
		w.Fire(policytest.Event(w.now, "alertname", "Slow", "service", "backend", "severity", severity))
		at := time.Duration(0)
		for range rapid.IntRange(1, 12).Draw(rt, "answers") {
			at += time.Duration(rapid.IntRange(31, 20000).Draw(rt, "seconds later")) * time.Second
			w.Until(at)
			a := escalation.Answer{By: alerting.Actor{Name: "manager"}, Until: w.now.Add(hour), Person: "devops-lead"}
			a.Verb = rapid.SampledFrom([]escalation.Verb{
				escalation.Escalate, escalation.Acknowledge, escalation.Snooze, escalation.Assign, escalation.Resolve, escalation.Reopen,
			}).Draw(rt, "verb")
			was := w.c.Incident.State
			d, err := w.policy.Apply(w.c, a, w.now)
			if a.Verb == escalation.Escalate && was != alerting.StateResolved && (err != nil || len(d.Pages) == 0) {
				rt.Fatalf("escalating what is %s told nobody: %q, %v", was, d.Note, err)
			}
			if err == nil {
				w.apply(d)
			}
		}
	})
}

func TestWithoutAnyStepEscalatingTellsCatchAll(t *testing.T) {
	w := newWorld(t, monday)
	row := w.policy.Matrix[alerting.P0]
	row.Steps = nil
	w.policy.Matrix[alerting.P0] = row
	w.Fire(systemDown(w))
	w.must(w.Answer(escalation.Escalate, "manager"))
	w.Expect("0m", "devops-lead", all...)
	w.ExpectNothingElse()
}

func TestEscalatingAfterAJumpGoesOnFromThereAndBackOnlyWhenNothingIsLeft(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Jump, Step: 4}))
	w.orders = nil
	for _, c := range []struct {
		at   string
		told []string
	}{
		{"2m", []string{"vp-engineering"}},      // step 5, after the one that was jumped to
		{"3m", []string{"system-admin"}},        // step 2, which was jumped over
		{"4m", []string{"engineering-manager"}}, // step 3
		{"5m", []string{"vp-engineering"}},      // all have fired: the last one again
	} {
		at, err := time.ParseDuration(c.at)
		if err != nil {
			t.Fatal(err)
		}
		w.Until(at)
		w.must(w.Answer(escalation.Escalate, "manager"))
		for _, person := range c.told {
			w.Expect(c.at, person, all...)
		}
		w.ExpectNothingElse()
	}
}

func TestAnAssignmentOfTheClockIsNoStepToEscalateFrom(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps = []escalation.Step{
			{Kind: escalation.PageStep, Role: "on-call", Until: escalation.UntilResolved},
			{Kind: escalation.PageStep, Role: "manager", Until: escalation.UntilResolved, After: calendar.Delay{Amount: hour}},
			{Kind: escalation.AssignStep, Role: "engineer", Until: escalation.UntilAssigned},
			{Kind: escalation.PageStep, Role: "executive", Until: escalation.UntilResolved, After: calendar.Delay{Amount: 2 * hour}},
		}
	})
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.orders = nil
	w.must(w.Answer(escalation.Escalate, "manager"))
	w.Expect("1m", "engineering-manager", all...)
	w.ExpectNothingElse()
}
