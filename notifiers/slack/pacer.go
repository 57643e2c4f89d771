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
// came. Writers to different channels do not wait for one another.
type pacer struct {
	every time.Duration

	mu    sync.Mutex
	lines map[string]*line
	names map[string]string // of the channel of the direct messages with a user, by the user
}

// line is who waits for one channel.
type line struct {
	free    time.Time // when the next may write
	waiting []*writer // in the order of their turns
	timer   *time.Timer
}

type writer struct {
	urgent bool
	turn   chan struct{} // closed when it has come
}

func newPacer(every time.Duration) *pacer {
	if every == 0 {
		every = pace
	}
	return &pacer{every: every, lines: map[string]*line{}, names: map[string]string{}}
}

// wait returns once it is this writer's turn. The error is a *notifiers.Failure: nothing was sent, and
// RetryAfter says when there may be room.
func (p *pacer) wait(ctx context.Context, channel string, urgent bool) error {
	p.mu.Lock()
	l := p.line(channel)
	now := time.Now()
	if len(l.waiting) == 0 && !now.Before(l.free) {
		l.free = now.Add(p.every)
		p.mu.Unlock()
		return nil
	}
	w := &writer{urgent: urgent, turn: make(chan struct{})}
	at := l.place(w)
	turn := l.free.Add(time.Duration(at) * p.every)
	if deadline, ok := ctx.Deadline(); ok && turn.After(deadline.Add(-reserved)) {
		p.mu.Unlock()
		return busy(turn.Sub(now))
	}
	l.waiting = slices.Insert(l.waiting, at, w)
	p.arm(l, now)
	p.mu.Unlock()
	select {
	case <-w.turn:
		return nil
	case <-ctx.Done():
		return p.leave(l, w)
	}
}

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

// arm sees to it that the first in line is called.
func (p *pacer) arm(l *line, now time.Time) {
	if l.timer == nil {
		l.timer = time.AfterFunc(max(l.free.Sub(now), 0), func() { p.call(l) })
	}
}

// call lets the first in line through.
func (p *pacer) call(l *line) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.timer = nil
	now := time.Now()
	if len(l.waiting) == 0 {
		return
	}
	if !now.Before(l.free) {
		close(l.waiting[0].turn)
		l.waiting = l.waiting[1:]
		l.free = now.Add(p.every)
	}
	if len(l.waiting) > 0 {
		p.arm(l, now)
	}
}

// leave takes w, whose time is up, out of the line. Its turn may have come just now: then the call, which
// ends at once, spends it.
func (p *pacer) leave(l *line, w *writer) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.Index(l.waiting, w)
	if at < 0 {
		return nil
	}
	l.waiting = slices.Delete(l.waiting, at, at+1)
	return busy(time.Until(l.free) + time.Duration(at)*p.every)
}

// hold keeps everybody from a channel for as long as Slack has asked for.
func (p *pacer) hold(channel string, wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := p.line(channel)
	if until := time.Now().Add(wait); until.After(l.free) {
		l.free = until
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
		p.lines[channel] = l
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
		l = &line{}
		p.lines[channel] = l
	}
	return l
}

// forget drops the lines in which nobody waits or has just been.
func (p *pacer) forget(now time.Time) {
	for name, l := range p.lines {
		if len(l.waiting) == 0 && l.timer == nil && now.After(l.free) {
			delete(p.lines, name)
		}
	}
}
