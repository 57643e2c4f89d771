package notifiers

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
)

// pulse notes when a replica said that it lives, and when it took over.
type pulse struct {
	mu             sync.Mutex
	start          time.Time
	beats, reclaim []time.Duration
	away           func(time.Duration) bool
	broken         error // what Reclaim says
}

func (p *pulse) Heartbeat(context.Context, string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := time.Since(p.start)
	if p.away != nil && p.away(at) {
		return alerting.ErrUnavailable
	}
	p.beats = append(p.beats, at)
	return nil
}

func (p *pulse) Reclaim(context.Context) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reclaim = append(p.reclaim, time.Since(p.start))
	return 0, p.broken
}

func (p *pulse) run(t *testing.T) {
	p.start = time.Now()
	startLoop(t, NewPresence(p, func() string { return "hash" }, slog.New(slog.DiscardHandler)))
}

func (p *pulse) longestSilence(after time.Duration) (longest time.Duration) {
	for i, at := range p.beats[1:] {
		if at > after {
			longest = max(longest, at-p.beats[i])
		}
	}
	return longest
}

func TestAHeartbeatComesTwiceASecondAndTheFirstAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pulse{}
		p.run(t)
		time.Sleep(1100 * time.Millisecond)
		synctest.Wait()
		if want := []time.Duration{0, 500 * time.Millisecond, time.Second}; !slices.Equal(p.beats, want) || !slices.Equal(p.reclaim, want) {
			t.Errorf("beats at %v, took over at %v", p.beats, p.reclaim)
		}
	})
}

func TestAReplicaThatCannotTakeOverStillSaysThatItLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := &pulse{broken: errors.New("a deadlock")}
		p.run(t)
		time.Sleep(time.Minute)
		synctest.Wait()
		if silent := p.longestSilence(0); silent > 500*time.Millisecond {
			t.Errorf("silent for %v: the others take it for dead after two seconds", silent)
		}
	})
}

func TestAfterTheStoreWasAwayTheOthersAreGivenTimeToSayThatTheyLive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const gone, back = 10 * time.Second, 20 * time.Second
		p := &pulse{away: func(at time.Duration) bool { return at > gone && at < back }}
		p.run(t)
		time.Sleep(40 * time.Second)
		synctest.Wait()
		i := slices.IndexFunc(p.reclaim, func(at time.Duration) bool { return at > gone })
		if first := p.reclaim[i]; first < back+settle || first > back+settle+3*time.Second {
			t.Errorf("it took over %v after the store was back", first-back)
		}
		if silent := p.longestSilence(back + 3*time.Second); silent > 500*time.Millisecond {
			t.Errorf("silent for %v", silent)
		}
	})
}
