package notifiers

import (
	"context"
	"encoding/json"
	"log/slog"
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
	Tried    time.Time       // when the first try began of which it is not known what came: this one, unless Doubt
	Doubt    bool            // an earlier try may have posted it, or written some of Entries below it
	Brief    Brief
	Entries  []alerting.Entry // those after Threaded, oldest first; only for the chat channel's
}

// Announced is what came of a claimed announcement.
type Announced struct {
	Announcement
	Keep  bool          // the claim goes on: only Ref, SentRev and Threaded are stored, and no word of Doubt
	Retry time.Duration // until the next try: after a failure, or without Error where the channel's pace kept it back
	Error string
}

// Announcements holds messages that should be brought up to date.
type Announcements interface {
	// ClaimAnnouncements takes at most limit due announcements of a lane for this replica, the worst severity
	// first and then as they fell due.
	ClaimAnnouncements(ctx context.Context, l Lane, limit int) ([]Announcement, error)
	// FinishAnnouncement stores what came of a claim, if it is still ours. An announcement whose
	// incident has changed meanwhile is due again a second later.
	FinishAnnouncement(ctx context.Context, a Announced) error
	// NextAnnouncement is how long until the lane's next is due; ok is false if none is.
	NextAnnouncement(ctx context.Context, l Lane) (wait time.Duration, ok bool, err error)
}

const (
	boardSlots = 8               // messages of one lane brought up to date at a time
	boardTries = 30              // failures in a row, then a message waits for its incident's next change
	stopGrace  = 5 * time.Second // for a call under way when the program stops
)

// Announcer keeps a channel's messages up to date, those of P0 in a lane of their own. A slow message holds its
// own slot and no other.
type Announcer struct {
	*due.Loop
	channel escalation.Channel
	store   Announcements
	board   Board
	place   func() bool
	url     func(incident int64) string
	locale  func() Locale
	log     *slog.Logger

	mu       sync.Mutex
	underway map[Lane]int
	calls    sync.WaitGroup
}

// NewAnnouncer makes the loop that keeps a channel's messages up to date. place says whether the channel
// has a place for the incidents' own messages at the moment; without one none is posted, and an
// announcement that waits to be is up to date as it is. What stands already, pages to people first of
// all, is edited either way. locale is how people are spoken to at the moment.
func NewAnnouncer(c escalation.Channel, store Announcements, board Board, place func() bool, url func(incident int64) string, locale func() Locale, log *slog.Logger) *Announcer {
	a := &Announcer{
		channel: c, store: store, board: board, place: place, url: url, locale: locale, log: log, underway: map[Lane]int{},
	}
	a.Loop = due.New("announcer "+string(c), log, a.look)
	return a
}

// Run works until ctx ends, and then until the calls under way have ended, which is stopGrace later at most.
func (a *Announcer) Run(ctx context.Context) {
	a.Loop.Run(ctx)
	a.calls.Wait()
}

// look claims as many messages of each lane as it has free slots, and brings each up to date by itself. A message
// that is finished wakes the loop, so that a lane without a free slot need not look.
func (a *Announcer) look(ctx context.Context) (time.Duration, error) {
	soonest := due.Net
	for _, urgent := range []bool{true, false} {
		lane := Lane{a.channel, urgent}
		free := boardSlots - a.take(lane, 0)
		if free == 0 {
			continue
		}
		claimed, err := a.store.ClaimAnnouncements(ctx, lane, free)
		if err != nil {
			return 0, err
		}
		for _, m := range claimed {
			a.start(ctx, lane, m)
		}
		if len(claimed) == free {
			continue
		}
		wait, ok, err := a.store.NextAnnouncement(ctx, lane)
		if err != nil {
			return 0, err
		}
		if ok {
			soonest = min(soonest, wait)
		}
	}
	return soonest, nil
}

// start brings one message up to date, beside the others.
func (a *Announcer) start(ctx context.Context, lane Lane, m Announcement) {
	m.Brief.URL, m.Brief.Locale = a.url(m.Brief.Incident.ID), a.locale()
	a.take(lane, 1)
	a.calls.Go(func() {
		a.announce(ctx, m)
		a.take(lane, -1)
		a.WakeIn(0)
	})
}

// take takes n slots of a lane, or gives them back, and returns how many are taken.
func (a *Announcer) take(lane Lane, n int) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.underway[lane] += n
	return a.underway[lane]
}
