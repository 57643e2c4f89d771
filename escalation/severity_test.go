package escalation_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

func TestAPersonsRaiseKeepsTheAcknowledgementAndCountsFromThen(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(w.Alert("alertname", "HighErrorRate", "service", "backend"))
	w.Until(10 * time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.must(w.answer(escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P0, Text: "the shop is down"}))
	w.Until(3 * hour)
	w.Expect("0m", "system-admin", "email", "slack")
	w.Expect("1h10m", "vp-engineering", all...)
	w.ExpectNothingElse()
	if i := w.c.Incident; i.State != alerting.StateAcknowledged || i.Round != 2 || i.Severity != alerting.P0 || !strings.Contains(i.Reason.Text, "the shop is down") {
		t.Errorf("%+v", i)
	}
}

func TestLoweringCountsFromTheBeginningAndSkipsWhatIsPast(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(16 * time.Minute)
	w.orders = nil
	w.must(w.answer(escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P1}))
	w.Until(3 * hour)
	w.Expect("1h", "devops-lead", "email", "slack")
	w.Expect("1h", "database-admin", "email", "slack")
	w.Expect("2h", "engineering-manager", "email", "slack")
	w.ExpectNothingElse()
	if s := w.step(1); s.State != escalation.StepSkipped || s.Reason.Text != "past when system-admin lowered the severity to P1" {
		t.Errorf("%+v", s)
	}
	w.must(w.answer(escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P0}))
	if p := w.c.Plan; !p.Start.Equal(monday) || !p.From.Equal(w.now) {
		t.Errorf("start %s, from %s", p.Start, p.From)
	}
}

func TestWhatALoweringSkippedDoesNotComeBackWithTheEndOfASnooze(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(20 * time.Minute)
	w.orders = nil
	w.must(w.answer(escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P1}))
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(30 * time.Minute)}))
	w.Until(50 * time.Minute)
	w.ExpectNothingElse()
	w.Until(hour)
	w.Expect("1h", "devops-lead", "email", "slack")
	w.Expect("1h", "database-admin", "email", "slack")
	w.ExpectNothingElse()
}

func TestAWorseAlertClearsTheAcknowledgementAndAMute(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(w.Alert("alertname", "Slow", "service", "backend", "severity", "warning"))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(5 * hour)}))
	w.orders = nil
	w.Fire(w.Alert("alertname", "Slow", "service", "backend", "severity", "critical", "env", "prod"))
	w.Until(2 * time.Minute)
	w.Expect("1m", "system-admin", all...)
	w.ExpectNothingElse()
	if i := w.c.Incident; i.State != alerting.StateOpen || !w.c.Plan.Pause.Until.IsZero() || !w.c.Plan.Start.Equal(monday) {
		t.Errorf("%+v, %+v", i, w.c.Plan.Pause)
	}
}

func TestAJumpFiresTheStepSkipsThoseBeforeItAndKeepsTheRest(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.must(w.answer(escalation.Answer{Verb: escalation.Jump, Step: 4}))
	w.Expect("0m", "system-admin", all...)
	w.Expect("1m", "devops-lead", all...)
	w.Expect("1m", "database-admin", all...)
	for _, i := range []int{1, 2} {
		if s := w.step(i); s.State != escalation.StepSkipped || s.Reason.Text != "jumped over by system-admin" {
			t.Errorf("step %d: %+v", i+1, s)
		}
	}
	if note, err := w.answer(escalation.Answer{Verb: escalation.Jump, Step: 4}); err != nil || !strings.HasPrefix(note, "step 4 was asked for by system-admin") {
		t.Errorf("a second tap: %q, %v", note, err)
	}
	for _, o := range w.orders[3:] {
		if o.order.Until != escalation.UntilResolved {
			t.Error("a page that somebody asked for must not be dropped because of the acknowledgement")
		}
	}
	w.Until(2 * hour)
	w.Expect("1h", "vp-engineering", all...)
	w.ExpectNothingElse()
}

func TestAJumpToAnAssignmentAssigns(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(w.Alert("alertname", "Slow", "service", "backend", "severity", "warning"))
	w.must(w.answer(escalation.Answer{Verb: escalation.Jump, Step: 3}))
	if w.c.Incident.Assignee != "system-admin" || w.step(0).State != escalation.StepSkipped {
		t.Errorf("%+v, %+v", w.c.Incident, w.step(0))
	}
}

func TestAPersonsRaiseEndsAMuteAndALoweringKeepsIt(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(w.Alert("alertname", "Slow", "service", "backend", "severity", "warning"))
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(30 * hour)}))
	w.Until(time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P3}))
	if p := w.c.Plan.Pause; !p.Until.Equal(monday.Add(30*hour)) || p.By != "system-admin" {
		t.Errorf("lowered: %+v", p)
	}
	w.must(w.answer(escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P0}))
	w.Until(2 * time.Minute)
	w.Expect("1m", "system-admin", all...)
	w.ExpectNothingElse()
	if !w.c.Plan.Pause.Until.IsZero() || !slices.ContainsFunc(w.entries, func(e alerting.Entry) bool {
		return e.Text == "The mute by system-admin is over: it was meant for P3, and this is P0 now"
	}) {
		t.Errorf("%+v", w.c.Plan.Pause)
	}
}

func TestAMaintenanceWindowPausesWhatAPersonRaisesMeanwhile(t *testing.T) {
	sunday := time.Date(2026, 2, 8, 2, 0, 0, 0, time.UTC) // 03:00 in Berlin, when the window begins: it lasts an hour
	w := newWorld(t, sunday)
	w.Fire(w.Alert("alertname", "HighErrorRate", "service", "postgres"))
	w.Until(10 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.SetSeverity, Severity: alerting.P0}))
	w.Until(20 * time.Minute)
	if p := w.c.Plan.Pause; p.By != "tocsin" || !p.Until.Equal(sunday.Add(hour)) || w.c.Incident.Round != 2 {
		t.Errorf("%+v", p)
	}
	w.Until(61 * time.Minute)
	w.Expect("1h", "system-admin", all...)
	w.ExpectNothingElse()
}
