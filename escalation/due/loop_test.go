package due_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/escalation/due"
)

// agenda is work that falls due at known times; looks are when the loop looked, counted from the start.
type agenda struct {
	*due.Loop
	start time.Time
	looks []time.Duration
	do    func(look int) (time.Duration, error)
}

// run starts a loop on a made-up clock; do says what its n-th look finds.
func run(t *testing.T, do func(look int) (time.Duration, error)) *agenda {
	a := &agenda{start: time.Now(), do: do}
	a.Loop = due.New("test", slog.New(slog.DiscardHandler), func(context.Context) (time.Duration, error) {
		a.looks = append(a.looks, time.Since(a.start))
		return a.do(len(a.looks))
	})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { a.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	synctest.Wait()
	return a
}

func (a *agenda) sleep(d time.Duration) { time.Sleep(d); synctest.Wait() }

func (a *agenda) wakeIn(d time.Duration) { a.WakeIn(d); synctest.Wait() }

func (a *agenda) expect(t *testing.T, looks ...time.Duration) {
	t.Helper()
	if !slices.Equal(a.looks, looks) {
		t.Errorf("looked at %v, want %v", a.looks, looks)
	}
}

const ms = time.Millisecond

func nothing(int) (time.Duration, error) { return due.Net, nil }

func TestItLooksExactlyWhenTheNextThingFallsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(int) (time.Duration, error) { return 300 * ms, nil })
		a.sleep(700 * ms)
		a.expect(t, 0, 300*ms, 600*ms)
	})
}

func TestItIsWokenWhenSomethingEarlierComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(look int) (time.Duration, error) {
			if look == 2 {
				return 50 * ms, nil // what was told of
			}
			return due.Net, nil
		})
		a.sleep(100 * ms)
		a.wakeIn(50 * ms)
		a.sleep(100 * ms)
		a.expect(t, 0, 100*ms, 150*ms)
	})
}

func TestWhatFallsDueLaterThanTheNextLookCostsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(int) (time.Duration, error) { return 300 * ms, nil })
		a.sleep(100 * ms)
		a.wakeIn(time.Hour)
		a.wakeIn(201 * ms)
		a.sleep(150 * ms)
		a.expect(t, 0)
	})
}

func TestALostNoticeCostsASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(int) (time.Duration, error) { return 24 * time.Hour, nil })
		a.sleep(2500 * ms)
		a.expect(t, 0, time.Second, 2*time.Second)
	})
}

func TestWhatComesWhileItWorksIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(look int) (time.Duration, error) {
			if look == 1 {
				time.Sleep(10 * ms) // after it has read what is due
			}
			return due.Net, nil
		})
		a.WakeIn(0) // while the first look is under way
		a.sleep(20 * ms)
		a.expect(t, 0, 10*ms)
	})
}

func TestManyWakesAreOneLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, nothing)
		a.sleep(100 * ms)
		for range 50 {
			a.WakeIn(0)
		}
		a.sleep(10 * ms)
		if n := len(a.looks); n > 3 {
			t.Errorf("looked %d times for fifty wakes at once", n)
		}
	})
}

func TestErrorsBackOffAndRecover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(look int) (time.Duration, error) {
			if look <= 3 || look == 5 {
				return 0, errors.New("the database is away")
			}
			return 500 * ms, nil
		})
		a.sleep(349 * ms)
		if !a.Beat().IsZero() {
			t.Error("a look that failed counts as one that did not")
		}
		a.sleep(1 * ms)
		a.expect(t, 0, 50*ms, 150*ms, 350*ms)
		if !a.Beat().Equal(a.start.Add(350 * ms)) {
			t.Errorf("last look without error %v", a.Beat())
		}
		a.sleep(550 * ms)
		a.expect(t, 0, 50*ms, 150*ms, 350*ms, 850*ms, 900*ms) // the pause is short again
	})
}

func TestThePauseAfterErrorsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(int) (time.Duration, error) { return 0, errors.New("the database is away") })
		a.sleep(time.Minute)
		for i := 1; i < len(a.looks); i++ {
			if gap := a.looks[i] - a.looks[i-1]; gap > 2*time.Second {
				t.Errorf("waited %v after an error", gap)
			}
		}
		if n := len(a.looks); n < 30 || n > 40 {
			t.Errorf("%d looks in a minute", n)
		}
	})
}

func TestWakesDoNotHastenWhatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(int) (time.Duration, error) { return 0, errors.New("the database is away") })
		for range 1000 {
			a.wakeIn(0)
			a.sleep(ms)
		}
		if n := len(a.looks); n > 6 {
			t.Errorf("looked %d times in a second while it failed", n)
		}
	})
}

func TestWhatAnotherReplicaHasLockedDoesNotMakeItSpin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := run(t, func(int) (time.Duration, error) { return -time.Minute, nil }) // overdue, and not to be had
		a.sleep(time.Second)
		if n := len(a.looks); n < 20 || n > 250 {
			t.Errorf("looked %d times in a second", n)
		}
	})
}

func TestItEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		looks := 0
		l := due.New("test", slog.New(slog.DiscardHandler), func(context.Context) (time.Duration, error) {
			looks++
			cancel()
			return 0, ctx.Err()
		})
		l.Run(ctx)
		if looks != 1 {
			t.Errorf("%d looks", looks)
		}
	})
}
