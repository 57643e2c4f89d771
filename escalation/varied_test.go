package escalation_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar/maintenance"
	"tocsin/escalation"

	"github.com/prometheus/alertmanager/matcher/parse"
)

// windowed is a world in which windows begin at monday's midnight and last as long as they say.
func windowed(t *testing.T, windows map[string]time.Duration) *world {
	t.Helper()
	w := newWorld(t, monday)
	w.policy.Maintenance = nil
	for match, lasts := range windows {
		ms, err := parse.Matchers(match)
		if err != nil {
			t.Fatal(err)
		}
		win, err := maintenance.Parse(match, ms, "0 0 * * *", lasts, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		w.policy.Maintenance = append(w.policy.Maintenance, win)
	}
	return w
}

func alertIn(w *world, severity string, labels ...string) alerting.Event {
	return w.Alert(append([]string{"alertname", "Slow", "service", "backend", "severity", severity}, labels...)...)
}

func TestAWindowAboutTheFirstAlertDoesNotSilenceAWorseOneFromElsewhere(t *testing.T) {
	for _, match := range []string{`env="test"`, `env!="prod"`} {
		w := windowed(t, map[string]time.Duration{match: 24*time.Hour - time.Minute})
		w.Fire(alertIn(w, "warning", "env", "test"))
		w.Until(5 * time.Minute)
		w.Fire(alertIn(w, "critical", "env", "prod"))
		w.Until(6 * time.Minute)
		w.Expect("5m", "system-admin", all...)
		w.ExpectNothingElse()
		if l := w.c.Incident.Labels; l["env"] != "prod" {
			t.Errorf("%s: labels %s", match, l)
		}
	}
}

func TestAWindowAboutAWorseAlertDoesNotSilenceTheOthers(t *testing.T) {
	w := windowed(t, map[string]time.Duration{`env="test"`: 24*time.Hour - time.Minute})
	w.Fire(w.Alert("alertname", "Slow", "service", "backend", "severity", "warning", "env", "stage"))
	w.orders = nil
	w.Until(5 * time.Minute)
	w.orders = nil
	w.Fire(alertIn(w, "critical", "env", "test"))
	if w.Until(6 * time.Minute); len(w.orders) == 0 || w.c.Incident.Round != 2 {
		t.Errorf("round %d: nobody is told of the alert of env=stage: %+v", w.c.Incident.Round, w.c.Plan.Pause)
	}
}

func TestAnAlertThatAWindowIsNotAboutEndsItsPause(t *testing.T) {
	w := windowed(t, map[string]time.Duration{`env="test"`: 24*time.Hour - time.Minute})
	w.Fire(alertIn(w, "critical", "env", "test"))
	w.Until(10 * time.Minute)
	w.ExpectNothingElse()
	if w.c.Plan.Pause.Until.IsZero() {
		t.Fatal("not paused")
	}
	w.Fire(alertIn(w, "warning")) // it has no env at all
	if !w.c.Plan.Pause.Until.IsZero() || !hasEntry(w, alerting.KindContinued, "not about all of the alerts") {
		t.Errorf("%+v, %+v", w.c.Plan.Pause, w.entries)
	}
	w.Until(11 * time.Minute)
	w.Expect("10m", "system-admin", "email", "slack")
	w.ExpectNothingElse()
}

func hasEntry(w *world, kind alerting.Kind, text string) bool {
	for _, e := range w.entries {
		if e.Kind == kind && strings.Contains(e.Text, text) {
			return true
		}
	}
	return false
}

func TestAWindowAboutEachOfManyDifferentAlertsKeepsThePlanPaused(t *testing.T) {
	w := windowed(t, map[string]time.Duration{`instance=~"db-.*"`: 24*time.Hour - time.Minute})
	for i := range 50 {
		w.Fire(alertIn(w, "critical", "instance", fmt.Sprintf("db-%d", i), "pod", fmt.Sprint(i)))
	}
	w.Until(hour)
	w.ExpectNothingElse()
	if v := w.c.Plan.Varied; len(v["instance"]) != 50 || v["pod"] != nil {
		t.Errorf("kept %v", v)
	}
	for i := range 200 {
		w.Fire(alertIn(w, "critical", "instance", fmt.Sprintf("db-%d", 50+i)))
	}
	w.Until(hour + time.Minute)
	w.Expect("1h", "system-admin", "email", "slack")
	w.ExpectNothingElse()
}

func TestAShorterWindowAboutAllAlertsTakesOverFromALongerOneThatIsNot(t *testing.T) {
	w := windowed(t, map[string]time.Duration{`env="test"`: 20 * time.Hour, `service="backend"`: 12 * time.Hour})
	w.Fire(alertIn(w, "critical", "env", "test"))
	w.Until(time.Minute)
	long := w.c.Plan.Pause.Until
	w.Fire(alertIn(w, "critical", "env", "stage"))
	if until := w.c.Plan.Pause.Until; !until.Equal(long.Add(-8 * time.Hour)) {
		t.Errorf("paused until %s, then until %s", long, until)
	}
}

func TestAMergeEndsAPauseByAWindowThatIsNotAboutBoth(t *testing.T) {
	w := windowed(t, map[string]time.Duration{`env="test"`: 24*time.Hour - time.Minute})
	w.Fire(alertIn(w, "critical", "env", "test"))
	w.Until(time.Minute)
	by := alerting.Actor{Name: "manager", Via: "test"}
	for env, paused := range map[string]bool{"prod": false, "test": true} {
		l := alerting.Labels{"alertname": "Slow", "service": "backend", "severity": "critical", "env": env}
		m := escalation.Manual{Title: "Another", Severity: alerting.P3, Labels: l, By: by}
		other := w.policy.Open(m, 2, "other", w.now).Case
		kept, _, err := w.policy.Merge(w.c, other, escalation.Answer{Verb: escalation.Merge, Into: 1, By: by}, w.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := !kept.Case.Plan.Pause.Until.IsZero(); got != paused {
			t.Errorf("merged with env %s: paused %v", env, got)
		}
	}
	if len(w.c.Plan.Varied) > 0 {
		t.Errorf("a decision changed the case that it was made of: %v", w.c.Plan.Varied)
	}
}
