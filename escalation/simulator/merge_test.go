package simulator_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator"
)

func TestMergedAlertsMoveAndFindTheIncidentThatGoesOn(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	disk := policytest.Event(christmas, "alertname", "DiskNearlyFull", "service", "host", "severity", "critical")
	w.Receive([]alerting.Event{systemDown(christmas), disk})
	merge := answer(escalation.Merge, "ada")
	merge.Into = 1
	if note, err := w.Answer(2, merge); err != nil || note != "" {
		t.Fatal(note, err)
	}
	into, _ := w.Case(1)
	from, _ := w.Case(2)
	if len(w.Alerts(1)) != 2 || len(w.Alerts(2)) != 0 || into.Incident.FiringCount != 2 || from.Incident.MergedInto != 1 {
		t.Errorf("alerts %d and %d, %d fire, merged into %d", len(w.Alerts(1)), len(w.Alerts(2)), into.Incident.FiringCount, from.Incident.MergedInto)
	}
	w.AdvanceTo(christmas.Add(time.Minute))
	w.Receive([]alerting.Event{policytest.Event(w.Now(), "alertname", "DiskNearlyFull", "service", "host", "severity", "critical", "disk", "b")})
	if n := len(w.Cases()); n != 2 || len(w.Alerts(1)) != 3 {
		t.Errorf("another alert of the merged key opens nothing: %d incidents, %d alerts in the first", n, len(w.Alerts(1)))
	}
}

func TestASplitTakesItsAlertsWithIt(t *testing.T) {
	w := simulator.New(policytest.Manual(t), christmas)
	first := policytest.Event(christmas, "alertname", "SystemDown", "service", "backend", "instance", "a")
	second := policytest.Event(christmas, "alertname", "SystemDown", "service", "backend", "instance", "b")
	w.Receive([]alerting.Event{first, second})
	split := answer(escalation.Split, "ada")
	split.Alerts = []string{second.Labels.Fingerprint()}
	if note, err := w.Answer(1, split); err != nil || note != "" {
		t.Fatal(note, err)
	}
	if len(w.Cases()) != 2 || len(w.Alerts(1)) != 1 || len(w.Alerts(2)) != 1 {
		t.Fatalf("%d incidents, with %d and %d alerts", len(w.Cases()), len(w.Alerts(1)), len(w.Alerts(2)))
	}
	w.Receive([]alerting.Event{policytest.Ended(second, christmas.Add(time.Second))})
	rest, _ := w.Case(1)
	off, _ := w.Case(2)
	if rest.Incident.State != alerting.StateOpen || off.Incident.State != alerting.StateResolved {
		t.Errorf("its alert ends, and it alone is resolved: %s and %s", rest.Incident.State, off.Incident.State)
	}
}

func TestAPersonalRulesPageWaitsAndIsNotSentOnceItIsNotNeeded(t *testing.T) {
	for _, c := range []struct {
		answer string
		last   simulator.Kind
	}{{"note:looking@1m", simulator.Page}, {"resolved@1m", simulator.Skip}} {
		p := policytest.Manual(t)
		person := p.Directory.People["system-admin"]
		person.Rules = map[alerting.Severity][]escalation.Rule{alerting.P0: {
			{Over: []escalation.Channel{escalation.SMS}},
			{Over: []escalation.Channel{escalation.Email}, After: 2 * time.Minute},
		}}
		p.Directory.People["system-admin"] = person
		r := request(t, c.answer)
		r.For = 3 * time.Minute
		out, err := simulator.Run(p, r)
		if err != nil {
			t.Fatal(err)
		}
		last := out.Story[len(out.Story)-1]
		if last.Kind != c.last || last.Channel != escalation.Email || !last.At.Equal(christmas.Add(2*time.Minute)) {
			t.Errorf("%s: the last event is %+v", c.answer, last)
		}
	}
}

func TestAnIncidentThatIsAloneIsToldThatItCannotBeMergedIntoItself(t *testing.T) {
	out, err := simulator.Run(policytest.Manual(t), request(t, "merge:1@1m"))
	if err != nil {
		t.Fatal(err)
	}
	const want = "incident #1 cannot be merged into itself, and there is no other that goes on by itself"
	if !slices.ContainsFunc(out.Story, func(e simulator.Event) bool { return e.Kind == simulator.Refused && e.Reason == want }) {
		t.Errorf("%+v", out.Story)
	}
}
