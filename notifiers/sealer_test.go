package notifiers

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/notifiers/ledger"
)

// loose is a ledger in memory: how many entries wait, and when it was anchored.
type loose struct {
	mu       sync.Mutex
	waiting  int
	sealed   int
	anchored []time.Time
	err      error
}

func (l *loose) Seal(_ context.Context, limit int) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(l.waiting, limit)
	l.waiting -= n
	l.sealed += n
	return n, l.err
}

func (l *loose) Anchor(context.Context) (ledger.Anchor, time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.anchored = append(l.anchored, time.Now())
	return ledger.NewAnchor(ledger.Anchor{ID: int64(len(l.anchored)) - 1}, nil, time.Now()), ledger.AnchorEvery, l.err
}

func (l *loose) set(waiting int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting, l.err = waiting, err
}

// seen is what it has come to by now: the sealer may go on as soon as it is looked at.
func (l *loose) seen() (waiting, sealed int, anchored []time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waiting, l.sealed, slices.Clone(l.anchored)
}

func TestTheLedgerIsSealedWithinASecondAndAnchoredEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var log bytes.Buffer
		l := &loose{}
		go NewSealer(l, slog.New(slog.NewTextHandler(&log, nil))).Run(ctx)
		time.Sleep(500 * time.Millisecond)
		l.set(2500, nil)
		time.Sleep(time.Second)
		synctest.Wait()
		if _, sealed, _ := l.seen(); sealed != 2500 {
			t.Errorf("%d are sealed", sealed)
		}
		time.Sleep(3 * time.Minute)
		cancel()
		synctest.Wait()
		if _, _, at := l.seen(); len(at) != 4 || at[1].Sub(at[0]) < time.Minute {
			t.Errorf("anchored %v", at)
		}
		if n := strings.Count(log.String(), "ledger anchored"); n != 4 || !strings.Contains(log.String(), "hash=") {
			t.Errorf("the logs hold\n%s", log.String())
		}
	})
}

func TestALedgerThatCannotBeSealedIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		l := &loose{waiting: 3, err: errors.New("the database is away")}
		loop := NewSealer(l, slog.New(slog.DiscardHandler))
		go loop.Run(ctx)
		time.Sleep(time.Second)
		if !loop.Beat().IsZero() {
			t.Error("it counts as alive")
		}
		l.set(5, nil)
		time.Sleep(5 * time.Second)
		cancel()
		synctest.Wait()
		if waiting, sealed, _ := l.seen(); waiting != 0 || loop.Beat().IsZero() {
			t.Errorf("%d wait and %d are sealed", waiting, sealed)
		}
	})
}
