package escalation_test

import (
	"testing"
	"time"

	"tocsin/alerting"
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
