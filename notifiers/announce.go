package notifiers

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"time"

	"tocsin/alerting"
)

// announce writes one message, or edits it, and puts what is new on the timeline below it. A call that
// has begun is finished when the program stops, if that takes no longer than stopGrace.
func (a *Announcer) announce(ctx context.Context, m Announcement) {
	ctx, cancel := outlast(ctx, stopGrace)
	defer cancel()
	var err error
	if m.Ref == nil && (!a.place() || m.Brief.Incident.State == alerting.StateResolved && !m.Doubt) {
		m.SentRev = m.Brief.Incident.Rev // nobody has read that it was open
	} else {
		err = bring(ctx, a.store, a.board, &m)
	}
	result := announced(m, err, rand.Float64())
	if result.Error != "" {
		a.log.Warn("an incident's message is not up to date", "incident", m.Brief.Incident.ID, "error", result.Error, "again_in", result.Retry)
	}
	if err := persist(ctx, persistTimeout, func(ctx context.Context) error { return a.store.FinishAnnouncement(ctx, result) }); err != nil {
		a.log.Error("what came of an incident's message is not stored", "incident", m.Brief.Incident.ID, "error", err)
	}
}

// announced decides what an attempt's end means for a message. One that the channel's own pace has kept back was
// not tried: it gives its slot to another and comes back when the channel has room.
func announced(m Announcement, err error, spread float64) Announced {
	result := Announced{Announcement: m}
	if err == nil {
		result.Doubt = false
		return result
	}
	f := AsFailure(err)
	if paced(err) {
		result.Retry = max(f.RetryAfter, breakPoll)
		return result
	}
	result.Error = Cut(Plain(f.Error()), 500)
	if f.Class != Permanent && m.Tries+1 < boardTries {
		result.Retry, _ = Backoff(m.Brief.Incident.Severity, m.Tries+1, f.RetryAfter, spread)
	}
	return result
}

// outlast is a context that ends a grace after ctx does.
func outlast(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-longer.Done():
		case <-time.After(grace):
			cancel()
		}
	})
	return longer, func() { stop(); cancel() }
}

// bring brings one message up to date. Where the message stands is stored before anything is written
// below it, so that it is not posted twice.
func bring(ctx context.Context, store Announcements, board Board, a *Announcement) (err error) {
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	defer caught(&err)
	rev := a.Brief.Incident.Rev
	switch {
	case a.Ref == nil:
		if err := postAnew(call, board, a); err != nil {
			return err
		}
		posted := Announced{Announcement: *a, Keep: true}
		if err := persist(ctx, persistTimeout, func(ctx context.Context) error { return store.FinishAnnouncement(ctx, posted) }); err != nil {
			return err
		}
	case a.SentRev != rev:
		if a.Ref, err = renewed(call, board, a.Ref, a.Brief); err != nil {
			return err
		}
		a.SentRev = rev
	}
	return thread(call, board, a)
}

// renewed brings the message at ref up to date, and returns the reference to keep.
func renewed(ctx context.Context, board Board, ref json.RawMessage, b Brief) (json.RawMessage, error) {
	if r, ok := board.(Renewer); ok {
		return r.Renew(ctx, ref, b)
	}
	return ref, board.Edit(ctx, ref, b)
}
