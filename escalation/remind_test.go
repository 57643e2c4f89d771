package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// reminded is a world whose P0 is acknowledged by system-admin at once and reminds every 4 hours.
func reminded(t *testing.T) *world {
	w := newWorld(t, monday)
	w.rowOf(alerting.P0, func(r *escalation.Row) { r.Remind, r.Steps = 4*hour, r.Steps[:1] })
	w.Fire(systemDown(w))
	w.Until(0)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	return w
}

func TestWhoeverHasAnIncidentIsRemindedUntilItIsResolved(t *testing.T) {
	w := reminded(t)
	w.Until(9 * hour)
	w.must(w.Answer(escalation.Resolve, "system-admin"))
	w.Until(48 * hour)
	w.Expect("0s", "system-admin", all...)
	w.Expect("4h", "system-admin", all...)
	w.Expect("8h", "system-admin", all...)
	w.ExpectNothingElse()
	first, second := w.orders[3].order, w.orders[6].order
	if first.Kind != escalation.RemindStep || first.Step >= 0 || first.Step == second.Step || !strings.Contains(first.Reason.Text, "no word or act of a person for 4h") {
		t.Errorf("the reminders are %+v and %+v", first, second)
	}
}

func TestAWordOfAPersonPutsAReminderOff(t *testing.T) {
	w := reminded(t)
	w.Until(3 * hour)
	if note, err := w.Answer(escalation.Acknowledge, "devops-lead"); err != nil || note == "" {
		t.Fatal(note, err) // changes nothing, and is a word
	}
	w.Until(6 * hour)
	if got := w.c.RemindAt(); !got.Equal(w.start.Add(7 * hour)) {
		t.Errorf("the next reminder is at %s", got)
	}
	w.Until(7 * hour)
	w.Expect("0s", "system-admin", all...)
	w.Expect("7h", "system-admin", all...)
	w.ExpectNothingElse()
}

func TestAfterAnOutageThereIsOneReminder(t *testing.T) {
	w := reminded(t)
	w.Sleep(13 * hour)
	w.Wake()
	w.Expect("0s", "system-admin", all...)
	w.Expect("13h", "system-admin", all...)
	w.ExpectNothingElse()
	if got := w.c.Plan.NextAt(w.c.Incident); !got.Equal(w.start.Add(17 * hour)) {
		t.Errorf("the next is at %s", got)
	}
}

func TestASnoozeAndAMuteAreNotRemindedOf(t *testing.T) {
	w := reminded(t)
	w.Until(hour)
	d, err := w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Mute, Until: w.now.Add(6 * hour), By: alerting.Actor{Name: "ada"}}, w.now)
	if err != nil {
		t.Fatal(err)
	}
	w.apply(d)
	w.Until(8 * hour)
	w.Expect("0s", "system-admin", all...)
	w.Expect("7h", "system-admin", all...)
	w.ExpectNothingElse()
	if d, err = w.policy.Apply(w.c, escalation.Answer{Verb: escalation.Snooze, Until: w.now.Add(20 * hour), By: alerting.Actor{Name: "ada"}}, w.now); err != nil {
		t.Fatal(err)
	}
	w.apply(d)
	w.Until(27 * hour)
	w.ExpectNothingElse()
}

func TestADeputyIsRemindedAndCatchAllWhereNobodyIsThere(t *testing.T) {
	for deputy, want := range map[string]string{"database-admin": "database-admin", "": "devops-lead"} {
		w := reminded(t)
		w.policy.Directory.Absences = []escalation.Absence{{Person: "system-admin", From: w.start, Until: w.start.Add(48 * hour), Deputy: deputy}}
		w.Until(4 * hour)
		w.Expect("0s", "system-admin", all...)
		w.Expect("4h", want, all...)
		w.ExpectNothingElse()
	}
	w := reminded(t)
	w.policy.Directory.People = nil
	w.Until(4 * hour)
	if e := w.entries[len(w.entries)-1]; e.Kind != alerting.KindReminded || !strings.HasPrefix(e.Text, "Nobody can be reminded") {
		t.Errorf("with nobody there the timeline says %+v", e)
	}
}

func TestAReminderThatWaitsIsNotNeededOnceAPersonHasAnswered(t *testing.T) {
	w := reminded(t)
	w.Until(4 * hour)
	o := w.orders[len(w.orders)-1].order
	q := escalation.Queued{Round: 1, Step: o.Step, Kind: o.Kind, Person: o.Person, Until: o.Until}
	unneeded := func(says string) {
		t.Helper()
		if why := escalation.Unneeded(q, w.c); (why == "") != (says == "") || !strings.Contains(why, says) {
			t.Errorf("it is unneeded because %q, want %q", why, says)
		}
	}
	unneeded("")
	before := w.c
	w.Until(8 * hour)
	unneeded("a later reminder")
	w.c = before
	w.Until(8*hour + time.Minute)
	w.c = before
	w.must(w.Answer(escalation.Resolve, "ada"))
	unneeded("resolved by ada")
	w.c = before
	if _, err := w.Answer(escalation.Acknowledge, "ada"); err != nil {
		t.Fatal(err)
	}
	unneeded("a person said or did something")
	w.c = before
	w.c.Incident.State = alerting.StateOpen
	unneeded("open again")
	w.c = before
	w.c.Plan.Pause = escalation.Pause{Until: w.now.Add(hour), Why: alerting.Because("muted by ada")}
	unneeded("muted by ada")
	w.c = before
	q.Round = 2
	unneeded("round")
}

func TestWhereNobodyElseCanBeRemindedItIsTheDeputyOfCatchAll(t *testing.T) {
	w := reminded(t)
	d := &w.policy.Directory
	d.CatchAll = "engineering-manager"
	for person, deputy := range map[string]string{"system-admin": "", "engineering-manager": "database-admin"} {
		d.Absences = append(d.Absences, escalation.Absence{Person: person, From: monday.Add(hour), Until: monday.Add(24 * hour), Deputy: deputy})
	}
	w.Until(4 * hour)
	w.Expect("0s", "system-admin", all...)
	w.Expect("4h", "database-admin", all...)
	w.ExpectNothingElse()
}
