package storage_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// line is how many messages wait before others go into the summary.
const line = 3

// many opens n incidents of a severity, numbered from a number on, whose messages wait to be posted.
func (w *world) many(s alerting.Severity, from, n int) {
	w.t.Helper()
	w.exec(`
		INSERT INTO incidents (id, dedup_key, title, severity, state, labels, alert_count, firing_count, round, opened_at, reason, plan)
		SELECT id, 'key ' || id, 'Disk', $1, 'open', '{}', 1, 1, 1, tocsin_now(), '{}', '{}' FROM generate_series($2::int, $2 + $3 - 1) AS id`, int16(s), from, n)
	w.exec(`
		INSERT INTO announcements (incident_id, channel, wanted_rev, next_attempt_at)
		SELECT id, 'slack', 1, tocsin_now() FROM generate_series($1::int, $1 + $2 - 1) AS id`, from, n)
}

// gathered expects the summary to count so many P1 and P2, and so many messages to wait.
func (w *world) gathered(line, p1, p2, waiting int) {
	w.t.Helper()
	counts, err := w.GatherSummary(w.context(), escalation.Slack, line)
	w.must(err)
	var wait int
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT count(*) FROM announcements WHERE ref IS NULL AND next_attempt_at IS NOT NULL`).Scan(&wait))
	if counts != [4]int{0, p1, p2, 0} || wait != waiting {
		w.t.Errorf("the summary counts %v and %d wait, want %d P1, %d P2 and %d", counts, wait, p1, p2, waiting)
	}
}

func (w *world) posted(from, to int) {
	w.t.Helper()
	w.exec(`UPDATE announcements SET ref = '{}', next_attempt_at = NULL WHERE incident_id BETWEEN $1 AND $2`, from, to)
}

func (w *world) solved(from, to int) {
	w.t.Helper()
	w.exec(`UPDATE incidents SET state = 'resolved', resolved_at = tocsin_now() WHERE id BETWEEN $1 AND $2`, from, to)
}

func TestInAStormTheWorstWaitForMessagesOfTheirOwnAndTheRestAreSummedUpButNoP0(t *testing.T) {
	w := newWorld(t)
	w.many(alerting.P2, 100, 6)
	w.gathered(line, 0, 0, 6) // not more than twice the line
	w.many(alerting.P2, 110, 4)
	w.many(alerting.P1, 200, 2)
	w.many(alerting.P0, 300, 9)
	w.gathered(line, 0, 9, 12)
	w.posted(200, 201)
	w.gathered(line, 0, 9, 10) // who is in it stays in it
	w.many(alerting.P1, 210, 1)
	w.gathered(line, 0, 9, 11) // and a new one has its own message
	w.exec(`UPDATE announcements SET channel = 'place-1' WHERE summarized`)
	w.gathered(line, 0, 0, 11) // each channel by itself
}

func TestWhatIsSummedUpIsPostedWhenFewAreLeftOrItsIncidentChanges(t *testing.T) {
	w := newWorld(t)
	w.many(alerting.P2, 100, 10)
	w.gathered(line, 0, 7, 3)
	w.exec(`UPDATE announcements SET next_attempt_at = tocsin_now() WHERE incident_id = 109`) // as a change of it does
	w.gathered(line, 0, 7, 4)
	w.posted(109, 109)
	w.gathered(line, 0, 6, 3)
	w.solved(103, 106)
	w.gathered(line, 0, 2, 3)
	w.posted(100, 101)
	w.gathered(line, 0, 0, 3) // one in line, two summed up: as many as may be in line
	w.gathered(line, 0, 0, 3)
}

func TestWithoutASummaryEachIncidentHasItsOwnMessage(t *testing.T) {
	w := newWorld(t)
	w.many(alerting.P2, 100, 10)
	w.gathered(line, 0, 7, 3)
	w.gathered(1000, 0, 0, 10)
}

func TestASummaryIsWrittenByOneReplicaAtATimeAndWhenItWouldSayAnotherThing(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	claim := func(s notifiers.Summaries, p2 int, want bool) string {
		t.Helper()
		ref, ok, err := s.ClaimSummary(w.context(), escalation.Slack, [4]int{0, 0, p2, 0}, 30*time.Second)
		w.must(err)
		if ok != want {
			t.Errorf("claimed %v", ok)
		}
		return string(ref)
	}
	finish := func(s notifiers.Summarized) { t.Helper(); w.must(w.FinishSummary(w.context(), escalation.Slack, s)) }
	claim(w, 0, false)
	claim(w, 7, true)
	claim(other, 8, false) // it is being written
	finish(notifiers.Summarized{Ref: []byte(`{"ts": "1"}`), Shown: [4]int{0, 0, 7, 0}, Wait: 5 * time.Second})
	claim(other, 8, false) // it was written just now
	w.pass(5 * time.Second)
	claim(other, 7, false)
	if ref := claim(other, 8, true); ref != `{"ts": "1"}` {
		t.Errorf("it stands at %s", ref)
	}
	w.pass(30 * time.Second) // whoever had it is dead
	claim(w, 0, true)
	finish(notifiers.Summarized{Wait: 5 * time.Second})
	w.pass(5 * time.Second)
	claim(w, 0, false)
	if ref := claim(w, 2, true); ref != "" {
		t.Errorf("it stands at %s still", ref)
	}
	finish(notifiers.Summarized{Shown: [4]int{-1}}) // it could not be posted
	claim(w, 0, false)
	claim(w, 2, true)
}
