package escalation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

func (w *world) answer(a escalation.Answer) (string, error) {
	a.By = alerting.Actor{Name: "system-admin", Via: "test"}
	d, err := w.policy.Apply(w.c, a, w.now)
	if err == nil {
		w.apply(d)
	}
	return d.Note, err
}

func TestAfterASnoozeTheFirstStepThatWaitedFiresAndTheRestKeepTheirSpacing(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(40 * time.Minute)}))
	if w.c.Incident.State != alerting.StateAcknowledged || w.c.Incident.Assignee != "system-admin" {
		t.Errorf("snoozed is acknowledged: %+v", w.c.Incident)
	}
	w.Until(3 * hour)
	w.Expect("0m", "system-admin", all...)
	w.Expect("40m", "system-admin", all...)        // the step of 5m
	w.Expect("50m", "engineering-manager", all...) // that of 15m
	w.Expect("1h5m", "devops-lead", all...)
	w.Expect("1h5m", "database-admin", all...)
	w.Expect("1h", "vp-engineering", all...) // waits for the resolution: keeps its time
	w.ExpectNothingElse()
	if w.c.Incident.State != alerting.StateOpen {
		t.Errorf("state %s", w.c.Incident.State)
	}
}

func TestASnoozeDuringWhichNothingFellDueChangesNoTimes(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(3 * time.Minute)}))
	w.Until(6 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.Expect("5m", "system-admin", all...)
	w.ExpectNothingElse()
}

func TestASnoozeAfterTheLastStepStartsANewRound(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * hour)
	w.orders = nil
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(3 * hour)}))
	w.Until(3 * hour)
	w.Expect("3h", "system-admin", all...)
	w.ExpectNothingElse()
	if w.c.Incident.Round != 2 {
		t.Errorf("round %d", w.c.Incident.Round)
	}
}

func TestAcknowledgingASnoozedIncidentEndsTheSnooze(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(10 * time.Minute)}))
	w.must(w.Answer(escalation.Acknowledge, "devops-lead"))
	w.Until(40 * time.Minute)
	w.Expect("0m", "system-admin", all...)
	w.ExpectNothingElse()
}

func TestWhoeverSnoozesAnswersForItWhoeverAcknowledgedBefore(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.Until(2 * time.Minute)
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(hour), By: alerting.Actor{Name: "devops-lead"}}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(d)
	if i := w.c.Incident; i.AcknowledgedBy != "devops-lead" || !i.AcknowledgedAt.Equal(w.now) || i.Assignee != "system-admin" {
		t.Errorf("%+v", i)
	}
	awake := w.policy.Next(w.c, monday.Add(hour))
	var said string
	for _, e := range awake.Entries {
		if e.Kind == alerting.KindAwake {
			said = e.Text
		}
	}
	if said != "Open again: the snooze by devops-lead is over" {
		t.Errorf("%q", said)
	}
}

func TestWhatCannotBeSnoozedIsRefusedWithASentence(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	for _, until := range []time.Time{{}, monday, w.now, w.now.Add(31 * 24 * hour)} {
		var refused *alerting.Refused
		if _, err := w.answer(escalation.Answer{Verb: escalation.Snooze, Until: until}); !errors.As(err, &refused) {
			t.Errorf("until %v: %v", until, err)
		}
	}
	until := w.now.Add(hour)
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: until}))
	if note, err := w.answer(escalation.Answer{Verb: escalation.Snooze, Until: until}); err != nil || !strings.HasPrefix(note, "already snoozed") {
		t.Errorf("%q, %v", note, err)
	}
}

func TestAssigningTellsThePersonOnceAndSaysFromWhom(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.must(w.answer(escalation.Answer{Verb: escalation.Assign, Person: "database-admin"}))
	w.Expect("0m", "system-admin", all...)
	w.Expect("1m", "database-admin", all...)
	w.ExpectNothingElse()
	if note, err := w.answer(escalation.Answer{Verb: escalation.Assign, Person: "database-admin"}); err != nil || note != "already assigned to database-admin" {
		t.Errorf("%q, %v", note, err)
	}
	w.orders = nil
	w.must(w.answer(escalation.Answer{Verb: escalation.Assign, Person: "system-admin"})) // to oneself: only the former assignee is told
	w.Expect("1m", "database-admin", all...)
	w.ExpectNothingElse()
	w.must(w.answer(escalation.Answer{Verb: escalation.Assign, Person: "database-admin"}))
	if steps := map[int]bool{w.orders[0].order.Step: true, w.orders[len(w.orders)-1].order.Step: true}; len(steps) != 2 {
		t.Error("two assignments in one round must be two pages")
	}
	var refused *alerting.Refused
	if _, err := w.answer(escalation.Answer{Verb: escalation.Assign, Person: "nobody"}); !errors.As(err, &refused) {
		t.Errorf("assigning to nobody: %v", err)
	}
}

func TestANoteIsOnTheTimelineAndChangesNothingElse(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Note, Text: " looking at it\n", By: alerting.Actor{Name: "system-admin"}}, w.now)
	if err != nil || len(d.Entries) != 1 || d.Entries[0].Text != "looking at it" || d.Entries[0].Kind != alerting.KindNote || d.Case.Incident.State != alerting.StateOpen {
		t.Errorf("%+v, %v", d, err)
	}
	for _, text := range []string{"", " \n ", strings.Repeat("x", 4001)} {
		if _, err := w.answer(escalation.Answer{Verb: escalation.Note, Text: text}); err == nil {
			t.Errorf("a note of %d characters was taken", len(text))
		}
	}
}

func TestWhatIsOwedToASnoozedIncidentIsWhatComesAtItsEnd(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(2 * time.Minute)
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(40 * time.Minute)}))
	if s := w.c.Plan.Owed(w.c.Incident); s == nil || s.Role != "on-call" || !s.DueAt.Equal(monday.Add(40*time.Minute)) {
		t.Errorf("owed %+v, want the on-call's second step at the snooze's end", s)
	}
	w.must(w.answer(escalation.Answer{Verb: escalation.Snooze, Until: monday.Add(3 * hour)}))
	if s := w.c.Plan.Owed(w.c.Incident); s == nil || s.Role != "executive" {
		t.Errorf("owed %+v, want the executive before the snooze's end", s)
	}
}
