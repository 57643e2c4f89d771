package notifiers_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// waiting is a ReplyStore in memory. A reply that is held is in another replica's hands.
type waiting struct {
	mu      sync.Mutex
	replies []escalation.Reply
	held    map[string]bool
	answers map[string]string
	err     error
}

func (s *waiting) ApplyReply(_ context.Context, id string, decide notifiers.Decide) (escalation.Reply, escalation.Answered, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return escalation.Reply{}, escalation.Answered{}, true, s.err
	}
	i := slices.IndexFunc(s.replies, func(r escalation.Reply) bool { return !s.held[r.ID] && (id == "" || id == r.ID) })
	if i < 0 {
		return escalation.Reply{}, escalation.Answered{}, false, nil
	}
	r := s.replies[i]
	s.replies = slices.Delete(s.replies, i, i+1)
	a, err := decide(r, escalation.Incidents{}, time.Now(), time.Now())
	s.answers[r.ID] = a.Text
	return r, a, true, err
}

func (s *waiting) Answer(_ context.Context, id string) (string, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text, ok := s.answers[id]
	return text, ok, nil
}

func (s *waiting) put(ids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, id := range ids {
		s.replies = append(s.replies, escalation.Reply{ID: id, Channel: escalation.Slack, Address: "U0NOBODY", Respond: "https://hooks.slack.com/" + id})
	}
}

func (s *waiting) left() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.replies)
}

const stranger = "Tocsin does not know you: no person of its directory has this Slack user. Nothing was changed."

// replies is a loop over an empty store, with a directory in which there is nobody.
func replies(respond notifiers.Respond) (*notifiers.Replies, *waiting) {
	store := &waiting{held: map[string]bool{}, answers: map[string]string{}}
	policy := func() *escalation.Policy { return &escalation.Policy{} }
	return notifiers.NewReplies(store, policy, respond, slog.New(slog.DiscardHandler)), store
}

// told is a Respond that remembers when whom it told what, and fails as often as it should.
type told struct {
	mu    sync.Mutex
	texts map[string]string
	tries int
	at    []time.Time
	errs  []error
}

func (c *told) respond(_ context.Context, r escalation.Reply, text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tries++
	c.at = append(c.at, time.Now())
	if len(c.errs) > 0 {
		err := c.errs[0]
		c.errs = c.errs[1:]
		return err
	}
	if c.texts == nil {
		c.texts = map[string]string{}
	}
	c.texts[r.ID] = text
	return nil
}

// running runs the loop in a bubble until f returns, then drains it.
func running(t *testing.T, respond notifiers.Respond, f func(*notifiers.Replies, *waiting)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l, store := replies(respond)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { l.Run(ctx); close(done) }()
		f(l, store)
		cancel()
		<-done
		l.Drain(t.Context())
	})
}

func TestRepliesThatWaitAreAppliedAndTheirSendersTold(t *testing.T) {
	c := &told{}
	running(t, c.respond, func(l *notifiers.Replies, s *waiting) {
		synctest.Wait()
		s.put("a", "b", "c")
		l.WakeIn(0)
		synctest.Wait()
		if s.left() != 0 || len(c.texts) != 3 || c.texts["b"] != stranger {
			t.Errorf("%d wait still, told %q", s.left(), c.texts)
		}
	})
}

func TestAReplyThatNobodyWokeTheLoopForIsAppliedWithinASecond(t *testing.T) {
	c := &told{}
	running(t, c.respond, func(_ *notifiers.Replies, s *waiting) {
		synctest.Wait()
		s.put("a")
		time.Sleep(time.Second)
		synctest.Wait()
		if s.left() != 0 {
			t.Error("it waits still")
		}
	})
}

func TestASenderWhoCannotBeToldIsTriedThreeTimes(t *testing.T) {
	down := errors.New("down")
	busy := &notifiers.Failure{Class: notifiers.Temporary, RetryAfter: 2 * time.Second, Err: down}
	for name, c := range map[string]struct {
		errs  []error
		tries int
		pause time.Duration // before the second try
		told  bool
	}{
		"down for a moment":      {[]error{down}, 2, 500 * time.Millisecond, true},
		"asked to wait":          {[]error{busy}, 2, 2 * time.Second, true},
		"down":                   {[]error{down, down, down, down}, 3, 500 * time.Millisecond, false},
		"refused, so not again":  {[]error{&notifiers.Failure{Class: notifiers.Permanent, Err: down}}, 1, 0, false},
		"asked to wait an hour":  {[]error{&notifiers.Failure{RetryAfter: time.Hour, Err: down}}, 2, 5 * time.Second, true},
		"nothing to worry about": {nil, 1, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := &told{errs: c.errs}
			running(t, r.respond, func(_ *notifiers.Replies, s *waiting) {
				s.put("a")
				time.Sleep(time.Minute)
				synctest.Wait()
			})
			if r.tries != c.tries || (r.texts["a"] != "") != c.told {
				t.Errorf("%d tries, told %q", r.tries, r.texts["a"])
			}
			if len(r.at) > 1 && r.at[1].Sub(r.at[0]) != c.pause {
				t.Errorf("tried again after %v, want %v", r.at[1].Sub(r.at[0]), c.pause)
			}
		})
	}
}

func TestAChannelThatHangsHoldsUpNoReply(t *testing.T) {
	hang := func(ctx context.Context, _ escalation.Reply, _ string) error { <-ctx.Done(); return ctx.Err() }
	running(t, hang, func(l *notifiers.Replies, s *waiting) {
		for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"} {
			s.put(id)
		}
		l.WakeIn(0)
		synctest.Wait()
		if s.left() != 0 {
			t.Errorf("%d wait still", s.left())
		}
	})
}

func TestDrainCutsOffWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, s := replies(func(ctx context.Context, _ escalation.Reply, _ string) error { <-ctx.Done(); return ctx.Err() })
		s.put("a", "b")
		for _, id := range []string{"a", "b"} {
			if _, err := l.Apply(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		l.Drain(ctx)
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestOneWhoWaitsIsGivenTheSentenceWhoeverAppliesTheReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, s := replies((&told{}).respond)
		s.put("mine", "another's")
		s.held["another's"] = true
		if text, err := l.Apply(t.Context(), "mine"); err != nil || text != stranger {
			t.Errorf("mine: %q, %v", text, err)
		}
		if text, err := l.Apply(t.Context(), "mine"); err != nil || text != stranger {
			t.Errorf("mine again: %q, %v", text, err)
		}
		go func() {
			time.Sleep(700 * time.Millisecond)
			s.mu.Lock()
			defer s.mu.Unlock()
			s.answers["another's"] = "Done."
		}()
		if text, err := l.Apply(t.Context(), "another's"); err != nil || text != "Done." {
			t.Errorf("another's: %q, %v", text, err)
		}
		start := time.Now()
		if _, err := l.Apply(t.Context(), "lost"); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 5*time.Second {
			t.Errorf("one that is never applied: %v after %v", err, time.Since(start))
		}
		l.Drain(t.Context())
	})
}

func TestAStoreThatFailsIsSaid(t *testing.T) {
	l, s := replies((&told{}).respond)
	s.err = errors.New("away")
	if _, err := l.Apply(t.Context(), "a"); !errors.Is(err, s.err) {
		t.Errorf("got %v", err)
	}
	l.Drain(t.Context())
}
