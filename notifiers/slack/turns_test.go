package slack_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// turns are those of one channel, in memory.
type turns struct {
	mu         sync.Mutex
	free, held time.Time
	asked      int
	away       bool
}

func (s *turns) TakeSlackTurn(_ context.Context, _ string, pace time.Duration) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked++; s.away {
		return 0, errors.New("out of reach")
	}
	now := time.Now()
	if s.free.Before(now) {
		s.free = now
	}
	wait := s.free.Sub(now)
	s.free = s.free.Add(pace)
	return wait, nil
}

func (s *turns) HoldSlackTurns(_ context.Context, _ string, wait time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = time.Now().Add(wait)
	if s.free.Before(s.held) {
		s.free = s.held
	}
	return nil
}

func (s *turns) SlackTurnsHeld(context.Context, string) (time.Duration, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(0, time.Until(s.held)), nil
}

// replicas runs f with two that share turns.
func replicas(t *testing.T, shared *turns, f func(t *testing.T, a, b *slack.Slack, fake *notifierstest.Slack)) {
	fake := notifierstest.NewSlack(t)
	synctest.Test(t, func(t *testing.T) {
		open := func() *slack.Slack {
			return slack.New(slack.Options{
				BotToken: notifierstest.SlackToken, Channel: "C0INCIDENTS", APIURL: fake.URL, HTTP: &http.Client{Transport: fake.Transport()}, Turns: shared,
			})
		}
		f(t, open(), open(), fake)
	})
}

// storming posts n messages by each.
func storming(t *testing.T, n int, by ...*slack.Slack) {
	for id := range int64(n) {
		for _, s := range by {
			go func() {
				if _, err := s.Post(t.Context(), briefOf(alerting.P2, id+1)); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
	}
}

func TestTwoReplicasTogetherWriteOneASecond(t *testing.T) {
	replicas(t, &turns{}, func(t *testing.T, a, b *slack.Slack, fake *notifierstest.Slack) {
		start := time.Now()
		storming(t, 5, a, b)
		if _, err := b.Post(t.Context(), briefOf(alerting.P0, 50)); err != nil || time.Since(start) > 3*time.Second {
			t.Errorf("a P0 waited for %v (%v)", time.Since(start), err)
		}
		time.Sleep(time.Minute)
		writes := fake.Writes()
		if len(writes) != 11 {
			t.Errorf("%d writes", len(writes))
		}
		for i, w := range writes {
			if got := w.At.Sub(start); got != time.Duration(i)*time.Second {
				t.Errorf("write %d came at %v", i, got)
			}
		}
	})
}

func TestWhatSlackAsksOneReplicaToWaitHoldsForAllAndAfterAReload(t *testing.T) {
	replicas(t, &turns{}, func(t *testing.T, a, b *slack.Slack, fake *notifierstest.Slack) {
		start := time.Now()
		fake.RetryAfter(7 * time.Second)
		fake.FailBy(func(request int) notifierstest.Fault {
			if request == 2 {
				return notifierstest.RateLimited
			}
			return notifierstest.NoFault
		})
		refused := make(chan error, 6)
		for id := range int64(3) {
			for _, s := range []*slack.Slack{a, b} { // each has taken a turn when the other is told to wait
				go func() {
					_, err := s.Post(t.Context(), briefOf(alerting.P2, id+1))
					refused <- err
				}()
			}
		}
		time.Sleep(time.Minute)
		failed := 0
		for range 6 {
			if err := <-refused; err != nil {
				expectFailure(t, err, notifiers.Temporary, "429", 7*time.Second)
				failed++
			}
		}
		var at []time.Duration
		for _, w := range fake.Writes() {
			at = append(at, w.At.Sub(start))
		}
		if held := slices.ContainsFunc(at, func(d time.Duration) bool { return d > 0 && d < 8*time.Second }); len(at) != 5 || failed != 1 || held {
			t.Errorf("written at %v, %d refused", at, failed)
		}
	})
}

func TestWithoutTheSharedTurnsAReplicaGoesOnByItsOwnPace(t *testing.T) {
	shared := &turns{away: true}
	replicas(t, shared, func(t *testing.T, a, _ *slack.Slack, fake *notifierstest.Slack) {
		start := time.Now()
		storming(t, 10, a)
		time.Sleep(time.Minute)
		for i, w := range fake.Writes() {
			if got := w.At.Sub(start); got != time.Duration(i)*time.Second {
				t.Errorf("write %d came at %v", i, got)
			}
		}
		if len(fake.Writes()) != 10 || shared.asked != 2 { // and once more five seconds later
			t.Errorf("%d writes, asked %d times", len(fake.Writes()), shared.asked)
		}
	})
}

func TestWhoseSharedTurnComesTooLateIsSentAwayAtOnce(t *testing.T) {
	shared := &turns{}
	replicas(t, shared, func(t *testing.T, a, _ *slack.Slack, _ *notifierstest.Slack) {
		start := time.Now()
		_ = shared.HoldSlackTurns(t.Context(), "C0INCIDENTS", 30*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := a.Post(ctx, briefOf(alerting.P0, 1))
		expectFailure(t, err, notifiers.Temporary, notifiers.CodePaced, 30*time.Second)
		if time.Since(start) != 0 {
			t.Errorf("it was held for %v", time.Since(start))
		}
	})
}
