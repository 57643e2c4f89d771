package notifiers

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/due"
)

// Announcement is a message kept up to date with its incident: the one in the chat channel, or a page
// that its channel can edit.
type Announcement struct {
	ID       int64
	PageID   int64           // 0 for the one in the chat channel
	Claim    string          // names this replica's hold on it
	Ref      json.RawMessage // nil: not posted yet
	SentRev  int64           // the incident's rev that it shows
	Threaded int64           // the last timeline entry written below it
	Tries    int             // failures in a row
	Brief    Brief
	Entries  []alerting.Entry // those after Threaded, oldest first; only for the chat channel's
}

// Announced is what came of a claimed announcement.
type Announced struct {
	Announcement
	Keep  bool          // the claim goes on: only Ref, SentRev and Threaded are stored
	Retry time.Duration // until the next try, after a failure
	Error string
}

// Announcements holds messages that should be brought up to date.
type Announcements interface {
	// ClaimAnnouncements takes at most limit due announcements of a channel for this replica.
	ClaimAnnouncements(ctx context.Context, c escalation.Channel, limit int) ([]Announcement, error)
	// FinishAnnouncement stores what came of a claim, if it is still ours. An announcement whose
	// incident has changed meanwhile is due again a second later.
	FinishAnnouncement(ctx context.Context, a Announced) error
	// NextAnnouncement is how long until the next is due; ok is false if none is.
	NextAnnouncement(ctx context.Context, c escalation.Channel) (wait time.Duration, ok bool, err error)
}

const (
	boardSlots = 8               // messages brought up to date at a time
	boardTries = 30              // failures in a row, then a message waits for its incident's next change
	stopGrace  = 5 * time.Second // for a call under way when the program stops
)

// NewAnnouncer makes the loop that keeps a channel's messages up to date. place says whether the channel
// has a place for the incidents' own messages at the moment; without one none is posted, and an
// announcement that waits to be is up to date as it is. What stands already, pages to people first of
// all, is edited either way. locale is how people are spoken to at the moment.
func NewAnnouncer(c escalation.Channel, store Announcements, board Board, place func() bool, url func(incident int64) string, locale func() Locale, log *slog.Logger) *due.Loop {
	return due.New("announcer "+string(c), log, func(ctx context.Context) (time.Duration, error) {
		for {
			claimed, err := store.ClaimAnnouncements(ctx, c, boardSlots)
			if err != nil {
				return 0, err
			}
			var wg sync.WaitGroup
			for _, a := range claimed {
				a.Brief.URL, a.Brief.Locale = url(a.Brief.Incident.ID), locale()
				wg.Go(func() { announce(ctx, store, board, place(), a, log) })
			}
			wg.Wait()
			if len(claimed) < boardSlots {
				break
			}
		}
		wait, ok, err := store.NextAnnouncement(ctx, c)
		if err != nil || !ok {
			return due.Net, err
		}
		return wait, nil
	})
}

// announce writes one message, or edits it, and puts what is new on the timeline below it. A call that
// has begun is finished when the program stops, if that takes no longer than stopGrace.
func announce(ctx context.Context, store Announcements, board Board, place bool, a Announcement, log *slog.Logger) {
	ctx, cancel := outlast(ctx, stopGrace)
	defer cancel()
	var err error
	if a.Ref == nil && !place {
		a.SentRev = a.Brief.Incident.Rev
	} else {
		err = bring(ctx, store, board, &a)
	}
	result := Announced{Announcement: a}
	if err != nil {
		f := AsFailure(err)
		result.Error = Cut(Plain(f.Error()), 500)
		if f.Class != Permanent && a.Tries+1 < boardTries {
			result.Retry, _ = Backoff(a.Brief.Incident.Severity, a.Tries+1, f.RetryAfter, rand.Float64())
		}
		log.Warn("an incident's message is not up to date", "incident", a.Brief.Incident.ID, "error", result.Error, "again_in", result.Retry)
	}
	if err := persist(ctx, persistTimeout, func(ctx context.Context) error { return store.FinishAnnouncement(ctx, result) }); err != nil {
		log.Error("what came of an incident's message is not stored", "incident", a.Brief.Incident.ID, "error", err)
	}
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
		ref, err := board.Post(call, a.Brief)
		if err != nil {
			return err
		}
		a.Ref, a.SentRev = ref, rev
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
	if len(a.Entries) > 0 {
		if err := board.Reply(call, a.Ref, a.Brief, a.Entries); err != nil {
			return err
		}
		for _, e := range a.Entries {
			a.Threaded = max(a.Threaded, e.ID)
		}
	}
	return nil
}

// renewed brings the message at ref up to date, and returns the reference to keep.
func renewed(ctx context.Context, board Board, ref json.RawMessage, b Brief) (json.RawMessage, error) {
	if r, ok := board.(Renewer); ok {
		return r.Renew(ctx, ref, b)
	}
	return ref, board.Edit(ctx, ref, b)
}
