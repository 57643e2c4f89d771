package notifiers

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tocsin/alerting"
)

// outbox is an Outbox in memory, by the running clock, that keeps what was finished.
type outbox struct {
	mu       sync.Mutex
	waiting  []waitingPage
	brief    Brief
	others   map[int64]alerting.Incident // of pages that are joined to another's
	joined   [][]Page                    // messages of several pages that wait
	stolen   map[int64]bool              // claims that are no longer ours when they are looked at again
	away     time.Time                   // until when the store is not available
	unread   error                       // what Recheck says
	claims   int                         // how often it was asked for claims
	finished []Finish
}

type waitingPage struct {
	page   Page
	due    time.Time
	repeat bool
}

func (o *outbox) add(pages ...Page) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, p := range pages {
		o.waiting = append(o.waiting, waitingPage{page: p, due: time.Now()})
	}
}

// drop forgets what waits.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = nil
}

// leave makes the store unavailable for a while.
func (o *outbox) leave(d time.Duration) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = time.Now().Add(d)
}

// answer acknowledges the incident.
func (o *outbox) answer(by string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.brief.Incident.State, o.brief.Incident.AcknowledgedBy = alerting.StateAcknowledged, by
}

func (o *outbox) asked() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.claims
}

func (o *outbox) missing() error {
	if time.Now().Before(o.away) {
		return fmt.Errorf("%w: it is away", alerting.ErrUnavailable)
	}
	return nil
}

func (o *outbox) ClaimPages(_ context.Context, _ Lane, s Slots, _ Rate) ([]Claim, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.claims++
	if err := o.missing(); err != nil {
		return nil, err
	}
	var out []Claim
	taken := map[string]int{}
	var left []waitingPage
	for _, w := range o.waiting {
		if len(out) == s.Messages || w.due.After(time.Now()) || taken[w.page.Person] == s.Left(w.page.Person) {
			left = append(left, w)
			continue
		}
		taken[w.page.Person]++
		w.page.Tries++
		out = append(out, Claim{Page: w.page, AttemptID: fmt.Sprintf("%d-%d", w.page.ID, w.page.Tries), PossibleRepeat: w.repeat})
	}
	o.waiting = left
	for _, pages := range o.joined {
		c := Claim{Page: pages[0], AttemptID: fmt.Sprintf("%d-1", pages[0].ID)}
		for _, p := range pages[1:] {
			c.Joined = append(c.Joined, Joined{Page: p, AttemptID: fmt.Sprintf("%d-1", p.ID)})
		}
		out = append(out, c)
	}
	o.joined = nil
	return out, nil
}

func (o *outbox) Recheck(_ context.Context, c Claim) (Brief, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.missing(); err != nil {
		return Brief{}, false, err
	}
	return o.brief, !o.stolen[c.Page.ID], o.unread
}

func (o *outbox) Gathered(_ context.Context, c Claim) ([]Brief, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.missing(); err != nil {
		return nil, false, err
	}
	var briefs []Brief
	held := true
	for _, p := range c.Pages() {
		b := o.brief
		if own, ok := o.others[p.IncidentID]; ok {
			b.Incident = own
		}
		briefs = append(briefs, b)
		held = held && !o.stolen[p.ID]
	}
	return briefs, held, nil
}

func (o *outbox) FinishPage(_ context.Context, f Finish) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.missing(); err != nil {
		return err
	}
	o.finished = append(o.finished, f)
	if f.State == Queued || f.State == Unknown {
		p := f.Claim.Page
		if f.Outcome == OutcomeUntried {
			p.Tries--
		}
		o.waiting = append(o.waiting, waitingPage{p, time.Now().Add(f.Retry), f.State == Unknown})
	}
	return nil
}

func (o *outbox) NextPage(_ context.Context, _ Lane, full []string) (time.Duration, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.missing(); err != nil {
		return 0, false, err
	}
	var next time.Time
	for _, w := range o.waiting {
		if !slices.Contains(full, w.page.Person) && (next.IsZero() || w.due.Before(next)) {
			next = w.due
		}
	}
	return time.Until(next), !next.IsZero(), nil
}

func (o *outbox) done() []Finish {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Finish(nil), o.finished...)
}

// script is a Sender that does what a test tells it and keeps what it was given.
type script struct {
	mu   sync.Mutex
	do   func(ctx context.Context, n Notice, call int) (Receipt, error)
	got  []Notice
	now  int // under way
	most int // under way at once, at most
}

func (s *script) Send(ctx context.Context, n Notice) (Receipt, error) {
	s.mu.Lock()
	s.got = append(s.got, n)
	s.now++
	s.most = max(s.most, s.now)
	call := len(s.got)
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.now--; s.mu.Unlock() }()
	return s.do(ctx, n, call)
}

func (s *script) sent() []Notice {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Notice(nil), s.got...)
}
