package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

func TestWhileMutedNobodyIsToldAndAfterwardsTheFirstStepThatWaitedFires(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(2 * hour)}))
	if at := w.c.Plan.NextAt(w.c.Incident); !at.Equal(monday.Add(2 * hour)) {
		t.Errorf("owed at %s", at)
	}
	w.Sleep(hour)
	if d := w.policy.Next(w.c, w.now); d.Changed {
		t.Error("something happened while it was muted")
	}
	w.Until(4 * hour)
	w.Expect("0m", "system-admin", all...)
	w.Expect("2h", "system-admin", all...)           // the step of 5m
	w.Expect("2h10m", "engineering-manager", all...) // that of 15m
	w.Expect("2h25m", "devops-lead", all...)         // that of 30m
	w.Expect("2h25m", "database-admin", all...)      //
	w.Expect("2h55m", "vp-engineering", all...)      // whatever its until
	w.ExpectNothingElse()
}

func TestUnmutingLetsWhatWaitedFireAtOnce(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(2 * hour)}))
	w.Sleep(7 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Unmute}))
	w.Until(18 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.Expect("7m", "system-admin", all...)
	w.Expect("17m", "engineering-manager", all...)
	w.ExpectNothingElse()
}

func TestAMutedIncidentThatIsSnoozedWakesAfterBoth(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(20 * time.Minute)}))
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(40 * time.Minute)}))
	w.Until(51 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.Expect("40m", "system-admin", all...)
	w.Expect("50m", "engineering-manager", all...)
	w.ExpectNothingElse()
	if w.c.Incident.State != alerting.StateOpen {
		t.Errorf("state %s", w.c.Incident.State)
	}
}

func TestAPageThatWaitsIsNotSentOnceTheIncidentIsMuted(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	waits := escalation.Queued{Round: 1, Step: 0, Kind: escalation.PageStep, Person: "system-admin", Until: escalation.UntilResolved}
	if why := escalation.Unneeded(waits, w.c); why != "" {
		t.Errorf("unneeded: %s", why)
	}
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(2 * hour)}))
	if why := escalation.Unneeded(waits, w.c); !strings.HasPrefix(why, "muted by system-admin until") {
		t.Errorf("%q", why)
	}
	w.must(w.Answer(escalation.Escalate, "manager"))
	for _, asked := range []escalation.Queued{{Round: 1, Step: -1, Until: escalation.UntilResolved}, {Round: 1, Step: 1, Until: escalation.UntilResolved}} {
		if why := escalation.Unneeded(asked, w.c); why != "" {
			t.Errorf("somebody asked for the page of step %d, and it is not sent: %s", asked.Step, why)
		}
	}
}

func TestAMaintenanceWindowPausesAPlanAndLetsItGoOn(t *testing.T) {
	sunday := time.Date(2026, 2, 8, 1, 50, 0, 0, time.UTC) // 02:50 in Berlin; the window is 03:00 to 04:00
	w := newWorld(t, sunday)
	w.Fire(w.Alert("alertname", "DatabaseFailure", "service", "postgres"))
	w.Until(12 * time.Minute)
	if p := w.c.Plan.Pause; !p.Until.IsZero() {
		t.Fatalf("paused before anything fell due in the window: %+v", p)
	}
	w.Until(20 * time.Minute)
	if p := w.c.Plan.Pause; p.By != "tocsin" || !p.Until.Equal(sunday.Add(70*time.Minute)) || !strings.Contains(p.Why.Text, "weekly database maintenance") {
		t.Fatalf("%+v", p)
	}
	if _, err := w.answer(escalation.Answer{Verb: escalation.Unmute}); err == nil || !strings.Contains(err.Error(), "maintenance window") {
		t.Errorf("unmuting a window: %v", err)
	}
	w.Until(3 * hour)
	w.Expect("0m", "system-admin", all...)
	w.Expect("5m", "system-admin", all...)
	w.Expect("1h10m", "engineering-manager", all...) // the step of 15m
	w.Expect("1h25m", "devops-lead", all...)
	w.Expect("1h55m", "vp-engineering", all...)
	w.ExpectNothingElse()
}

func TestAnAcknowledgementThatGoesQuietIsOverAndAWordKeepsIt(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.AckTimeout = 30 * time.Minute })
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.Until(22 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Note, Text: "on it"}))
	w.Until(51 * time.Minute)
	if w.c.Incident.State != alerting.StateAcknowledged {
		t.Fatal("a note is a word: the time counts anew")
	}
	if note, err := w.Answer(escalation.Acknowledge, "system-admin"); err != nil || !strings.HasPrefix(note, "already acknowledged") {
		t.Errorf("%q, %v", note, err)
	}
	w.Until(82 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.Expect("1h", "vp-engineering", all...)
	w.Expect("1h21m", "system-admin", all...) // the step of 5m, 30 min after the last word
	w.ExpectNothingElse()
	if w.c.Incident.State != alerting.StateOpen || w.c.Incident.Assignee != "system-admin" {
		t.Errorf("%+v", w.c.Incident)
	}
}

func TestARowBeginsAgainWhileNobodyHasAcknowledgedAndSoManyTimesOnly(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps, r.Repeat = r.Steps[:2], escalation.Repeat{After: calendar.Delay{Amount: 10 * time.Minute}, Times: 2}
	})
	w.Fire(systemDown(w))
	w.Until(24 * hour)
	for _, at := range []string{"0m", "5m", "15m", "20m", "30m", "35m"} {
		w.Expect(at, "system-admin", all...)
	}
	w.ExpectNothingElse()
	if w.c.Incident.Round != 3 || !w.c.Plan.NextAt(w.c.Incident).IsZero() {
		t.Errorf("round %d", w.c.Incident.Round)
	}
}

func TestARowDoesNotBeginAgainOnceSomebodyHasAcknowledged(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps, r.Repeat = r.Steps[:2], escalation.Repeat{After: calendar.Delay{Amount: 10 * time.Minute}, Times: 2}
	})
	w.Fire(systemDown(w))
	w.Until(6 * time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.Until(24 * hour)
	w.Expect("0m", "system-admin", all...)
	w.Expect("5m", "system-admin", all...)
	w.ExpectNothingElse()
}

func TestAfterAnOutageTheRepetitionKeepsItsDistanceFromTheLastStep(t *testing.T) {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		r.Steps, r.Repeat = r.Steps[:2], escalation.Repeat{After: calendar.Delay{Amount: 10 * time.Minute}, Times: 1}
	})
	w.Fire(systemDown(w))
	w.Sleep(hour)
	w.Until(hour + 12*time.Minute)
	w.Expect("1h", "system-admin", all...)
	w.Expect("1h10m", "system-admin", all...)
	w.ExpectNothingElse()
}

func TestWhatAPausedPlanOwesNextIsNotBeforeThePausesEnd(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(w.Alert("alertname", "SystemDown", "service", "api"))
	w.Until(time.Minute)
	mute := func(span time.Duration) {
		w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(span), By: alerting.Actor{Name: "manager"}}))
	}
	before := *w.c.Plan.Owed(w.c.Incident)
	mute(2 * time.Hour)
	if s := w.c.Plan.Owed(w.c.Incident); s == nil || s.Role != before.Role || !s.DueAt.Equal(monday.Add(2*time.Hour)) {
		t.Errorf("muted for two hours: %+v", s)
	}
	if s := w.c.Plan.Next(w.c.Incident); !s.DueAt.Equal(before.DueAt) {
		t.Errorf("asking changed the plan: %+v", s)
	}
	mute(2 * time.Minute)
	if s := w.c.Plan.Owed(w.c.Incident); !s.DueAt.Equal(before.DueAt) {
		t.Errorf("muted until before it is due: %+v", s)
	}
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(hour), By: alerting.Actor{Name: "manager"}}))
	mute(3 * time.Hour)
	if s := w.c.Plan.Owed(w.c.Incident); !s.DueAt.Equal(monday.Add(3 * time.Hour)) {
		t.Errorf("snoozed and muted: %+v", s)
	}
}
