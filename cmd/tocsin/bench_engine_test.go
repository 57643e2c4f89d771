package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/storage"
)

const (
	engineSteps = 10_000           // that fall due in a row of the table
	engineOver  = 10 * time.Second // in which they do, where they do not all at once
	engineAhead = 3 * time.Second  // between their being written and the first
	engineLimit = 2 * time.Minute  // for all to have fired
)

// measureEngine measures how late steps fire while many others wait, and how many a second can.
func measureEngine(ctx context.Context, b *testing.B, world *benchWorld) []benchRowResult {
	e := newEngineBench(ctx, b, world)
	defer func() { _ = e.conn.Close(ctx) }()
	var rows []benchRowResult
	waiting := 0
	for _, many := range []int{100_000, 1_000_000} {
		e.wait(ctx, b, many-waiting)
		waiting = many
		for replicas := 1; replicas <= 3; replicas++ {
			rows = append(rows, e.spaced(ctx, b, waiting, replicas), e.atOnce(ctx, b, waiting, replicas))
		}
	}
	return rows
}

// spaced measures how late steps are that fall due a thousand a second.
func (e *engineBench) spaced(ctx context.Context, b *testing.B, waiting, replicas int) benchRowResult {
	f := e.fire(ctx, b, replicas, engineOver/engineSteps)
	l := spread(f.late)
	l.rate = engineSteps / engineOver.Seconds()
	return benchRowResult{what: fmt.Sprintf("step lateness, %d waiting", waiting), clients: replicas, load: l, note: "clients are replicas"}
}

// atOnce measures how many steps a second fire where all are due.
func (e *engineBench) atOnce(ctx context.Context, b *testing.B, waiting, replicas int) benchRowResult {
	f := e.fire(ctx, b, replicas, 0)
	l := spread(f.late)
	l.rate = engineSteps / l.max.Seconds()
	return benchRowResult{what: fmt.Sprintf("10,000 steps due at once, %d waiting", waiting), clients: replicas, load: l, note: "clients are replicas"}
}

// fire makes steps fall due apart from each other, runs the engines of so many replicas until all have
// fired, and fails if one has fired twice.
func (e *engineBench) fire(ctx context.Context, b *testing.B, replicas int, apart time.Duration) *fired {
	ctx, cancel := context.WithTimeout(ctx, engineLimit)
	defer cancel()
	first := e.fallDue(ctx, b, apart)
	f := &fired{first: first, times: map[int64]int{}, all: make(chan struct{})}
	var engines sync.WaitGroup
	run, stop := context.WithCancel(ctx)
	for range replicas {
		store := e.open(ctx, b)
		defer store.Close()
		engine := escalation.NewEngine(firingStore{store, f}, func() *escalation.Policy { return e.policy }, func(time.Duration) {}, slog.New(slog.DiscardHandler))
		store.OnCommit(func(c storage.Commit) { wakeEngine(engine, c) })
		for _, loop := range []func(context.Context){engine.Run, store.Tell, store.Listen} {
			engines.Go(func() { loop(run) })
		}
	}
	select {
	case <-f.all:
	case <-ctx.Done():
	}
	stop()
	engines.Wait()
	f.check(b)
	e.checkPages(context.WithoutCancel(ctx), b, first)
	return f
}

func wakeEngine(engine *due.Loop, c storage.Commit) {
	if c.Step {
		engine.WakeIn(c.StepIn)
	}
}

// fired is what engines have fired of the incidents numbered from first on.
type fired struct {
	first int64
	all   chan struct{} // closed when as many steps have fired as fall due

	mu    sync.Mutex
	times map[int64]int   // that an incident's step fired
	late  []time.Duration // from a step's time until its transaction was committed
}

func (f *fired) check(b *testing.B) {
	b.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.times) != engineSteps {
		b.Errorf("%d of %d steps have fired", len(f.times), engineSteps)
	}
	for id, n := range f.times {
		if n != 1 {
			b.Errorf("the step of incident %d has fired %d times", id, n)
		}
	}
}

// add counts what one transaction has fired.
func (f *fired) add(cases map[int64]time.Time, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, at := range cases {
		if id < f.first {
			continue
		}
		f.times[id]++
		f.late = append(f.late, now.Sub(at))
		if len(f.late) == engineSteps {
			close(f.all)
		}
	}
}

// firingStore tells what each transaction has fired, once it is committed.
type firingStore struct {
	*storage.Store
	fired *fired
}

func (s firingStore) AdvanceDue(ctx context.Context, limit int, decide func(escalation.Case, time.Time) escalation.Decision) (int, error) {
	cases := map[int64]time.Time{}
	n, err := s.Store.AdvanceDue(ctx, limit, func(c escalation.Case, now time.Time) escalation.Decision {
		d := decide(c, now)
		for i, step := range d.Case.Plan.Steps {
			if step.State == escalation.StepFired && c.Plan.Steps[i].State == escalation.StepPending {
				cases[c.Incident.ID] = step.DueAt
			}
		}
		return d
	})
	if err == nil {
		s.fired.add(cases, time.Now())
	}
	return n, err
}
