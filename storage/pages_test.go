package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/storage"
)

// pages queues n pages of an incident over email, due now.
func (w *world) pages(incident int64, severity alerting.Severity, n int) {
	w.t.Helper()
	w.exec(`
		INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, reason, created_at, next_attempt_at)
		SELECT $1, 1, 1000 + 1000 * $2::int + n, 'page', 'on-call', 'system-admin', 'email', $2, 'acknowledged', '{}', tocsin_now(), tocsin_now() - make_interval(secs => $3 - n)
		FROM generate_series(1, $3::int) AS n`, incident, int16(severity), n)
}

func TestTwoReplicasNeverClaimTheSamePage(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.pages(id, alerting.P2, 300)
	stores := []*storage.Store{w.Store, w.another(), w.Store}
	var mu sync.Mutex
	claimed := map[int64]int{}
	var wg sync.WaitGroup
	for _, s := range stores {
		wg.Go(func() {
			for {
				claims, err := s.ClaimPages(w.context(), notifiers.Lane{Channel: escalation.Email}, notifiers.Slots{Messages: 7}, notifiers.Rate{})
				if err != nil {
					t.Error(err)
				}
				if len(claims) == 0 {
					return
				}
				mu.Lock()
				for _, c := range claims {
					claimed[c.Page.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for page, n := range claimed {
		if n != 1 {
			t.Errorf("page %d was claimed %d times", page, n)
		}
	}
	if len(claimed) != 300 {
		t.Errorf("%d of 300 claimed", len(claimed))
	}
}

func TestPagesAreClaimedWorstAndOldestFirstAndNoMoreThanAskedFor(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	for _, s := range []alerting.Severity{alerting.P3, alerting.P1, alerting.P2} {
		w.pages(id, s, 3)
	}
	var steps []int
	for _, limit := range []int{2, 5, 100} {
		claims, err := w.ClaimPages(w.context(), notifiers.Lane{Channel: escalation.Email}, notifiers.Slots{Messages: limit}, notifiers.Rate{})
		w.must(err)
		if len(claims) > limit {
			t.Errorf("%d claimed, %d asked for", len(claims), limit)
		}
		for _, c := range claims {
			steps = append(steps, c.Page.Step)
			if c.Page.State != notifiers.Sending || c.Page.Tries != 1 || c.PossibleRepeat {
				t.Errorf("%+v", c)
			}
		}
	}
	if want := []int{2001, 2002, 2003, 3001, 3002, 3003, 4001, 4002, 4003}; !slices.Equal(steps, want) {
		t.Errorf("claimed %v, want %v", steps, want)
	}
}

func TestALaneHasItsOwnPagesOnly(t *testing.T) {
	w := newWorld(t)
	w.pages(w.down(), alerting.P1, 1)
	if n := len(w.claim(escalation.Email, false)); n != 1 {
		t.Errorf("%d pages of P1 to P3", n)
	}
	if c := w.one(escalation.Email, true); c.Page.Severity != alerting.P0 {
		t.Errorf("%+v", c)
	}
	if c := w.one(escalation.SMS, true); c.Page.Channel != escalation.SMS {
		t.Errorf("%+v", c)
	}
}

func TestAPageIsNotClaimedBeforeItsTime(t *testing.T) {
	w := newWorld(t)
	w.down()
	lane := notifiers.Lane{Channel: escalation.SMS, Urgent: true}
	w.finish(w.one(escalation.SMS, true), notifiers.Queued, notifiers.OutcomeFailed, 90*time.Second)
	if wait, ok, err := w.NextPage(w.context(), lane, nil); err != nil || !ok || wait != 90*time.Second {
		t.Errorf("the next is due in %v, %v, %v", wait, ok, err)
	}
	w.pass(90*time.Second - time.Microsecond)
	if n := len(w.claim(escalation.SMS, true)); n != 0 {
		t.Errorf("%d claimed too early", n)
	}
	w.pass(time.Microsecond)
	if c := w.one(escalation.SMS, true); c.Page.Tries != 2 || c.PossibleRepeat {
		t.Errorf("%+v", c)
	}
	if _, ok, err := w.NextPage(w.context(), lane, nil); ok || err != nil {
		t.Errorf("a page under way is not waiting: %v", err)
	}
}

func TestAReplicaThatNobodyKnowsToLiveClaimsNothing(t *testing.T) {
	w := newWorld(t)
	w.down()
	w.exec(`DELETE FROM replicas`)
	if n := len(w.claim(escalation.SMS, true)); n != 0 {
		t.Errorf("%d claimed", n)
	}
	w.beat()
	w.one(escalation.SMS, true)
}

func TestRecheckSeesTheIncidentAsItIsNow(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.answer(id, escalation.Acknowledge, "system-admin")
	b, held, err := w.Recheck(w.context(), c)
	if err != nil || !held || b.Incident.State != alerting.StateAcknowledged || len(b.Alerts) != 1 || len(b.Plan.Steps) != 5 {
		t.Errorf("held %v, %v, %+v", held, err, b.Incident)
	}
	if notifiers.Unneeded(c.Page, b) == "" {
		t.Error("the page would leave though somebody has acknowledged")
	}
}

func TestWhatCannotBeReadIsNotTakenForAStoreThatIsAway(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.exec(`UPDATE incidents SET plan = '[]' WHERE id = $1`, id)
	if _, _, err := w.Recheck(w.context(), c); err == nil || errors.Is(err, alerting.ErrUnavailable) {
		t.Errorf("%v: it would be tried for ever", err)
	}
}

func TestWhatComesOfAPageIsStoredWithItsAttemptAndItsLineOnTheTimeline(t *testing.T) {
	for _, c := range []struct {
		state   notifiers.PageState
		outcome notifiers.Outcome
		waits   bool
	}{
		{notifiers.Sent, notifiers.OutcomeSent, false},
		{notifiers.Queued, notifiers.OutcomeFailed, true},
		{notifiers.Failed, notifiers.OutcomeFailed, false},
		{notifiers.Unknown, notifiers.OutcomeUnknown, true},
		{notifiers.Failed, notifiers.OutcomeUnknown, false},
		{notifiers.Skipped, notifiers.OutcomeSkipped, false},
	} {
		t.Run(fmt.Sprintf("%s after %s", c.state, c.outcome), func(t *testing.T) {
			w := newWorld(t)
			id := w.down()
			claim := w.one(escalation.SMS, true)
			f := finished(claim, c.state, c.outcome, time.Minute)
			f.ProviderID, f.Error = "SM1", "503"
			w.must(w.FinishPage(w.context(), f))
			p := w.page(claim.Page.ID)
			if p.State != c.state || len(p.Attempts) != 1 {
				t.Fatalf("%+v", p)
			}
			if a := p.Attempts[0]; a.ID != claim.AttemptID || a.Outcome != c.outcome || a.ProviderID != "SM1" || a.Error != "503" || !a.FinishedAt.Equal(w.now) {
				t.Errorf("%+v", a)
			}
			if n := w.kinds(id)[f.Entry.Kind]; n != 1 {
				t.Errorf("%d lines on the timeline", n)
			}
			_, waits, err := w.NextPage(w.context(), notifiers.Lane{Channel: escalation.SMS, Urgent: true}, nil)
			if err != nil || waits != c.waits {
				t.Errorf("waits: %v, %v", waits, err)
			}
			if n, err := w.Reclaim(w.context()); n != 0 || err != nil {
				t.Errorf("%d claims were left, %v", n, err)
			}
		})
	}
}

func TestStoringTheSameEndTwiceIsStoringItOnce(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0) // the first answer was lost
	if n := w.kinds(id)[alerting.KindPageSent]; n != 1 || w.page(c.Page.ID).State != notifiers.Sent {
		t.Errorf("%d lines, %+v", n, w.page(c.Page.ID))
	}
}

func TestAClaimHandedBackLeavesNoTrace(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	before := w.kinds(id)
	c := w.one(escalation.SMS, true)
	w.finish(c, notifiers.Queued, notifiers.OutcomeUntried, time.Second)
	if p := w.page(c.Page.ID); p.State != notifiers.Queued || p.Tries != 0 || len(p.Attempts) != 0 || len(w.kinds(id)) != len(before) {
		t.Errorf("%+v, %v", p, w.kinds(id))
	}
	w.pass(time.Second)
	if again := w.one(escalation.SMS, true); again.Page.Tries != 1 || again.PossibleRepeat {
		t.Errorf("%+v", again)
	}
}

func TestAfterAnUnknownFateEveryLaterAttemptIsAPossibleRepeat(t *testing.T) {
	w := newWorld(t)
	w.down()
	w.finish(w.one(escalation.SMS, true), notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
	for range 3 {
		w.pass(time.Second)
		c := w.one(escalation.SMS, true)
		if !c.PossibleRepeat {
			t.Errorf("try %d may be a repeat and does not say so", c.Page.Tries)
		}
		w.finish(c, notifiers.Queued, notifiers.OutcomeFailed, time.Second)
	}
}

func TestAClaimTakenAwayChangesThePageNoMore(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	other := w.another()
	c := w.one(escalation.SMS, true)
	w.at(w.now.Add(2 * time.Second))
	w.must(other.Heartbeat(w.context(), "manual"))
	if n, err := other.Reclaim(w.context()); n != 1 || err != nil {
		t.Fatalf("%d taken over, %v", n, err)
	}
	if _, held, err := w.Recheck(w.context(), c); held || err != nil {
		t.Errorf("held: %v, %v", held, err)
	}
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0) // it was on its way already
	p := w.page(c.Page.ID)
	if p.State != notifiers.Unknown || w.kinds(id)[alerting.KindPageSent] != 0 {
		t.Errorf("%+v, %v", p, w.kinds(id))
	}
	if p.Attempts[0].Outcome != notifiers.OutcomeSent {
		t.Errorf("the attempt hides what is known of it: %+v", p.Attempts[0])
	}
	claims, err := other.ClaimPages(w.context(), notifiers.Lane{Channel: escalation.SMS, Urgent: true}, notifiers.Slots{Messages: 10}, notifiers.Rate{})
	w.must(err)
	if len(claims) != 1 || !claims[0].PossibleRepeat {
		t.Errorf("%+v", claims)
	}
}

func TestAPageThatCanBeEditedFollowsItsIncident(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.Slack, true)
	b, _, err := w.Recheck(w.context(), c)
	w.must(err)
	w.answer(id, escalation.Acknowledge, "system-admin") // while it is being sent
	f := finished(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	f.Ref, f.Rev = []byte(`{"ts": "1"}`), b.Incident.Rev
	w.must(w.FinishPage(w.context(), f))
	as, err := w.ClaimAnnouncements(w.context(), board(), 10)
	w.must(err)
	if i := slices.IndexFunc(as, func(a notifiers.Announcement) bool { return a.PageID == c.Page.ID }); i < 0 || as[i].SentRev != b.Incident.Rev || string(as[i].Ref) != `{"ts": "1"}` {
		t.Errorf("%+v", as)
	}
}
