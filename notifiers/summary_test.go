package notifiers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// room is a chat channel's summary and its store in memory.
type room struct {
	mu     sync.Mutex
	counts [4]int
	line   int // that was asked for last
	stands notifiers.Summarized
	due    time.Time
	writes []string
	fail   error // of the next write
}

func (r *room) GatherSummary(_ context.Context, _ escalation.Channel, line int) ([4]int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line = line
	return r.counts, nil
}

func (r *room) ClaimSummary(_ context.Context, _ escalation.Channel, counts [4]int, _ time.Duration) (json.RawMessage, bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	nothing := r.stands.Ref == nil && counts == [4]int{}
	return r.stands.Ref, !nothing && counts != r.stands.Shown && !time.Now().Before(r.due), nil
}

func (r *room) FinishSummary(_ context.Context, _ escalation.Channel, s notifiers.Summarized) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stands, r.due = s, time.Now().Add(s.Wait)
	return nil
}

func (r *room) PostSummary(_ context.Context, s notifiers.Summary) (json.RawMessage, error) {
	return json.RawMessage(`1`), r.write("post", s)
}

func (r *room) EditSummary(_ context.Context, ref json.RawMessage, s notifiers.Summary) error {
	return r.write("edit", s)
}

func (r *room) write(how string, s notifiers.Summary) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writes = append(r.writes, fmt.Sprintf("%s %d", how, s.Total()))
	err := r.fail
	r.fail = nil
	return err
}

// set changes the number of P2 that it stands for, and the next write's error.
func (r *room) set(p2 int, fail error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts, r.fail = [4]int{0, 0, p2, 0}, fail
}

// wrote expects these writes since it was last asked, after a time.
func (r *room) wrote(t *testing.T, after time.Duration, want ...string) {
	t.Helper()
	time.Sleep(after)
	synctest.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.writes, want) {
		t.Errorf("after %s: %q, want %q", after, r.writes, want)
	}
	r.writes = nil
}

func inRoom(t *testing.T, place bool, f func(r *room)) {
	synctest.Test(t, func(t *testing.T) {
		r := &room{}
		board := func() (notifiers.Summarizer, bool) { return r, place }
		loop := notifiers.NewSummaries(escalation.Slack, r, board, func() string { return "https://tocsin.example/" }, func() notifiers.Locale { return notifiers.Locale{} }, slog.New(slog.DiscardHandler))
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { loop.Run(ctx) })
		f(r)
		cancel()
		running.Wait()
	})
}

func TestASummaryIsPostedOnceEditedAsItsNumberFallsAndDoneWithWhenItIsNought(t *testing.T) {
	inRoom(t, true, func(r *room) {
		r.wrote(t, 10*time.Second)
		r.set(40, nil)
		r.wrote(t, 1500*time.Millisecond, "post 40")
		r.set(30, nil)
		r.wrote(t, 2*time.Second) // not so soon
		r.set(21, nil)
		r.wrote(t, 4*time.Second, "edit 21")
		r.wrote(t, time.Minute)
		r.set(0, nil)
		r.wrote(t, 2*time.Second, "edit 0")
		r.set(50, nil)
		r.wrote(t, 10*time.Second, "post 50") // another storm
	})
}

func TestASummaryThatCouldNotBeWrittenIsTriedAgainAndOneThatIsGoneIsPostedAnew(t *testing.T) {
	inRoom(t, true, func(r *room) {
		r.set(40, &notifiers.Failure{Class: notifiers.Temporary, RetryAfter: 20 * time.Second, Err: errors.New("slowly")})
		r.wrote(t, 19*time.Second, "post 40")
		r.wrote(t, 3*time.Second, "post 40")
		r.set(30, &notifiers.Failure{Class: notifiers.Permanent, Err: errors.New("deleted")})
		r.wrote(t, 10*time.Second, "edit 30")
		r.wrote(t, time.Minute, "post 30")
		r.set(0, &notifiers.Failure{Class: notifiers.Temporary, Err: errors.New("away")})
		r.wrote(t, 10*time.Second, "edit 0", "edit 0")
		r.wrote(t, time.Minute)
	})
}

func TestWithoutAPlaceForASummaryNothingIsSummedUp(t *testing.T) {
	inRoom(t, false, func(r *room) {
		r.set(40, nil)
		r.wrote(t, 10*time.Second)
		if r.line < 1_000_000 {
			t.Errorf("%d messages wait at most", r.line)
		}
	})
}
