package notifiers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// queue is a store of many incidents' messages, in memory and by the running clock, and a board that does with
// each post what a test says.
type queue struct {
	mu      sync.Mutex
	waiting []queuedMessage
	ended   []Announced
	posted  []string // "P3 #7", in the order in which the calls ended well
	post    func(ctx context.Context, b Brief) error
	edits   int
}

type queuedMessage struct {
	Announcement
	due time.Time
}

func (q *queue) add(ms ...Announcement) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range ms {
		q.waiting = append(q.waiting, queuedMessage{m, time.Now()})
	}
}

// messageOf is one that waits to be posted.
func messageOf(s alerting.Severity, id int64) Announcement {
	return Announcement{ID: id, Brief: Brief{Incident: alerting.Incident{ID: id, Severity: s, Rev: 1, State: alerting.StateOpen}}}
}

func (q *queue) ClaimAnnouncements(_ context.Context, l Lane, limit int) (out []Announcement, _ error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	slices.SortStableFunc(q.waiting, func(a, b queuedMessage) int {
		return cmp.Or(cmp.Compare(a.Brief.Incident.Severity, b.Brief.Incident.Severity), a.due.Compare(b.due))
	})
	q.waiting = slices.DeleteFunc(q.waiting, func(m queuedMessage) bool {
		if LaneOf(l.Channel, m.Brief.Incident.Severity) != l || m.due.After(time.Now()) || len(out) == limit {
			return false
		}
		out = append(out, m.Announcement)
		return true
	})
	return out, nil
}

func (q *queue) FinishAnnouncement(_ context.Context, a Announced) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if a.Keep {
		return nil
	}
	q.ended = append(q.ended, a)
	if a.Error != "" {
		a.Tries++
	}
	if a.Retry > 0 {
		q.waiting = append(q.waiting, queuedMessage{a.Announcement, time.Now().Add(a.Retry)})
	}
	return nil
}

func (q *queue) NextAnnouncement(_ context.Context, l Lane) (wait time.Duration, ok bool, _ error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, m := range q.waiting {
		if in := time.Until(m.due); LaneOf(l.Channel, m.Brief.Incident.Severity) == l && (!ok || in < wait) {
			wait, ok = in, true
		}
	}
	return wait, ok, nil
}

func (q *queue) Post(ctx context.Context, b Brief) (json.RawMessage, error) {
	if err := q.post(ctx, b); err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.posted = append(q.posted, fmt.Sprintf("%s #%d", b.Incident.Severity, b.Incident.ID))
	return json.RawMessage(`{}`), nil
}

func (q *queue) Edit(context.Context, json.RawMessage, Brief) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.edits++
	return nil
}

func (q *queue) Reply(context.Context, json.RawMessage, Brief, []alerting.Entry) error { return nil }

// results are what came of all claims.
func (q *queue) results() []Announced {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.ended)
}

// have is what was posted since it was asked last.
func (q *queue) have() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	defer func() { q.posted = nil }()
	return strings.Join(q.posted, ", ")
}

// announcing runs an announcer over q.
func announcing(t *testing.T, q *queue) (step func()) {
	step, _ = startLoop(t, NewAnnouncer(escalation.Slack, q, q, func() bool { return true }, func(int64) string { return "" }, organisation, slog.New(slog.DiscardHandler)))
	return step
}

// hangs takes all the time that a call has.
func hangs(ctx context.Context) error {
	<-ctx.Done()
	return &Failure{Class: Lost, Err: ctx.Err()}
}

func TestTheMessageOfAP0IsPostedWhileThoseOfP3Hang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{post: func(ctx context.Context, b Brief) error {
			if b.Incident.Severity == alerting.P3 {
				return hangs(ctx)
			}
			return nil
		}}
		step := announcing(t, q)
		for id := range int64(20) {
			q.add(messageOf(alerting.P3, 10+id))
		}
		step()
		q.add(messageOf(alerting.P0, 50))
		step()
		if got := q.have(); got != "P0 #50" {
			t.Errorf("posted at once: %q", got)
		}
		time.Sleep(5 * time.Second)
		q.add(messageOf(alerting.P0, 51), messageOf(alerting.P1, 52))
		step()
		if got := q.have(); got != "P0 #51" {
			t.Errorf("posted five seconds later: %q", got)
		}
		time.Sleep(5 * time.Second) // the first eight have had their time
		synctest.Wait()
		if got := q.have(); got != "P1 #52" {
			t.Errorf("posted when slots were free again: %q", got)
		}
	})
}

func TestASlowMessageHoldsOneSlotAndNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{post: func(ctx context.Context, b Brief) error {
			if b.Incident.ID == 1 {
				return hangs(ctx)
			}
			time.Sleep(100 * time.Millisecond)
			return nil
		}}
		step := announcing(t, q)
		for id := range int64(71) {
			q.add(messageOf(alerting.P2, 1+id))
		}
		step()
		time.Sleep(time.Second) // ten times seven slots
		synctest.Wait()
		if n := strings.Count(q.have(), "#"); n != 70 {
			t.Errorf("%d of 70 posted beside one that hangs", n)
		}
	})
}

func TestAMessageThatTheChannelsPaceKeepsBackComesAgainInItsTimeUntried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := time.Now().Add(30 * time.Second)
		q := &queue{post: func(_ context.Context, b Brief) error {
			if wait := time.Until(free); b.Incident.ID < 100 && wait > 0 {
				return &Failure{Class: Temporary, Code: CodePaced, RetryAfter: wait, Err: errors.New("others write first")}
			}
			return nil
		}}
		step := announcing(t, q)
		for id := range int64(20) {
			q.add(messageOf(alerting.P3, 1+id))
		}
		step()
		q.add(messageOf(alerting.P3, 100)) // over another line
		step()
		if got := q.have(); got != "P3 #100" {
			t.Errorf("posted while the others wait: %q", got)
		}
		time.Sleep(29 * time.Second)
		synctest.Wait()
		if got := q.have(); got != "" || len(q.results()) != 21 {
			t.Errorf("%q too early, in %d tries", got, len(q.results()))
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := strings.Count(q.have(), "#"); n != 20 {
			t.Errorf("%d of 20 posted in their time", n)
		}
		for _, a := range q.results() {
			if a.Error != "" || a.Tries != 0 {
				t.Errorf("waiting for its turn is called a failure: %+v", a)
			}
		}
	})
}

func TestAMessageOfAnIncidentThatWasResolvedBeforeItIsNotPosted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{post: func(context.Context, Brief) error { return nil }}
		step := announcing(t, q)
		over, stands := messageOf(alerting.P1, 1), messageOf(alerting.P1, 2)
		over.Brief.Incident.State, stands.Brief.Incident.State = alerting.StateResolved, alerting.StateResolved
		stands.Ref = json.RawMessage(`{}`)
		q.add(over, stands)
		step()
		if got := q.have(); got != "" || q.edits != 1 {
			t.Errorf("posted %q, %d edits", got, q.edits)
		}
		if ended := q.results(); len(ended) != 2 || ended[0].SentRev != 1 || ended[0].Retry != 0 || ended[1].SentRev != 1 {
			t.Errorf("something is still owed: %+v", ended)
		}
	})
}
