package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

func TestANewRoundByASnoozeAnAckTimeoutOrARepetitionKeepsTheBeginning(t *testing.T) {
	for name, begin := range map[string]func(*world){
		"snooze": func(w *world) {
			w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(2 * hour)}))
		},
		"ack timeout": func(w *world) {
			w.must(w.Answer(escalation.Acknowledge, "system-admin"))
		},
		"repetition": func(*world) {},
	} {
		w := newWorld(t, monday)
		w.rowOf(alerting.P0, func(r *escalation.Row) {
			r.Steps, r.AckTimeout = r.Steps[:1], hour
			r.Repeat = escalation.Repeat{After: calendar.Delay{Amount: hour}, Times: 1}
		})
		w.Fire(systemDown(w))
		w.Until(time.Minute)
		begin(w)
		w.Until(3 * hour)
		if p := w.c.Plan; p.Round < 2 || !p.Start.Equal(monday) || p.From.Equal(monday) {
			t.Errorf("%s: round %d counts from %s, of an incident that began %s", name, p.Round, p.From, p.Start)
		}
	}
}

func TestAStepOnTheClockOfAnotherZoneNamesIt(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, monday)
	there := hoursOf(t, "09:00-17:00")
	there.Zone = tokyo
	w.policy.Directory.Roles["engineer"] = escalation.Role{Rotation: "primary", Calendar: there}
	w.rowOf(alerting.P0, func(r *escalation.Row) {
		next := calendar.Delay{Kind: calendar.BusinessDays, Days: 1}
		r.Steps = []escalation.Step{
			{After: next, Kind: escalation.PageStep, Role: "engineer", Until: escalation.UntilAcknowledged},
			{After: next, Kind: escalation.PageStep, Role: "manager", Until: escalation.UntilAcknowledged},
		}
	})
	w.Fire(systemDown(w))
	if due := w.step(0).Due; !strings.HasPrefix(due, "Tuesday 3 February, 09:00 in Asia/Tokyo, next business day") {
		t.Errorf("%q", due)
	}
	if due := w.step(1).Due; !strings.HasPrefix(due, "Tuesday 3 February, 09:00, next business day") {
		t.Errorf("%q", due)
	}
	w.must(w.answer(escalation.Answer{Verb: escalation.Mute, Until: monday.Add(48 * hour)}))
	w.Until(48 * hour)
	if due := w.step(0).Due; !strings.Contains(due, " in Asia/Tokyo, put off from Tuesday 3 February, 09:00 in Asia/Tokyo: muted by ") {
		t.Errorf("%q", due)
	}
}
