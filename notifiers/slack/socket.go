package slack

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	restLeast = time.Second      // before the second try to connect
	restMost  = time.Minute      // between two tries, unless Slack asks for more
	settled   = 10 * time.Second // a line that held for so long was no failure
)

// Socket takes in over Slack's Socket Mode what the HTTP handlers take in, through the same functions, for
// installations that Slack cannot reach. Where several replicas have one, Slack hands each thing to any of
// them. Source: docs.slack.dev/apis/events-api/using-socket-mode.
type Socket struct {
	slack *Slack
	in    Intake
	log   *slog.Logger
	beat  time.Duration                                         // between two pings
	rest  func(failures int, asked time.Duration) time.Duration // before connecting again
}

// Socket makes one; it needs Options.AppToken, an app-level token with the scope connections:write.
func (s *Slack) Socket(in Intake, log *slog.Logger) *Socket {
	return &Socket{slack: s, in: in, log: log, beat: beat, rest: func(failures int, asked time.Duration) time.Duration {
		return rest(failures, asked, rand.Float64())
	}}
}

// rest is how long to wait after so many failures in a row: a second, doubling up to a minute, half of it
// spread (0 to 1) so that replicas do not come all at once, and never less than Slack has asked for.
func rest(failures int, asked time.Duration, spread float64) time.Duration {
	if failures <= 0 {
		return asked
	}
	full := restMost
	if failures < 7 {
		full = min(restMost, restLeast<<(failures-1))
	}
	return asked + full/2 + time.Duration(spread*float64(full/2))
}

// Run keeps a line to Slack open until ctx ends, and returns once what had come in by then is stored and
// acknowledged. What was not acknowledged Slack sends again, to this line's successor or to another replica.
func (k *Socket) Run(ctx context.Context) {
	var lines sync.WaitGroup
	defer lines.Wait()
	var before *socketLine // goes on until its successor is greeted
	defer func() { before.retire() }()
	for failures := 0; ctx.Err() == nil; {
		l, asked, err := k.connect(ctx)
		if err == nil {
			lines.Go(l.run)
			err = l.greeted(ctx)
			if err == nil {
				before.retire()
				before = l
				err = l.replaced(ctx)
			} else {
				l.retire()
			}
		}
		if failures++; l.held(settled) {
			failures = 0
		}
		if ctx.Err() == nil {
			k.pause(ctx, failures, asked, err)
		}
	}
}

// pause waits before the next line, where the last one held only as long as Slack has asked for.
func (k *Socket) pause(ctx context.Context, failures int, asked time.Duration, err error) {
	wait := k.rest(failures, asked)
	if err != nil {
		k.log.Warn("no line to Slack over Socket Mode; trying again", "in", wait, "error", err)
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// connect asks Slack where to connect to, and does. asked is how long Slack wants nobody to come back.
func (k *Socket) connect(ctx context.Context) (l *socketLine, asked time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	address, asked, err := k.slack.socketAddress(ctx)
	if err != nil {
		return nil, asked, err
	}
	conn, err := k.slack.dial(ctx, address)
	if err != nil {
		return nil, 0, fmt.Errorf("connecting to Slack's websocket: %w", withoutURL(err))
	}
	return newSocketLine(k, conn), 0, nil
}
