package storage_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/storage"
)

var (
	sixAMinute = notifiers.Rate{N: 6, Per: time.Minute}
	urgentSMS  = notifiers.Lane{Channel: escalation.SMS, Urgent: true}
	calmSMS    = notifiers.Lane{Channel: escalation.SMS}
)

// owed queues a page over SMS for each of n incidents of their own, due now.
func (w *world) owed(person string, severity alerting.Severity, from, n int) {
	w.t.Helper()
	w.exec(`
		INSERT INTO incidents (id, dedup_key, title, severity, state, labels, alert_count, firing_count, round, opened_at, reason, plan)
		SELECT 1000 + n, 'owed/' || n, 'Owed', $1, 'open', '{}', 1, 1, 1, tocsin_now(), '{}', '{"round": 1, "steps": []}' FROM generate_series($2::int, $2 + $3::int - 1) AS n`,
		int16(severity), from, n)
	w.exec(`
		INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, reason, created_at, next_attempt_at)
		SELECT 1000 + n, 1, 0, 'page', 'r', $4, 'sms', $1, 'acknowledged', '{"text": "why"}', tocsin_now(), tocsin_now() FROM generate_series($2::int, $2 + $3::int - 1) AS n, set_config('tocsin.writer', 'machine', true)`,
		int16(severity), from, n, person)
}

func (w *world) within(l notifiers.Lane, r notifiers.Rate) []notifiers.Claim {
	w.t.Helper()
	claims, err := w.ClaimPages(w.context(), l, notifiers.Slots{Messages: 32}, r)
	w.must(err)
	return claims
}

// sizes are how many pages each message carries.
func sizes(claims []notifiers.Claim) []int {
	out := []int{}
	for _, c := range claims {
		out = append(out, len(c.Pages()))
	}
	return out
}

func (w *world) expect(what string, claims []notifiers.Claim, want ...int) {
	w.t.Helper()
	if got := sizes(claims); !slices.Equal(got, want) {
		w.t.Errorf("%s: messages of %v pages, want %v", what, got, want)
	}
}

func (w *world) states() map[string]int {
	w.t.Helper()
	rows, err := w.db.Pool.Query(w.context(), `SELECT state, count(*) FROM pages GROUP BY 1`)
	w.must(err)
	out := map[string]int{}
	for rows.Next() {
		var state string
		var n int
		w.must(rows.Scan(&state, &n))
		out[state] = n
	}
	w.must(rows.Err())
	return out
}

func TestWhatTheBudgetDoesNotAllowLeavesInOneMessageWhenItDoes(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P1, 0, 6)
	w.expect("within the budget", w.within(calmSMS, sixAMinute), 1, 1, 1, 1, 1, 1)
	w.owed("ada", alerting.P2, 10, 30)
	w.owed("bob", alerting.P2, 100, 1)
	w.expect("beyond it", w.within(calmSMS, sixAMinute), 1) // bob's
	wait, ok, err := w.NextPage(w.context(), calmSMS, nil)
	if w.must(err); !ok || wait < time.Minute || wait > 61*time.Second {
		t.Errorf("the next is due in %s (%v)", wait, ok)
	}
	w.pass(30 * time.Second)
	w.owed("ada", alerting.P1, 50, 7)
	w.expect("half a minute later", w.within(calmSMS, sixAMinute))
	w.pass(31 * time.Second)
	claims := w.within(calmSMS, sixAMinute)
	w.expect("a minute later", claims, 37)
	if c := claims[0]; c.Page.Severity != alerting.P1 || c.PossibleRepeat || c.Digest {
		t.Errorf("%+v", c.Page)
	}
}

func TestAP0LeavesAtOnceAndThoseAfterItGatherForFiveSeconds(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P0, 0, 1)
	w.expect("the first", w.within(urgentSMS, sixAMinute), 1)
	w.pass(time.Second)
	w.owed("ada", alerting.P0, 1, 1)
	w.owed("bob", alerting.P0, 2, 1)
	w.expect("the second, and another person's first", w.within(urgentSMS, sixAMinute), 1)
	w.pass(2 * time.Second)
	w.owed("ada", alerting.P0, 3, 48)
	w.expect("more", w.within(urgentSMS, sixAMinute))
	w.pass(1600 * time.Millisecond)
	w.expect("in time", w.within(urgentSMS, sixAMinute), 49)
	w.pass(10 * time.Second)
	w.owed("ada", alerting.P0, 60, 1)
	w.expect("a quiet while later", w.within(urgentSMS, sixAMinute), 1)
}

func TestTwoReplicasKeepTheBudgetTogether(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	var mu sync.Mutex
	messages := 0
	var wg sync.WaitGroup
	for i := range 40 {
		w.owed("ada", alerting.P1, i*10, 3)
		for _, s := range []*storage.Store{w.Store, other} {
			wg.Go(func() {
				claims, err := s.ClaimPages(w.context(), calmSMS, notifiers.Slots{Messages: 32}, sixAMinute)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				messages += len(claims)
			})
		}
	}
	wg.Wait()
	if messages > 6 || messages == 0 {
		t.Errorf("%d messages left in a minute, at most 6 may", messages)
	}
	if waiting := w.states()["queued"]; waiting == 0 {
		t.Error("nothing waits for the next minute")
	}
}

func TestAMessageThatCertainlyDidNotLeaveCountsForNothing(t *testing.T) {
	for _, outcome := range []notifiers.Outcome{notifiers.OutcomeFailed, notifiers.OutcomeUntried, notifiers.OutcomeSkipped, notifiers.OutcomeUnknown} {
		t.Run(string(outcome), func(t *testing.T) {
			w := newWorld(t)
			one := notifiers.Rate{N: 1, Per: time.Minute}
			w.owed("ada", alerting.P1, 0, 1)
			c := w.within(calmSMS, one)[0]
			state := notifiers.Queued
			if outcome == notifiers.OutcomeSkipped {
				state = notifiers.Skipped
			}
			w.finish(c, state, outcome, time.Hour)
			w.owed("ada", alerting.P1, 1, 1)
			want := 1
			if outcome == notifiers.OutcomeUnknown {
				want = 0
			}
			if got := w.within(calmSMS, one); len(got) != want {
				t.Errorf("%d messages leave, want %d", len(got), want)
			}
		})
	}
}

// bundle is one message of n P1 pages, claimed.
func (w *world) bundle(n int) notifiers.Claim {
	w.t.Helper()
	w.owed("ada", alerting.P1, 0, n)
	claims := w.within(calmSMS, notifiers.Rate{N: 1, Per: time.Minute})
	w.expect("a bundle", claims, n)
	return claims[0]
}

func TestWhatComesOfAMessageComesOfEachOfItsPages(t *testing.T) {
	w := newWorld(t)
	c := w.bundle(4)
	bs, held, err := w.Gathered(w.context(), c)
	if w.must(err); !held || len(bs) != 4 || bs[3].Incident.ID != c.Joined[2].Page.IncidentID {
		t.Fatalf("%v %d briefs", held, len(bs))
	}
	f := finished(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	f.ProviderID = "SM1"
	f.Dropped = []notifiers.Dropped{{Page: c.Page.ID, Why: "resolved", Entry: alerting.Entry{Text: "not sent"}}}
	w.must(w.FinishPage(w.context(), f))
	for i, p := range c.Pages() {
		got, kinds := w.page(p.ID), w.kinds(p.IncidentID)
		state, kind := notifiers.Sent, alerting.KindPageSent
		if i == 0 {
			state, kind = notifiers.Skipped, alerting.KindPageSkipped
		}
		if got.State != state || len(got.Attempts) != 1 || got.Attempts[0].Outcome != notifiers.Outcome(state) || kinds[kind] != 1 {
			t.Errorf("page %d: %+v %v", i, got, kinds)
		}
	}
	w.receipt(c.AttemptID, notifiers.OutcomeDelivered)
	w.receipt(c.AttemptID, notifiers.OutcomeSent) // late
	if got := w.states(); got["delivered"] != 3 || got["skipped"] != 1 {
		t.Errorf("%v", got)
	}
	report, err := w.VerifyLedger(w.context(), nil, nil)
	if w.must(err); len(report.Findings) > 0 {
		t.Errorf("%+v", report.Findings)
	}
}

func TestALostMessageOfManyIsSentAgainAsOneAndMarked(t *testing.T) {
	for name, lose := range map[string]func(w *world, c notifiers.Claim){
		"its answer is lost": func(w *world, c notifiers.Claim) {
			w.finish(c, notifiers.Unknown, notifiers.OutcomeUnknown, notifiers.ReceiptWait)
			w.expect("before its receipt could come", w.within(calmSMS, sixAMinute))
			w.pass(notifiers.ReceiptWait)
		},
		"its replica dies": func(w *world, _ notifiers.Claim) {
			w.exec(`UPDATE replicas SET id = gen_random_uuid()`)
			w.exec(`UPDATE pages SET claimed_by = gen_random_uuid() WHERE state = 'sending'`)
			w.pass(3 * time.Second)
			_, err := w.Reclaim(w.context())
			w.must(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			c := w.bundle(5)
			lose(w, c)
			claims := w.within(calmSMS, sixAMinute)
			w.expect("again", claims, 5)
			if len(claims) == 1 && !claims[0].PossibleRepeat {
				t.Error("it is not marked as a possible repeat")
			}
		})
	}
}

func TestAReceiptOfALostMessageSettlesAllOfItInAnyOrder(t *testing.T) {
	w := newWorld(t)
	c := w.bundle(3)
	w.receipt(c.AttemptID, notifiers.OutcomeDelivered) // before the answer
	w.receipt(c.AttemptID, notifiers.OutcomeDelivered)
	w.finish(c, notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
	w.receipt(c.AttemptID, notifiers.OutcomeSent)
	if got := w.states(); got["delivered"] != 3 {
		t.Errorf("%v", got)
	}
	w.pass(time.Minute)
	w.expect("nothing is repeated", w.within(calmSMS, sixAMinute))
}

func TestAMessageHandedBackLeavesNoTraceOfAnyPage(t *testing.T) {
	w := newWorld(t)
	c := w.bundle(3)
	w.must(w.FinishPage(w.context(), notifiers.Finish{Claim: c, State: notifiers.Queued, Outcome: notifiers.OutcomeUntried}))
	for _, p := range c.Pages() {
		if got := w.page(p.ID); got.State != notifiers.Queued || got.Tries != 0 || len(got.Attempts) > 0 {
			t.Errorf("%+v", got)
		}
	}
	w.expect("again", w.within(calmSMS, notifiers.Rate{N: 1, Per: time.Minute}), 3)
}

func TestPagesOfADigestLeaveTogether(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P3, 0, 4)
	w.owed("ada", alerting.P2, 10, 1)
	w.owed("bob", alerting.P3, 20, 2)
	w.exec(`UPDATE pages SET digest = true WHERE severity = 3`)
	w.exec(`UPDATE pages SET channel = 'email'`)
	claims, err := w.ClaimPages(w.context(), notifiers.Lane{Channel: escalation.Email}, notifiers.Slots{Messages: 32}, notifiers.Rate{})
	w.must(err)
	w.expect("email", claims, 1, 4, 2)
	if len(claims) == 3 && (claims[0].Digest || !claims[1].Digest || !claims[2].Digest) {
		t.Error("a digest is not named one")
	}
}

func TestAClaimOfManyPagesThatWasPartlyTakenAwayIsNotOurs(t *testing.T) {
	w := newWorld(t)
	c := w.bundle(3)
	w.exec(`UPDATE pages SET claim = gen_random_uuid() WHERE id = $1`, c.Joined[1].Page.ID)
	if _, held, err := w.Gathered(w.context(), c); held || err != nil {
		t.Errorf("%v %v", held, err)
	}
}

func TestTenThousandPagesLeaveInAFewMessages(t *testing.T) {
	w := newWorld(t)
	w.owed("ada", alerting.P2, 0, 10000)
	w.exec(`ANALYZE`)
	start := time.Now()
	claims := w.within(calmSMS, sixAMinute)
	took := time.Since(start)
	w.expect("a storm", claims, 2000, 2000, 2000, 2000, 2000)
	for _, c := range claims {
		ctx, cancel := context.WithTimeout(w.context(), 20*time.Second)
		start = time.Now()
		w.must(w.FinishPage(ctx, finished(c, notifiers.Sent, notifiers.OutcomeSent, 0)))
		cancel()
	}
	t.Logf("claimed in %s, the last finished in %s", took, time.Since(start))
	if got := w.states(); got["sent"] != 10000 {
		t.Errorf("%v", got)
	}
}
