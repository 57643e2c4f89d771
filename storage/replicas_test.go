package storage_test

import (
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

func TestWhatADeadReplicaHeldIsTakenOverWhenItHasBeenSilentForTwoSeconds(t *testing.T) {
	for _, c := range []struct {
		severity alerting.Severity
		wait     time.Duration
	}{{alerting.P1, 0}, {alerting.P2, 10 * time.Second}, {alerting.P3, 10 * time.Second}} {
		t.Run(c.severity.String(), func(t *testing.T) {
			w := newWorld(t)
			id := w.down()
			w.pages(id, c.severity, 1)
			dead := w.another()
			claims, err := dead.ClaimPages(w.context(), notifiers.Lane{Channel: escalation.Email}, notifiers.Slots{Messages: 10}, notifiers.Rate{})
			w.must(err)
			w.pass(2*time.Second - time.Microsecond)
			if n, err := w.Reclaim(w.context()); n != 0 || err != nil {
				t.Fatalf("%d taken over too early, %v", n, err)
			}
			w.pass(time.Microsecond)
			if n, err := w.Reclaim(w.context()); n != 1 || err != nil {
				t.Fatalf("%d taken over, %v", n, err)
			}
			p := w.page(claims[0].Page.ID)
			if p.State != notifiers.Unknown || p.Attempts[0].Outcome != notifiers.OutcomeUnknown || w.kinds(id)[alerting.KindPageUnknown] != 1 {
				t.Errorf("%+v, %v", p, w.kinds(id))
			}
			if wait, ok, err := w.NextPage(w.context(), notifiers.Lane{Channel: escalation.Email}, nil); err != nil || !ok || wait != c.wait {
				t.Errorf("again in %v, %v, %v", wait, ok, err)
			}
			w.pass(c.wait)
			if again := w.one(escalation.Email, false); !again.PossibleRepeat || again.Page.Tries != 2 {
				t.Errorf("%+v", again)
			}
		})
	}
}

func TestAReplicaThatLivesKeepsWhatItHolds(t *testing.T) {
	w := newWorld(t)
	w.down()
	other := w.another()
	c := w.one(escalation.SMS, true)
	for range 30 { // a provider that takes half a minute
		w.pass(time.Second)
		w.must(other.Heartbeat(w.context(), "manual"))
		n, err := other.Reclaim(w.context())
		w.must(err)
		mine, err := w.Reclaim(w.context())
		w.must(err)
		if n+mine != 0 {
			t.Fatalf("%d and %d taken over", n, mine)
		}
	}
	if _, held, err := w.Recheck(w.context(), c); !held || err != nil {
		t.Errorf("held: %v, %v", held, err)
	}
}

func TestAClaimWhoseAnswerWasLostIsFreedByTheReplicaItself(t *testing.T) {
	w := newWorld(t)
	w.down()
	// The statement was committed and the connection lost: the replica never learned of its claims.
	w.exec(`WITH p AS (
			UPDATE pages SET state = 'sending', next_attempt_at = NULL, claimed_by = $1, claim = gen_random_uuid(), tries = 1
			WHERE channel = 'sms' RETURNING id, claim)
		INSERT INTO attempts (id, page_id, at) SELECT claim, id, tocsin_now() FROM p`, w.Replica())
	w.exec(`UPDATE announcements SET claimed_by = $1, claim = gen_random_uuid()`, w.Replica())
	if n, err := w.Reclaim(w.context()); n != 2 || err != nil {
		t.Fatalf("%d freed, %v: they would be held as long as the replica lives", n, err)
	}
	w.one(escalation.SMS, true)
	as, err := w.ClaimAnnouncements(w.context(), board(), 10)
	w.must(err)
	if len(as) != 1 {
		t.Errorf("%+v", as)
	}
}

func TestATakeoverBelievesAReceiptThatHasComeAlready(t *testing.T) {
	for _, outcome := range []notifiers.Outcome{notifiers.OutcomeSent, notifiers.OutcomeDelivered, notifiers.OutcomeFailed} {
		t.Run(string(outcome), func(t *testing.T) {
			w := newWorld(t)
			id := w.down()
			dead := w.another()
			claims, err := dead.ClaimPages(w.context(), notifiers.Lane{Channel: escalation.SMS, Urgent: true}, notifiers.Slots{Messages: 10}, notifiers.Rate{})
			w.must(err)
			w.receipt(claims[0].AttemptID, outcome)
			w.pass(2 * time.Second)
			if n, err := w.Reclaim(w.context()); n != 1 || err != nil {
				t.Fatalf("%d taken over, %v", n, err)
			}
			if p := w.page(claims[0].Page.ID); string(p.State) != string(outcome) || w.kinds(id)[alerting.KindPageUnknown] != 0 {
				t.Errorf("%+v: it would be sent again", p)
			}
		})
	}
}

func TestReplicasThatWereSilentForADayAreForgotten(t *testing.T) {
	w := newWorld(t)
	w.another()
	w.pass(24*time.Hour + time.Second)
	var n int
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT count(*) FROM replicas`).Scan(&n))
	if n != 1 {
		t.Errorf("%d replicas", n)
	}
}
