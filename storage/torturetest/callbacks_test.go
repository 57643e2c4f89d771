package torturetest

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"

	"tocsin/notifiers/notifierstest"
)

// callbacks are what Twilio reports of messages and calls: some never, most twice, and in any order.
type callbacks struct {
	seed uint64
	all  sync.WaitGroup

	mu       sync.Mutex
	reported map[string]time.Time // by attempt: when Tocsin had taken a report that it was accepted
	picked   map[string]time.Time // by attempt: when a person had listened to a call
	refused  []string
}

func newCallbacks(seed uint64) *callbacks {
	return &callbacks{seed: seed, reported: map[string]time.Time{}, picked: map[string]time.Time{}}
}

// follow reports what is accepted, until ctx ends; it returns when the last report has been made.
func (w *world) follow(ctx context.Context) {
	c := w.spread
	c.all.Go(func() {
		for seen := 0; ctx.Err() == nil; {
			ms, _ := w.phones.Wait(ctx, seen+1)
			for i, m := range ms[seen:] {
				n := seen + i
				c.all.Go(func() { c.report(ctx, w.phones, m, n) })
			}
			seen = len(ms)
		}
	})
	c.all.Go(func() {
		for seen := 0; ctx.Err() == nil; {
			cs, _ := w.calls.WaitCalls(ctx, seen+1)
			for i, call := range cs[seen:] {
				n := seen + i
				c.all.Go(func() { c.pickUp(ctx, w.calls, call, n) })
			}
			seen = len(cs)
		}
	})
}

// report tells what became of an SMS: of one in five nothing; of the others that it left and arrived, each once
// or twice, in any order.
func (c *callbacks) report(ctx context.Context, t *notifierstest.Twilio, m notifierstest.TwilioMessage, n int) {
	r := chance(c.seed, "callbacks", n)
	if r.IntN(5) == 0 {
		return
	}
	said := []string{"queued", "sent", "sent", "delivered", "delivered"}[r.IntN(3):]
	r.Shuffle(len(said), func(i, j int) { said[i], said[j] = said[j], said[i] })
	for _, status := range said {
		if !pause(ctx, time.Duration(r.IntN(400))*time.Millisecond) {
			return
		}
		code, err := t.Report(ctx, m, status, "")
		if status == "queued" { // says no more than the answer would have
			continue
		}
		c.note(ctx, c.reported, m.StatusCallback, code, err)
	}
}

// pickUp answers a call, listens to its end and hangs up, which is told twice.
func (c *callbacks) pickUp(ctx context.Context, t *notifierstest.Twilio, call notifierstest.TwilioCall, n int) {
	r := chance(c.seed, "calls", n)
	if !pause(ctx, time.Duration(500+r.IntN(1500))*time.Millisecond) {
		return
	}
	line, err := t.Answer(ctx, call, "human")
	for err == nil && !line.Over {
		err = line.Listen(ctx)
	}
	c.note(ctx, c.picked, call.StatusCallback, http.StatusNoContent, err)
	for range 2 {
		code, err := t.CallStatus(ctx, call, "completed", "human")
		c.note(ctx, c.reported, call.StatusCallback, code, err)
	}
}

// note keeps when a report about an attempt had been taken; those that were not are the test's to explain.
func (c *callbacks) note(ctx context.Context, in map[string]time.Time, callback string, code int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	u, _ := url.Parse(callback)
	attempt := u.Query().Get("attempt")
	switch {
	case ctx.Err() != nil:
	case err != nil:
		c.refused = append(c.refused, attempt+": "+err.Error())
	case code >= 300:
		c.refused = append(c.refused, attempt+": "+http.StatusText(code))
	case in[attempt].IsZero():
		in[attempt] = time.Now()
	}
}

// pause is how long the other side takes; false if ctx ended meanwhile.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
