package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// ask lets somebody ask something of a world's incident.
func (w *world) ask(a escalation.Answer) {
	w.t.Helper()
	a.By = alerting.Actor{Name: "system-admin", Via: "test"}
	w.must(w.answer(a))
}

// comes fails unless the plan says of each step that it will fire so long after the start; "" is that it will not.
func (w *world) comes(want ...string) {
	w.t.Helper()
	for i, after := range want {
		at, ok := w.c.Plan.Comes(w.c.Incident, i)
		if got := at.Sub(w.start).String(); after != "" && (!ok || got != after) || after == "" && ok {
			w.t.Errorf("step %d comes at %s (%v), want %q", i+1, got, ok, after)
		}
	}
}

func TestWhyNamesTheMomentAfterAMuteAndWhoHoldsTheRoleThen(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	const week = 7 * 24 * hour
	w.ask(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(week)}) // devops-lead is on call by then
	for person, want := range map[string]string{
		"system-admin": "Step 2, due at 2026-02-09 09:00:00 UTC, will not tell system-admin, who then does not hold on-call: ",
		"devops-lead":  "Step 2 will tell devops-lead at 2026-02-09 09:00:00 UTC unless people act: ",
	} {
		if b := w.why(person)[1]; !b.ToCome || b.Step != 2 || !strings.HasPrefix(b.Text, want) {
			t.Errorf("%+v, want %q", b, want)
		}
	}
	w.Until(week)
	w.Expect("0m", "system-admin", all...)
	w.Expect("168h", "devops-lead", all...)
	w.ExpectNothingElse()
}

func TestASnoozedPlanSaysWhenItsStepsFireAfterTheSnooze(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.ask(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(hour)})
	w.comes("", "1h0m0s", "1h10m0s", "1h25m0s", "1h0m0s") // of 5, 15 and 30 min, and of an hour whatever its until
	w.Until(20 * time.Minute)                             // two have been skipped, and come back
	w.comes("", "1h0m0s", "1h10m0s", "1h25m0s", "1h0m0s")
	var said strings.Builder
	for _, b := range w.why("engineering-manager") {
		said.WriteString(b.Text + "\n")
	}
	if want := "Step 3 will tell engineering-manager at " + w.start.Add(hour+10*time.Minute).Format("2006-01-02 15:04:05 UTC"); !strings.Contains(said.String(), want) {
		t.Errorf("%q is not in\n%s", want, said.String())
	}
	if strings.Contains(said.String(), "will be skipped") {
		t.Errorf("nothing will be skipped:\n%s", said.String())
	}
	w.Until(2 * hour)
	for i, after := range []time.Duration{0, hour, hour + 10*time.Minute, hour + 25*time.Minute, hour} {
		if s := w.step(i); !s.At.Equal(monday.Add(after)) {
			t.Errorf("step %d fired at %s", i+1, s.At)
		}
	}
	if !w.c.Plan.Forecast.Made.IsZero() {
		t.Errorf("the snooze is over: %+v", w.c.Plan.Forecast)
	}
}

func TestASnoozeOfAPlanWithNoStepLeftOwesTheNextRoundsFirst(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * hour)
	w.ask(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(3 * hour)})
	s := w.c.Plan.Owed(w.c.Incident)
	if s == nil || s.Role != "on-call" || !s.DueAt.Equal(monday.Add(3*hour)) || w.c.Plan.OwedIndex(w.c.Incident) != -1 {
		t.Fatalf("%+v", s)
	}
	said := w.why("system-admin")
	if last := said[len(said)-1].Text; !strings.Contains(last, "of round 2 will tell system-admin") {
		t.Errorf("%q", last)
	}
}

func TestAMutedPlanInBusinessTimeOwesTheNextMomentOfIt(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(w.Alert("alertname", "SlowQueries", "service", "analytics", "severity", "warning"))
	w.Until(hour)
	w.ask(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(14 * hour)}) // 22:00 UTC
	if s := w.c.Plan.Owed(w.c.Incident); s == nil || !s.DueAt.Equal(monday.Add(24*hour)) && !s.DueAt.Equal(monday.Add(23*hour)) {
		t.Errorf("%+v", s)
	}
	owed := w.c.Plan.Owed(w.c.Incident).DueAt
	w.comes("", owed.Sub(monday).String())
	w.Until(48 * hour)
	if s := w.step(1); !s.At.Equal(owed) {
		t.Errorf("it said %s and fired at %s", owed, s.At)
	}
}

func TestAnAcknowledgementThatWillGoQuietOwesWhatComesAfterIt(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.AckTimeout = 30 * time.Minute })
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.ask(escalation.Answer{Verb: escalation.Acknowledge})
	w.comes("", "32m0s", "42m0s")
	w.Until(12 * time.Minute)
	w.ask(escalation.Answer{Verb: escalation.Note, Text: "on it"})
	w.comes("", "42m0s", "52m0s")
	w.ask(escalation.Answer{Verb: escalation.Resolve})
	w.comes("", "", "")
	if !w.c.Plan.Forecast.Made.IsZero() {
		t.Errorf("resolved: %+v", w.c.Plan.Forecast)
	}
}

func TestAnAlertThatAWindowIsNotAboutMakesANewForecast(t *testing.T) {
	w := windowed(t, map[string]time.Duration{`env="test"`: hour}) // from midnight
	w.Fire(alertIn(w, "critical", "env", "test"))
	w.Until(time.Minute)
	w.ask(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(15*hour + 30*time.Minute)})
	w.comes("", "16h0m0s")
	w.Fire(alertIn(w, "warning"))
	w.comes("", "15h30m0s")
}

func TestAStepThatDidNotMoveKeepsItsWords(t *testing.T) {
	w := newWorld(t, time.Date(2026, time.November, 23, 21, 0, 0, 0, time.UTC)) // Monday 22:00 in Berlin
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps = append(r.Steps[:2:2], escalation.Step{After: calendar.Delay{Kind: calendar.BusinessDays, Days: 1}, Kind: escalation.PageStep, Role: "manager", Until: escalation.UntilResolved})
	})
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	before := w.step(2)
	w.ask(escalation.Answer{Verb: escalation.Mute, Until: w.start.Add(hour)})
	w.Until(hour)
	if s := w.step(1); !strings.HasPrefix(s.Due, "put off from ") {
		t.Fatalf("%+v", s)
	}
	if s := w.step(2); !s.DueAt.Equal(before.DueAt) || s.Due != before.Due {
		t.Errorf("%q at %s, want %q at %s", s.Due, s.DueAt, before.Due, before.DueAt)
	}
}

func TestAForecastEndsWithTheIncidentsAlerts(t *testing.T) {
	w := newWorld(t, monday)
	e := systemDown(w)
	w.Fire(e)
	w.Until(time.Minute)
	w.ask(escalation.Answer{Verb: escalation.Mute, Until: w.start.Add(hour)})
	w.Fire(policytest.Ended(e, w.now))
	if w.c.Incident.State != alerting.StateResolved || !w.c.Plan.Forecast.Made.IsZero() {
		t.Errorf("%s: %+v", w.c.Incident.State, w.c.Plan.Forecast)
	}
}

func TestTheEndOfAMuteSaysThatItIsOver(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.ask(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(hour)})
	w.Until(hour)
	if !hasEntry(w, alerting.KindContinued, "The mute by system-admin is over") {
		t.Errorf("%+v", w.entries)
	}
}

func TestRemindersDoNotShortenWhatIsForetold(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.AckTimeout, r.Remind = 96*hour, 10*time.Minute })
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.ask(escalation.Answer{Verb: escalation.Acknowledge})
	w.comes("", "96h2m0s", "96h12m0s")
}
