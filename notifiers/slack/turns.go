package slack

import (
	"context"
	"sync"
	"time"
)

// Turns share the turns at one channel among all replicas, and outlive a reload.
type Turns interface {
	// TakeSlackTurn takes the next free turn at a channel, which lasts for pace, and returns how long it is until
	// then.
	TakeSlackTurn(ctx context.Context, channel string, pace time.Duration) (wait time.Duration, err error)
	// HoldSlackTurns keeps everybody from a channel for so long, whatever turns have been taken.
	HoldSlackTurns(ctx context.Context, channel string, wait time.Duration) error
	// SlackTurnsHeld is how long everybody is still kept from a channel; 0 if nobody is.
	SlackTurnsHeld(ctx context.Context, channel string) (time.Duration, error)
}

const (
	turnTime = 500 * time.Millisecond // for one question
	turnRest = 5 * time.Second        // after one without an answer each replica goes by its own clock for so long
)

// turn is what a line has of the shared turns.
type turn uint8

const (
	none  turn = iota // it has to take one
	taken             // one that was to come at the line's free, if nobody has held the channel since
	come
)

// ask takes a turn for a line, or sees whether the one that it has taken still stands. Without an answer the
// line goes on by itself.
func (p *pacer) ask(l *line, channel string, had turn) {
	wait, has := p.turns.next(channel, had, p.every)
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	l.asking, l.turn = false, has
	if until := now.Add(wait); until.After(l.free) {
		l.free = until
	}
	l.dismiss(now)
	if l.turn == come && (len(l.waiting) == 0 || now.Before(l.free)) {
		l.turn = none // it is given up: nobody is there any more, or nobody may write now
	}
	p.serve(l, now)
}

// dismiss sends away who would have their turn too late for a call.
func (l *line) dismiss(now time.Time) {
	kept := l.waiting[:0]
	for _, w := range l.waiting {
		if l.free.After(now) && w.late(l.free) {
			w.turn <- busy(l.free.Sub(now))
			continue
		}
		kept = append(kept, w)
	}
	clear(l.waiting[len(kept):])
	l.waiting = kept
}

// sharedTurns are Turns that may be out of reach.
type sharedTurns struct {
	Turns

	mu   sync.Mutex
	away time.Time // until then nobody asks
}

// next is what a line has after asking, and how long it has to wait for it. A turn that was to be waited for
// is looked at again when it has come: Slack may have asked for a pause since, which nobody's turn outlasts.
func (s *sharedTurns) next(channel string, had turn, pace time.Duration) (wait time.Duration, has turn) {
	if s.resting() {
		return 0, come
	}
	ctx, cancel := context.WithTimeout(context.Background(), turnTime)
	defer cancel()
	var err error
	if had == taken {
		wait, err = s.SlackTurnsHeld(ctx, channel)
		if err == nil && wait > 0 {
			return wait, none
		}
	} else {
		wait, err = s.TakeSlackTurn(ctx, channel, pace)
		if err == nil && wait > 0 {
			return wait, taken
		}
	}
	s.heard(err)
	return 0, come
}

// hold tells the other replicas that Slack has asked for a pause.
func (s *sharedTurns) hold(ctx context.Context, channel string, wait time.Duration) {
	if s.resting() {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), turnTime)
	defer cancel()
	s.heard(s.HoldSlackTurns(ctx, channel, wait))
}

func (s *sharedTurns) resting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.away)
}

// heard notes whether there was an answer.
func (s *sharedTurns) heard(err error) {
	if err == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = time.Now().Add(turnRest)
}
