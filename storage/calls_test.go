package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/ledger"
	"tocsin/notifiers/twilio"
	"tocsin/storage"
)

const call = "CA0123456789abcdef0123456789abcdef"

// ring queues a page of an incident over voice, and claims it.
func (w *world) ring(incident int64, severity alerting.Severity) notifiers.Claim {
	w.t.Helper()
	w.exec(`
		INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, reason, created_at, next_attempt_at)
		SELECT $1, 1, 1 + max(step), 'page', 'on-call', 'system-admin', 'voice', $2, 'acknowledged', '{}', tocsin_now(), tocsin_now() FROM pages, set_config('tocsin.writer', 'machine', true)`,
		incident, int16(severity))
	return w.one(escalation.Voice, severity == alerting.P0)
}

func (w *world) note(attempt string, events ...twilio.CallEvent) {
	w.t.Helper()
	for _, e := range events {
		w.must(w.NoteCall(w.context(), attempt, call, e, twilio.Concluded))
	}
}

// waits is how long a page waits for its next attempt; negative if for none.
func (w *world) waits(page int64) time.Duration {
	w.t.Helper()
	seconds := -1.0
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT coalesce(extract(epoch FROM next_attempt_at - tocsin_now())::float8, -1) FROM pages WHERE id = $1`, page).Scan(&seconds))
	return time.Duration(seconds * float64(time.Second))
}

// called is what has to be the same in whatever order it was told.
func (w *world) called(c notifiers.Claim) string {
	w.t.Helper()
	p := w.page(c.Page.ID)
	a := p.Attempts[0]
	return fmt.Sprintf("page %s, attempt %s %q %s, waits %v", p.State, a.Outcome, a.Error, a.ProviderID, w.waits(p.ID) >= 0)
}

func TestACallComesToTheSameInWhateverOrderItsEventsAndTheEndOfItsAttemptAreTold(t *testing.T) {
	w := newWorld(t)
	incident := w.down()
	const end = twilio.CallEvent("")
	for _, finish := range []notifiers.Finish{
		{State: notifiers.Sent, Outcome: notifiers.OutcomeSent},
		{State: notifiers.Unknown, Outcome: notifiers.OutcomeUnknown, Retry: time.Hour},
		{State: notifiers.Queued, Outcome: notifiers.OutcomeFailed, Retry: time.Hour}, // its sender is wrong
		{State: notifiers.Failed, Outcome: notifiers.OutcomeFailed},
	} {
		for want, events := range map[string][]twilio.CallEvent{
			`page sent, attempt sent "" ` + call + `, waits false`:                                                      {twilio.CallPlaced},
			`page delivered, attempt delivered "" ` + call + `, waits false`:                                            {twilio.CallPlaced, twilio.CallHuman, twilio.CallHeard, twilio.CallCompleted},
			`page queued, attempt failed "the line was busy" ` + call + `, waits true`:                                  {twilio.CallPlaced, twilio.CallBusy},
			`page queued, attempt failed "nobody answered the call" ` + call + `, waits true`:                           {twilio.CallNoAnswer, twilio.CallPlaced},
			`page failed, attempt failed "the call was answered by a machine" ` + call + `, waits false`:                {twilio.CallMachine, twilio.CallNoAnswer, twilio.CallCompleted},
			`page failed, attempt failed "the call was hung up before the message was heard" ` + call + `, waits false`: {twilio.CallPlaced, twilio.CallCompleted},
		} {
			for _, order := range permutations(append([]twilio.CallEvent{end}, events...)) {
				c := w.ring(incident, alerting.P0)
				for _, e := range order {
					if e == end {
						w.finish(c, finish.State, finish.Outcome, finish.Retry)
					} else {
						w.note(c.AttemptID, e)
					}
				}
				if got := w.called(c); got != want {
					t.Errorf("%s, %q:\ngot  %s\nwant %s", finish.State, order, got, want)
				}
				w.exec(`DELETE FROM attempts`)
				w.exec(`DELETE FROM pages`)
				w.exec(`INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, state, until, reason, created_at)
					VALUES ($1, 1, 0, 'page', 'r', 'p', 'sms', 0, 'sent', 'acknowledged', '{}', tocsin_now())`, incident)
			}
		}
	}
}

// A receipt is of an SMS. Should one name a call's attempt, the call's events know better.
func TestWhatIsKnownOfACallOutweighsAReceipt(t *testing.T) {
	w := newWorld(t)
	incident := w.down()
	for _, report := range []notifiers.Outcome{notifiers.OutcomeSent, notifiers.OutcomeDelivered, notifiers.OutcomeFailed} {
		var ends []string
		for _, order := range permutations([]string{"end", "receipt", "human", "heard"}) {
			c := w.ring(incident, alerting.P0)
			for _, what := range order {
				switch what {
				case "end":
					w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
				case "receipt":
					w.must(w.Receipt(w.context(), c.AttemptID, notifiers.Report{ProviderID: call, Outcome: report, Class: notifiers.Permanent}))
				default:
					w.note(c.AttemptID, twilio.CallEvent(what))
				}
			}
			ends = append(ends, w.called(c))
		}
		if ends = slices.Compact(ends); len(ends) != 1 || !strings.HasPrefix(ends[0], "page delivered, attempt delivered") {
			t.Errorf("%s: %q", report, ends)
		}
	}
}

func TestAnEventOfACallCountsOnceHoweverOftenItIsTold(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.ring(id, alerting.P0)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	before := w.kinds(id)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, e := range []twilio.CallEvent{twilio.CallPlaced, twilio.CallBusy} {
				if err := w.NoteCall(w.context(), c.AttemptID, call, e, twilio.Concluded); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	w.note(c.AttemptID, twilio.CallBusy)
	if n := w.kinds(id)[alerting.KindPageFailed] - before[alerting.KindPageFailed]; n != 1 {
		t.Errorf("the timeline says %d times that it was busy", n)
	}
	var events []string
	w.must(w.db.Pool.QueryRow(w.context(), `SELECT events FROM attempts WHERE id = $1`, c.AttemptID).Scan(&events))
	if slices.Sort(events); !slices.Equal(events, []string{"busy", "placed"}) {
		t.Errorf("%q", events)
	}
}

func TestABusyLineIsCalledAgainAfterTheBackoffAndSaysSo(t *testing.T) {
	for severity, bounds := range map[alerting.Severity][2]time.Duration{
		alerting.P0: {500 * time.Millisecond, time.Second}, alerting.P2: {5 * time.Second, 10 * time.Second},
	} {
		w := newWorld(t)
		id := w.down()
		c := w.ring(id, severity)
		w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
		w.note(c.AttemptID, twilio.CallPlaced, twilio.CallBusy)
		if wait := w.waits(c.Page.ID); wait < bounds[0] || wait > bounds[1] {
			t.Errorf("%v waits %v", severity, wait)
		}
		entries, err := w.Timeline(w.context(), id)
		w.must(err)
		if last := entries[len(entries)-1]; !strings.HasPrefix(last.Text, "Page to system-admin over voice: the line was busy; again in ") || last.Actor.Name != "voice" || last.Actor.Via != "receipt" {
			t.Errorf("%+v", last)
		}
		w.pass(10 * time.Second)
		if again := w.one(escalation.Voice, severity == alerting.P0); again.Page.ID != c.Page.ID || again.Page.Tries != 2 || again.PossibleRepeat {
			t.Errorf("%+v", again)
		}
	}
}

func TestABusyLineWakesTheLaneOfItsPageOnce(t *testing.T) {
	w := newWorld(t)
	c := w.ring(w.down(), alerting.P0)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	var commits []storage.Commit
	w.OnCommit(func(s storage.Commit) { commits = append(commits, s) })
	w.note(c.AttemptID, twilio.CallBusy)
	if len(commits) != 1 || !slices.Equal(commits[0].Pages, []notifiers.Lane{{Channel: escalation.Voice, Urgent: true}}) || !slices.Equal(commits[0].Incidents, []int64{c.Page.IncidentID}) {
		t.Errorf("%+v", commits)
	}
	w.at(w.now.Add(100 * time.Millisecond))
	before := w.kinds(c.Page.IncidentID)
	wait := w.waits(c.Page.ID)
	w.note(c.AttemptID, twilio.CallPlaced) // late
	if len(commits) != 2 || len(commits[1].Pages) != 0 || w.waits(c.Page.ID) != wait || w.kinds(c.Page.IncidentID)[alerting.KindPageFailed] != before[alerting.KindPageFailed] {
		t.Errorf("an event that changes nothing puts the next call off: %+v", commits)
	}
}

func TestAPageOfP2IsGivenUpWhenItsTriesAreUsedUp(t *testing.T) {
	w := newWorld(t)
	c := w.ring(w.down(), alerting.P2)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.exec(`UPDATE pages SET tries = 20 WHERE id = $1`, c.Page.ID)
	w.note(c.AttemptID, twilio.CallBusy)
	if p := w.page(c.Page.ID); p.State != notifiers.Failed {
		t.Errorf("%s", p.State)
	}
}

func TestACallThatAHumanTookAfterItsAnswerWasLostIsNotMadeAgain(t *testing.T) {
	w := newWorld(t)
	c := w.ring(w.down(), alerting.P0)
	w.finish(c, notifiers.Unknown, notifiers.OutcomeUnknown, 5*time.Second)
	w.note(c.AttemptID, twilio.CallHuman, twilio.CallKey)
	w.pass(time.Minute)
	if n := len(w.claim(escalation.Voice, true)); n != 0 {
		t.Error("it is made again")
	}
}

func TestAnEarlierCallThatEndsWhileALaterOneIsUnderWayLeavesThePageToIt(t *testing.T) {
	w := newWorld(t)
	c := w.ring(w.down(), alerting.P0)
	w.finish(c, notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
	w.pass(time.Second)
	second := w.one(escalation.Voice, true)
	w.note(c.AttemptID, twilio.CallPlaced, twilio.CallBusy)
	if p := w.page(c.Page.ID); p.State != notifiers.Sending {
		t.Errorf("%s", p.State)
	}
	w.finish(second, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.note(second.AttemptID, twilio.CallPlaced)
	w.note(c.AttemptID, twilio.CallNoAnswer)
	if p := w.page(c.Page.ID); p.State != notifiers.Sent {
		t.Errorf("%s: the later call rings", p.State)
	}
	w.note(second.AttemptID, twilio.CallKey)
	if p := w.page(c.Page.ID); p.State != notifiers.Delivered {
		t.Errorf("%s", p.State)
	}
}

func TestAPageWhoseRingingCallEndsIsCalledAgainThoughALaterAttemptWasRefused(t *testing.T) {
	for name, later := range map[string]struct {
		finish notifiers.Finish
		events []twilio.CallEvent
		want   notifiers.PageState
	}{
		"refused for now":         {notifiers.Finish{State: notifiers.Queued, Outcome: notifiers.OutcomeFailed, Retry: time.Hour}, nil, notifiers.Queued},
		"unknown too":             {notifiers.Finish{State: notifiers.Unknown, Outcome: notifiers.OutcomeUnknown, Retry: time.Hour}, nil, notifiers.Queued},
		"not needed":              {notifiers.Finish{State: notifiers.Skipped, Outcome: notifiers.OutcomeSkipped}, nil, notifiers.Failed},
		"answered by a machine":   {notifiers.Finish{State: notifiers.Sent, Outcome: notifiers.OutcomeSent}, []twilio.CallEvent{twilio.CallMachine}, notifiers.Failed},
		"answered by a busy tone": {notifiers.Finish{State: notifiers.Sent, Outcome: notifiers.OutcomeSent}, []twilio.CallEvent{twilio.CallBusy}, notifiers.Queued},
	} {
		w := newWorld(t)
		first := w.ring(w.down(), alerting.P0)
		w.finish(first, notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
		w.pass(time.Second)
		second := w.one(escalation.Voice, true)
		w.note(first.AttemptID, twilio.CallPlaced)
		w.finish(second, later.finish.State, later.finish.Outcome, later.finish.Retry)
		w.note(second.AttemptID, later.events...)
		if p := w.page(first.Page.ID); p.State != notifiers.Sent {
			t.Errorf("%s: %s while the first call rings", name, p.State)
		}
		w.note(first.AttemptID, twilio.CallCompleted)
		if p := w.page(first.Page.ID); p.State != later.want {
			t.Errorf("%s: %s", name, p.State)
		}
	}
}

func TestAllPagesThatACallToldOfFareAlike(t *testing.T) {
	for event, want := range map[twilio.CallEvent]string{
		twilio.CallKey: "delivered", twilio.CallMachine: "failed", twilio.CallBusy: "queued", twilio.CallPlaced: "sent",
	} {
		for _, ended := range []bool{false, true} {
			w := newWorld(t)
			id := w.down()
			lead, joined := w.ring(id, alerting.P0), w.ring(id, alerting.P1)
			w.exec(`UPDATE attempts SET bundle = $2 WHERE id = $1`, joined.AttemptID, lead.AttemptID)
			finish := func() {
				for _, c := range []notifiers.Claim{joined, lead} {
					w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
				}
			}
			if !ended {
				w.note(lead.AttemptID, event)
			}
			finish()
			if ended {
				w.note(lead.AttemptID, event)
			}
			var told []string
			for _, c := range []notifiers.Claim{lead, joined} {
				p := w.page(c.Page.ID)
				told = append(told, string(p.State), p.Attempts[0].ProviderID, w.waits(p.ID).String())
			}
			if told[0] != want || !slices.Equal(told[:3], told[3:]) {
				t.Errorf("%s, %v: %q", event, ended, told)
			}
			if n, want := w.spent(escalation.Voice, monday), 1; n != want {
				t.Errorf("%s: %d calls are counted", event, n)
			}
		}
	}
}

func TestAPageThatDroppedOutOfTheCallsMessageStaysSkipped(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	lead, joined := w.ring(id, alerting.P0), w.ring(id, alerting.P1)
	w.finish(lead, notifiers.Sent, notifiers.OutcomeSent, 0)
	w.finish(joined, notifiers.Skipped, notifiers.OutcomeSkipped, 0)
	w.exec(`UPDATE attempts SET bundle = $2 WHERE id = $1`, joined.AttemptID, lead.AttemptID)
	w.note(lead.AttemptID, twilio.CallPlaced, twilio.CallBusy)
	if p := w.page(joined.Page.ID); p.State != notifiers.Skipped || p.Attempts[0].Outcome != notifiers.OutcomeSkipped {
		t.Errorf("%s, %+v", p.State, p.Attempts[0])
	}
	if p := w.page(lead.Page.ID); p.State != notifiers.Queued {
		t.Errorf("the other is %s", p.State)
	}
	w.exec(`UPDATE pages SET state = 'skipped', next_attempt_at = NULL WHERE id = $1`, lead.Page.ID) // not needed any more
	w.note(lead.AttemptID, twilio.CallMachine)
	if p := w.page(lead.Page.ID); p.State != notifiers.Skipped {
		t.Errorf("what is told late makes it %s", p.State)
	}
}

func TestACallOfNoAttemptOfOursIsNotFound(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"7f3fca5c-3a5e-4c3c-9d0e-6f0d1c2b3a49", "no uuid", ""} {
		if err := w.NoteCall(w.context(), id, call, twilio.CallPlaced, twilio.Concluded); !errors.Is(err, alerting.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestTheLedgerTellsEachTurnOfACallOnce(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.ring(id, alerting.P0)
	end := finished(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	end.ProviderID = call
	w.must(w.FinishPage(w.context(), end))
	w.note(c.AttemptID, twilio.CallPlaced, twilio.CallPlaced, twilio.CallNoAnswer, twilio.CallNoAnswer, twilio.CallMachine)
	entries, err := w.Ledger(w.context(), id)
	w.must(err)
	var told []string
	for _, e := range entries {
		if f, err := e.Facts(); err == nil && e.Attempt == c.AttemptID && e.Kind != ledger.Tried {
			told = append(told, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Kind, f.Outcome, f.PageState, f.Event)))
		}
	}
	if want := []string{"accepted sent sent", "receipt sent sent placed", "receipt failed queued no-answer", "receipt failed failed machine"}; !slices.Equal(told, want) {
		t.Errorf("%q", told)
	}
	w.seal()
	if found := w.found(nil); len(found) != 0 {
		t.Errorf("%q", found)
	}
}
