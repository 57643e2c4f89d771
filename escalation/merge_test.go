package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// two opens an incident of P2, which is acknowledged, and another of P0.
func two(t *testing.T) (p *escalation.Policy, into, from escalation.Case, now time.Time) {
	t.Helper()
	p, now = policytest.Manual(t), monday
	arrivals := []alerting.Arrival{
		policytest.Event(now, "alertname", "Slow", "service", "a", "severity", "warning").Arrive(&p.Classifier, p.GroupBy),
		policytest.Event(now, "alertname", "SystemDown", "service", "b").Arrive(&p.Classifier, p.GroupBy),
	}
	a := p.Admit(escalation.Known{Now: now, Reserved: map[string]int64{arrivals[0].Key: 1, arrivals[1].Key: 2}}, arrivals)
	for _, d := range a.Incidents {
		if d.Case.Incident.ID == 1 {
			into = d.Case
		} else {
			from = d.Case
		}
	}
	now = now.Add(time.Minute)
	d, err := p.Apply(into, escalation.Answer{Verb: escalation.Acknowledge, By: alerting.Actor{Name: "system-admin"}}, now)
	if err != nil {
		t.Fatal(err)
	}
	return p, d.Case, from, now.Add(time.Minute)
}

func merge(into int64) escalation.Answer {
	return escalation.Answer{Verb: escalation.Merge, Into: into, Text: "same cause", By: alerting.Actor{Name: "manager", Via: "web"}}
}

func TestAMergeTakesAlertsAndTheWorseSeverityAndKeepsTheAcknowledgement(t *testing.T) {
	p, into, from, now := two(t)
	kept, gone, err := p.Merge(into, from, merge(1), now)
	if err != nil {
		t.Fatal(err)
	}
	k, g := kept.Case.Incident, gone.Case.Incident
	if k.AlertCount != 2 || k.FiringCount != 2 || k.Severity != alerting.P0 || k.State != alerting.StateAcknowledged || k.Round != 2 || kept.Adopts.From != 2 || kept.Adopts.Alerts != nil {
		t.Errorf("kept %+v, adopts %+v", k, kept.Adopts)
	}
	if g.State != alerting.StateResolved || g.MergedInto != 1 || g.FiringCount != 0 || gone.CloseAlerts || !gone.NextAt().IsZero() {
		t.Errorf("gone %+v", g)
	}
	for _, s := range gone.Case.Plan.Steps {
		if s.State != escalation.StepSkipped {
			t.Errorf("%+v", s)
		}
	}
	if kept.Entries[0].Kind != alerting.KindMerged || gone.Entries[0].Text != "Merged into #1 Slow a by manager: same cause" {
		t.Errorf("%+v, %+v", kept.Entries, gone.Entries)
	}
	if gone.Answer != escalation.Merge || gone.Detail.Into != 1 || kept.Answer != "" {
		t.Errorf("the audit log gets one line: %q, %q", gone.Answer, kept.Answer)
	}
}

func TestAMergeDoneTwiceChangesNothingAndSaysWhoDidIt(t *testing.T) {
	p, into, from, now := two(t)
	kept, gone, err := p.Merge(into, from, merge(1), now)
	if err != nil {
		t.Fatal(err)
	}
	again := merge(1)
	again.By.Name = "devops-lead"
	want := "already merged into #1 by manager at " + now.UTC().Format("2006-01-02 15:04:05 UTC")
	for _, state := range []alerting.State{alerting.StateOpen, alerting.StateResolved} {
		into := kept.Case
		into.Incident.State = state
		k, g, err := p.Merge(into, gone.Case, again, now.Add(time.Hour))
		if err != nil || k.Changed || g.Changed || k.Note != want || g.Note != want || g.Answer != escalation.Merge {
			t.Errorf("into what is %s: %v, %q, %q", state, err, k.Note, g.Note)
		}
	}
}

func TestWhatCannotBeMergedIsRefusedWithASentence(t *testing.T) {
	p, into, from, now := two(t)
	resolved, merged := into, from
	resolved.Incident.State = alerting.StateResolved
	merged.Incident.MergedInto = 9
	for want, c := range map[string][2]escalation.Case{
		"cannot be merged into itself":                               {into, into},
		"incident #1 is resolved: reopen it first":                   {resolved, from},
		"incident #2 was merged into #9 already":                     {into, merged},
		"incident #2 was itself merged into #9: merge into that one": {merged, into},
	} {
		kept, gone, err := p.Merge(c[0], c[1], merge(c[0].Incident.ID), now)
		if err == nil || !strings.Contains(err.Error(), want) || kept.Changed || gone.Changed || gone.Answer != escalation.Merge {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestAlertsOfAMergedIncidentsKeyGoToTheOneThatGoesOnWhileItIsUnresolved(t *testing.T) {
	p, into, from, now := two(t)
	kept, gone, err := p.Merge(into, from, merge(1), now)
	if err != nil {
		t.Fatal(err)
	}
	arr := policytest.Event(now, "alertname", "SystemDown", "service", "b", "instance", "2").Arrive(&p.Classifier, p.GroupBy)
	known := escalation.Known{
		Now: now, Latest: map[string]int64{arr.Key: 2}, Reserved: map[string]int64{arr.Key: 3},
		Cases: map[int64]escalation.Case{1: kept.Case, 2: gone.Case},
	}
	a := p.Admit(known, []alerting.Arrival{arr})
	if len(a.Incidents) != 1 || a.Incidents[0].Case.Incident.ID != 1 || a.Alerts[0].Alert.IncidentID != 1 {
		t.Errorf("%+v", a.Incidents)
	}
	d, err := p.Apply(kept.Case, escalation.Answer{Verb: escalation.Resolve}, now)
	if err != nil {
		t.Fatal(err)
	}
	known.Cases[1] = d.Case
	a = p.Admit(known, []alerting.Arrival{arr})
	if inc := a.Incidents[0].Case.Incident; inc.ID != 2 || inc.State != alerting.StateOpen || inc.MergedInto != 0 {
		t.Errorf("%+v", inc)
	}
}

func alertsOf(n int) []alerting.Alert {
	all := []alerting.Alert{
		{ID: 11, Source: "prometheus", Fingerprint: "a", Status: alerting.Firing, Severity: alerting.P2, Labels: alerting.Labels{"alertname": "Slow"}},
		{ID: 12, Source: "prometheus", Fingerprint: "b", Status: alerting.Firing, Severity: alerting.P1, Labels: alerting.Labels{"alertname": "Full"}},
		{ID: 13, Source: "prometheus", Fingerprint: "c", Status: alerting.Resolved, Severity: alerting.P0, Labels: alerting.Labels{"alertname": "Gone"}},
	}
	return all[:n]
}

func TestASplitOpensAnIncidentAsBadAsTheWorstAlertThatFires(t *testing.T) {
	p, c, _, now := two(t)
	c.Incident.AlertCount, c.Incident.FiringCount = 3, 2
	answer := escalation.Answer{Verb: escalation.Split, Alerts: []string{"b", "c"}, By: alerting.Actor{Name: "manager"}}
	rest, split, err := p.Split(c, alertsOf(3), answer, 5, "split/x", now)
	if err != nil {
		t.Fatal(err)
	}
	s, r := split.Case.Incident, rest.Case.Incident
	if s.ID != 5 || s.Key != "split/x" || s.Severity != alerting.P1 || s.AlertCount != 2 || s.FiringCount != 1 || s.State != alerting.StateOpen || !split.Opens || !split.Case.Plan.From.Equal(now) {
		t.Errorf("split %+v", s)
	}
	if a := split.Adopts; a.From != 1 || len(a.Alerts) != 2 || a.Alerts[0] != 12 {
		t.Errorf("adopts %+v", a)
	}
	if r.AlertCount != 1 || r.FiringCount != 1 || r.State != alerting.StateAcknowledged || rest.Detail.Split != 5 {
		t.Errorf("rest %+v", r)
	}
	answer.Alerts = []string{"a", "b"}
	if rest, _, err := p.Split(c, alertsOf(3), answer, 5, "split/x", now); err != nil || rest.Case.Incident.State != alerting.StateResolved {
		t.Errorf("nothing that fires is left, and it is %s (%v)", rest.Case.Incident.State, err)
	}
}

func TestWhatCannotBeSplitOffIsRefusedWithASentence(t *testing.T) {
	p, c, _, now := two(t)
	resolved := c
	resolved.Incident.State = alerting.StateResolved
	for want, x := range map[string]struct {
		c      escalation.Case
		alerts []string
	}{
		"is resolved: there is nothing to split off":   {resolved, []string{"a"}},
		"no alert was named":                           {c, nil},
		"all alerts of incident #1 would be split off": {c, []string{"a", "b", "c"}},
		"no alert z belongs to incident #1":            {c, []string{"a", "z"}},
	} {
		rest, _, err := p.Split(x.c, alertsOf(3), escalation.Answer{Verb: escalation.Split, Alerts: x.alerts}, 5, "k", now)
		if err == nil || !strings.Contains(err.Error(), want) || rest.Changed {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func TestArrivalsThatMeanNothingNewAreNotAmongThoseToRecord(t *testing.T) {
	p, now := policytest.Manual(t), monday
	e := policytest.Event(now, "alertname", "Slow", "service", "a", "severity", "warning")
	worse := policytest.Event(now, "alertname", "SystemDown", "service", "a")
	var batch []alerting.Arrival
	for _, e := range []alerting.Event{policytest.Ended(worse, now), e, e, worse} {
		batch = append(batch, e.Arrive(&p.Classifier, p.GroupBy))
	}
	a := p.Admit(escalation.Known{Now: now, Reserved: map[string]int64{batch[0].Key: 1, batch[1].Key: 2}}, batch)
	if len(a.Arrivals) != 3 || a.Arrivals[0].Status != alerting.Resolved || a.Arrivals[2].Key != batch[3].Key {
		t.Errorf("%d arrivals: %+v", len(a.Arrivals), a.Arrivals)
	}
}
