package storage

import (
	"sync"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// Commit tells what a transaction of this or another replica left to do.
type Commit struct {
	Incidents     []int64          // those that changed in a way people should see
	Step          bool             // a step falls due
	StepIn        time.Duration    // how soon, by the database's clock
	Pages         []notifiers.Lane // pages were queued
	Announcements bool             // messages are to be brought up to date
	Roster        bool             // who is on call was changed
	Failover      bool             // a page failed for good: it is to go another way
}

// feed hands commits to whoever listens in this process.
type feed struct {
	mu        sync.Mutex
	listeners []func(Commit)
	readers   map[chan int64]bool
}

func newFeed() *feed { return &feed{readers: map[chan int64]bool{}} }

// OnCommit calls fn after each commit that leaves something to do, of this replica or of another. fn
// must return at once.
func (s *Store) OnCommit(fn func(Commit)) {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.listeners = append(s.feed.listeners, fn)
}

// Subscribe hands on the numbers of incidents that change, from now on. A reader that is slow misses
// some: a receive means "look again". cancel ends it.
func (s *Store) Subscribe() (changed <-chan int64, cancel func()) {
	ch := make(chan int64, 64)
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	s.feed.readers[ch] = true
	return ch, func() {
		s.feed.mu.Lock()
		defer s.feed.mu.Unlock()
		delete(s.feed.readers, ch)
	}
}

func (f *feed) tellReaders(incidents []int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for ch := range f.readers {
		for _, id := range incidents {
			select {
			case ch <- id:
			default:
			}
		}
	}
}

func (f *feed) publish(c Commit) {
	f.mu.Lock()
	listeners := f.listeners
	f.mu.Unlock()
	for _, fn := range listeners {
		fn(c)
	}
	f.tellReaders(c.Incidents)
}

// commitOf sums up what decisions taken at now left to do.
func commitOf(ds []*escalation.Decision, now time.Time) Commit {
	var c Commit
	lanes := map[notifiers.Lane]bool{}
	for _, d := range ds {
		c.Incidents = append(c.Incidents, d.Case.Incident.ID)
		c.Announcements = c.Announcements || len(shownIn(d)) > 0
		if at := d.NextAt(); !at.IsZero() {
			if in := at.Sub(now); !c.Step || in < c.StepIn {
				c.Step, c.StepIn = true, in
			}
		}
		for _, p := range d.Pages {
			lanes[notifiers.LaneOf(p.Channel, outboxSeverity(p.Kind, d.Case.Incident.Severity))] = true
		}
	}
	for l := range lanes {
		c.Pages = append(c.Pages, l)
	}
	return c
}
