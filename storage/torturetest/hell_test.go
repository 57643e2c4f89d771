package torturetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What is promised of pages though their providers misbehave.
const (
	reachWithin   = 30 * time.Second
	healthyWithin = 2 * time.Second
	attemptsMost  = 1.2
)

// long is from how many pages on what waits after the faults have been lifted is left to wait.
const long = 1000

// Its length is TOCSIN_TORTURE_PAGES, and TOCSIN_TORTURE_SEED makes the same requests meet the same faults.
func TestEveryP0ReachesSomeoneThoughItsProvidersMisbehave(t *testing.T) {
	pages, seed := number("TOCSIN_TORTURE_PAGES", 150), number("TOCSIN_TORTURE_SEED", uint64(time.Now().UnixNano()))
	t.Logf("to have the same faults again: TOCSIN_TORTURE_PAGES=%d TOCSIN_TORTURE_SEED=%d", pages, seed)
	w := newWorld(t, seed)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	w.misbehave(seed)
	w.follow(ctx)
	n := int((pages + pagesEach - 1) / pagesEach)
	if err := w.fire(ctx, n, 50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	within, done := context.WithTimeout(ctx, reachWithin+10*time.Second)
	_ = w.until(within, func() (bool, error) {
		a, err := w.account(within)
		return err == nil && len(a.opened) == n && len(a.unreached()) == 0, err
	})
	done()
	lifted := w.lift()
	within, done = context.WithTimeout(ctx, 2*time.Minute)
	if err := w.until(within, func() (bool, error) { return w.ended(within, pages < long) }); err != nil {
		t.Errorf("pages are left over: %v", err)
	}
	done()
	a, err := w.account(ctx)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	w.spread.all.Wait()
	t.Log(a.figures(w))
	wrongs := a.wrongs(n, lifted)
	for name, p := range w.sick() {
		const what = "providers that were not left alone"
		wrongs[what] = append(wrongs[what], pestered(name, p.Met(), lifted)...)
	}
	for what, wrong := range wrongs {
		if len(wrong) > 0 {
			t.Errorf("%s: %d, such as\n%s", what, len(wrong), strings.Join(wrong[:min(len(wrong), 5)], "\n"))
		}
	}
	if len(w.spread.refused) > 0 {
		t.Errorf("%d callbacks were not taken, such as %s", len(w.spread.refused), w.spread.refused[0])
	}
}

// until asks every quarter of a second until ok, or ctx ends.
func (w *world) until(ctx context.Context, ok func() (bool, error)) error {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := ok()
		if done {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waited in vain (%v): %w", err, ctx.Err())
		}
	}
}

// firsts are how long it took until each incident had reached somebody over a channel that misbehaves.
func (a *account) firsts() map[int64]time.Duration {
	first := map[int64]time.Duration{}
	for _, p := range a.pages {
		for _, t := range p.tries {
			at := t.reached(p.channel)
			if p.person == room || at.IsZero() {
				continue
			}
			took := at.Sub(a.opened[p.incident])
			if best, ok := first[p.incident]; !ok || took < best {
				first[p.incident] = took
			}
		}
	}
	return first
}

func (a *account) unreached() (out []int64) {
	first := a.firsts()
	for id := range a.opened {
		if _, ok := first[id]; !ok {
			out = append(out, id)
		}
	}
	return out
}

// healthy is how long each page of the room's took from due to accepted, the shortest first.
func (a *account) healthy() (out []time.Duration) {
	for _, p := range a.pages {
		if p.person == room {
			for _, t := range p.tries {
				if at := t.took(); !at.IsZero() {
					out = append(out, at.Sub(p.due))
				}
			}
		}
	}
	slices.Sort(out)
	return out
}

// percentile is of sorted values.
func percentile(sorted []time.Duration, percent int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)*percent/100, len(sorted)-1)]
}
