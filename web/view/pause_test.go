package view

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// tuesday is 22:00 in Berlin.
var tuesday = time.Date(2026, time.November, 24, 21, 0, 0, 0, time.UTC)

// asked is an incident of the manual's that opened on Tuesday, of which the first step was told, and then somebody
// asked something.
func asked(t *testing.T, sev alerting.Severity, verb escalation.Verb, lasts time.Duration) escalation.Case {
	t.Helper()
	p := policytest.Manual(t)
	by := alerting.Actor{Name: "ci", Via: "test"}
	opened := p.Open(escalation.Manual{Title: "It is slow", Severity: sev, By: by}, 1, "k", tuesday)
	c := p.Next(opened.Case, tuesday).Case
	d, err := p.Apply(c, escalation.Answer{Verb: verb, Until: tuesday.Add(lasts), By: by}, tuesday.Add(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return d.Case
}

// says is what a part of a page says, without its tags.
func says(t *testing.T, part templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := part.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for piece := range strings.SplitSeq(b.String(), "<") {
		_, words, _ := strings.Cut(piece, ">")
		text.WriteString(words + " ")
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(text.String(), "&#39;", "'")), " ")
}

func TestAMutedIncidentSaysWhenItsStepsWillFire(t *testing.T) {
	s := berlin(t)
	s.Now = tuesday.Add(2 * time.Minute)
	c := asked(t, alerting.P2, escalation.Mute, 5*time.Hour+54*time.Minute)
	next := "Paused until Wed 25 Nov 03:54 then page on call at Wed 25 Nov 09:00"
	if got := says(t, nextBox(s, c)); !strings.HasPrefix(got, next) {
		t.Errorf("%q, want %q", got, next)
	}
	c = asked(t, alerting.P2, escalation.Mute, 20*time.Hour)
	plan := says(t, planSection(s, Incident{Case: c}))
	for _, want := range []string{"Thu 26 Nov 09:00:00 Page on call", "waits for the pause's end was due Wed 25 Nov 09:00"} {
		if !strings.Contains(plan, want) {
			t.Errorf("%q is not in\n%s", want, plan)
		}
	}
	if got := says(t, nextStep(s, c)); got != "paused until Wed 25 Nov 18:00 then page on call at Thu 26 Nov 09:00" {
		t.Errorf("%q", got)
	}
}

func TestASnoozedIncidentSaysWhatComesAfterTheSnooze(t *testing.T) {
	s := berlin(t)
	s.Now = tuesday.Add(2 * time.Minute)
	c := asked(t, alerting.P0, escalation.Snooze, 20*time.Minute)
	plan := says(t, planSection(s, Incident{Case: c}))
	if strings.Contains(plan, "skipped") || strings.Contains(plan, "nooze by") || strings.Count(plan, "waits for the snooze's end was due ") != 3 {
		t.Errorf("the plan says\n%s", plan)
	}
	if !strings.Contains(plan, "22:30:00 Page manager waits for the snooze's end was due 22:15, 15m after opening") {
		t.Errorf("the plan says\n%s", plan)
	}
	if got := says(t, nextBox(s, c)); !strings.HasSuffix(got, "at 22:20:00 then page on call") {
		t.Errorf("%q", got)
	}
	if got := says(t, linkNext(s, Link{Case: c})); !strings.HasPrefix(got, "Next: on call at 22:20") {
		t.Errorf("%q", got)
	}
}
