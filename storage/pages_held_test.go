package storage_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

var oneAMinute = notifiers.Rate{N: 1, Per: time.Minute}

// acceptBy is how long after now the channel of a page may take to accept it.
func (w *world) acceptBy(page int64) time.Duration {
	w.t.Helper()
	var at time.Time
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT accept_by FROM pages WHERE id = $1`, page).Scan(&at))
	return at.Sub(w.now)
}

func TestAPageThatTheBudgetHoldsBackIsNoFailureOfItsChannel(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P1, 0, 1)
	w.expect("the first", w.within(calmSMS, oneAMinute), 1)
	w.owed("ada", alerting.P1, 1, 1)
	w.exec(`UPDATE pages SET accept_by = tocsin_now() + interval '10 seconds' WHERE state = 'queued'`)
	w.expect("the second", w.within(calmSMS, oneAMinute))
	if by := w.acceptBy(2); by != 10*time.Second+60*time.Second+500*time.Millisecond {
		t.Errorf("its channel may take %s", by)
	}
	w.pass(30 * time.Second)
	if done := w.failover(); done != 0 {
		t.Errorf("%d pages went another way", done)
	}
}

func TestThatTheBudgetHeldAPageBackIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P1, 0, 1)
	w.within(calmSMS, oneAMinute)
	w.owed("ada", alerting.P1, 1, 1)
	w.within(calmSMS, oneAMinute)
	w.pass(61 * time.Second)
	w.owed("ada", alerting.P0, 2, 1) // another lane
	w.exec(`UPDATE interrupts SET at = ARRAY[tocsin_now()]`)
	w.within(calmSMS, oneAMinute)
	if n := w.kinds(1001)[alerting.KindPageHeld]; n != 1 {
		t.Errorf("the timeline tells it %d times", n)
	}
	entries, err := w.Ledger(w.context(), 1001)
	w.must(err)
	held := 0
	for _, e := range entries {
		if e.Kind == "held" {
			held++
		}
	}
	if held != 1 {
		t.Errorf("the ledger tells it %d times: %+v", held, entries)
	}
}

func TestAllClearsAndRemindersJoinTheirLikeAlone(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P1, 0, 1)
	w.within(calmSMS, oneAMinute)
	w.owed("ada", alerting.P1, 10, 6)
	w.exec(`UPDATE pages SET kind = 'clear' WHERE incident_id IN (1010, 1011)`)
	w.exec(`UPDATE pages SET kind = 'remind' WHERE incident_id IN (1012, 1013)`)
	for _, want := range []escalation.StepKind{escalation.PageStep, escalation.RemindStep, escalation.ClearStep} {
		w.pass(61 * time.Second)
		claims := w.within(calmSMS, oneAMinute)
		w.expect(string(want), claims, 2)
		for _, p := range claims[0].Pages() {
			if p.Kind != want {
				t.Errorf("a %s leaves with a %s", p.Kind, want)
			}
		}
	}
}

func TestOfAMessageOnlyThePageThatMayHaveArrivedIsMarked(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P1, 0, 1)
	w.finish(w.within(calmSMS, notifiers.Rate{})[0], notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
	w.owed("ada", alerting.P1, 1, 2)
	w.pass(61 * time.Second)
	c := w.within(calmSMS, oneAMinute)
	w.expect("together", c, 3)
	if c[0].PossibleRepeat != (c[0].Page.ID == 1) {
		t.Errorf("%+v", c[0])
	}
	for _, j := range c[0].Joined {
		if j.PossibleRepeat != (j.Page.ID == 1) {
			t.Errorf("%+v", j)
		}
	}
}

func TestPeopleWithoutAFreeSlotLeaveTheOthersTheirs(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P0, 0, 40)
	w.owed("bob", alerting.P0, 100, 1)
	slots := notifiers.Slots{Messages: 32, Each: 8, Taken: map[string]int{"ada": 3}}
	claims, err := w.ClaimPages(w.context(), urgentSMS, slots, notifiers.Rate{})
	w.must(err)
	if len(claims) != 5 {
		t.Fatalf("%d messages leave, 5 had a slot", len(claims))
	}
	slots.Taken["ada"] = 8
	claims, err = w.ClaimPages(w.context(), urgentSMS, slots, notifiers.Rate{})
	w.must(err)
	if len(claims) != 1 || claims[0].Page.Person != "bob" {
		t.Errorf("%d messages leave", len(claims))
	}
	if _, ok, err := w.NextPage(w.context(), urgentSMS, slots.Full()); ok || err != nil {
		t.Errorf("something is due to others: %v %v", ok, err)
	}
}
