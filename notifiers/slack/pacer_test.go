package slack

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/notifiers"
)

func TestAChannelIsWrittenToOnceASecondP0First(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := newPacer(0, nil), time.Now()
		type turn struct {
			name string
			at   time.Duration
		}
		turns := make(chan turn, 10)
		enter := func(name, channel string, urgent bool) {
			go func() {
				if err := p.wait(t.Context(), channel, urgent); err == nil {
					turns <- turn{name, time.Since(start)}
				}
			}()
			synctest.Wait()
		}
		enter("first", "C1", false)
		enter("second", "C1", false)
		enter("third", "C1", false)
		enter("P0", "C1", true)
		enter("another P0", "C1", true)
		enter("elsewhere", "C2", false)
		for _, want := range []turn{{"first", 0}, {"elsewhere", 0}, {"P0", time.Second}, {"another P0", 2 * time.Second}, {"second", 3 * time.Second}, {"third", 4 * time.Second}} {
			if got := <-turns; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		}
	})
}

func TestWhoCannotHaveATurnInTimeIsSentAwayAtOnceWithTheTimeToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := newPacer(0, nil), time.Now()
		p.hold(t.Context(), "C1", 30*time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := p.wait(ctx, "C1", true)
		if f := notifiers.AsFailure(err); err == nil || f.Class != notifiers.Temporary || f.RetryAfter != 30*time.Second || time.Since(start) != 0 {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		if err := p.wait(t.Context(), "C1", false); err != nil || time.Since(start) != 30*time.Second {
			t.Errorf("Retry-After was not kept: %v after %v", err, time.Since(start))
		}
	})
}

func TestWhoGivesUpLeavesTheLineToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := newPacer(0, nil), time.Now()
		_ = p.wait(t.Context(), "C1", false)
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { left <- p.wait(ctx, "C1", false) }()
		synctest.Wait()
		cancel()
		if err := <-left; err == nil {
			t.Error("it had its turn all the same")
		}
		if err := p.wait(t.Context(), "C1", false); err != nil || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

func TestAUserAndTheirDirectMessagesAreOneLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, start := newPacer(0, nil), time.Now()
		_ = p.wait(t.Context(), "U1", false)
		p.meet("U1", "D1")
		_ = p.wait(t.Context(), "D1", false)
		_ = p.wait(t.Context(), "U1", false)
		if took := time.Since(start); took != 2*time.Second {
			t.Errorf("three writes took %v", took)
		}
	})
}
