package slack

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"tocsin/notifiers"
)

const (
	// pace is how far apart two writes to one channel are: Slack takes one a second.
	// Source: docs.slack.dev/apis/web-api/rate-limits.
	pace = time.Second

	// reserved is how much of a write's time is kept for the call: whoever would have to wait longer than
	// their time less this is sent away at once, and comes again.
	reserved = 2 * time.Second

	pacedLimit = 1000 // channels remembered before those at rest are forgotten
)

// pacer lets writers to one channel through one after another, P0 first, else in the order in which they
// came. Writers to different channels do not wait for one another. Where turns are shared, whoever is first in
// line writes when it is this line's turn among those of all replicas.
type pacer struct {
	every time.Duration
	turns *sharedTurns // nil: there is no other line

	mu    sync.Mutex
	lines map[string]*line
	names map[string]string // of the channel of the direct messages with a user, by the user
}

// line is who waits for one channel.
type line struct {
	channel string    // as it is called in the shared turns
	free    time.Time // when the next may write
	waiting []*writer // in the order of their turns
	timer   *time.Timer
	asking  bool // for a turn
	turn    turn
}

type writer struct {
	urgent bool
	until  time.Time  // a turn that comes later is too late; zero: none is
	turn   chan error // nil when it has come
}

func newPacer(every time.Duration, shared Turns) *pacer {
	if every == 0 {
		every = pace
	}
	p := &pacer{every: every, lines: map[string]*line{}, names: map[string]string{}}
	if shared != nil {
		p.turns = &sharedTurns{Turns: shared}
	}
	return p
}

// wait returns once it is this writer's turn. The error is a *notifiers.Failure: nothing was sent, and
// RetryAfter says when there may be room.
func (p *pacer) wait(ctx context.Context, channel string, urgent bool) error {
	p.mu.Lock()
	l, now := p.line(channel), time.Now()
	w := &writer{urgent: urgent, turn: make(chan error, 1)}
	if deadline, ok := ctx.Deadline(); ok {
		w.until = deadline.Add(-reserved)
	}
	at := l.place(w)
	if turn := l.free.Add(time.Duration(at) * p.every); turn.After(now) && w.late(turn) {
		p.mu.Unlock()
		return busy(turn.Sub(now))
	}
	l.waiting = slices.Insert(l.waiting, at, w)
	p.serve(l, now)
	p.mu.Unlock()
	select {
	case err := <-w.turn:
		return err
	case <-ctx.Done():
		return p.leave(l, w)
	}
}

// late reports whether a turn then comes too late for a call.
func (w *writer) late(turn time.Time) bool { return !w.until.IsZero() && turn.After(w.until) }

func busy(wait time.Duration) error {
	return &notifiers.Failure{
		Class: notifiers.Temporary, Code: notifiers.CodePaced, RetryAfter: max(wait, time.Millisecond),
		Err: errors.New("others write to this Slack channel first: it takes one message a second"),
	}
}

// place is where w stands in line.
func (l *line) place(w *writer) int {
	if !w.urgent {
		return len(l.waiting)
	}
	at := slices.IndexFunc(l.waiting, func(other *writer) bool { return !other.urgent })
	if at < 0 {
		return len(l.waiting)
	}
	return at
}

// serve lets the first in line through if the channel is free, and sees to it that the next is called. p.mu is
// held.
func (p *pacer) serve(l *line, now time.Time) {
	switch {
	case len(l.waiting) == 0 || l.timer != nil || l.asking:
	case now.Before(l.free):
		l.timer = time.AfterFunc(l.free.Sub(now), func() { p.call(l) })
	case p.turns != nil && l.turn != come:
		had := l.turn
		if now.Sub(l.free) > p.every {
			had = none // nobody was there when it came
		}
		l.asking = true
		go p.ask(l, l.channel, had)
	default:
		close(l.waiting[0].turn)
		l.waiting = l.waiting[1:]
		l.free, l.turn = now.Add(p.every), none
		p.serve(l, now)
	}
}

// call serves a line whose time has come.
func (p *pacer) call(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.timer = nil
	p.serve(l, time.Now())
}

// leave takes w, whose time is up, out of the line. Its turn may have come just now: then the call, which
// ends at once, spends it.
func (p *pacer) leave(l *line, w *writer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.Index(l.waiting, w)
	if at < 0 {
		return <-w.turn
	}
	l.waiting = slices.Delete(l.waiting, at, at+1)
	return busy(time.Until(l.free) + time.Duration(at)*p.every)
}

// hold keeps everybody from a channel for as long as Slack has asked for, in every replica.
func (p *pacer) hold(ctx context.Context, channel string, wait time.Duration) {
	if wait <= 0 {
		return
	}
	p.mu.Lock()
	l := p.line(channel)
	if until := time.Now().Add(wait); until.After(l.free) {
		l.free = until
	}
	name := l.channel
	p.mu.Unlock()
	if p.turns != nil {
		p.turns.hold(ctx, name, wait)
	}
}

// meet remembers that the direct messages with a user are in this channel, so that both are one line.
func (p *pacer) meet(user, channel string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if user == channel || p.names[user] == channel {
		return
	}
	if len(p.names) >= pacedLimit {
		clear(p.names)
	}
	p.names[user] = channel
	if l := p.lines[user]; l != nil && p.lines[channel] == nil {
		p.lines[channel], l.channel = l, channel
	}
}

// line is that of a channel or user. p.mu is held.
func (p *pacer) line(channel string) *line {
	if name := p.names[channel]; name != "" {
		channel = name
	}
	l := p.lines[channel]
	if l == nil {
		if len(p.lines) >= pacedLimit {
			p.forget(time.Now())
		}
		l = &line{channel: channel}
		p.lines[channel] = l
	}
	return l
}

// forget drops the lines in which nobody waits or has just been.
func (p *pacer) forget(now time.Time) {
	for name, l := range p.lines {
		if len(l.waiting) == 0 && l.timer == nil && !l.asking && now.After(l.free) {
			delete(p.lines, name)
		}
	}
}
