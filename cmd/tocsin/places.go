package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/notifiers"
)

// placeLoops keeps the announcers of places: one for each that a configuration in force has named since the
// program started. One that is named no more ends what it has to do.
type placeLoops struct {
	a    *app
	keep *due.Loop // tells the store which places there are

	mu      sync.Mutex
	loops   map[string]*notifiers.Announcer
	start   func(*notifiers.Announcer) // nil while nothing runs
	running sync.WaitGroup
}

// placesAgain is how often a replica says which places it names, though nothing has changed: others may be gone.
const placesAgain = 10 * time.Minute

func newPlaceLoops(a *app) *placeLoops {
	p := &placeLoops{a: a, loops: map[string]*notifiers.Announcer{}}
	var kept *channels
	var again time.Time
	p.keep = due.New("places", a.log, func(ctx context.Context) (time.Duration, error) {
		named := a.current().channels
		if named == kept && time.Now().Before(again) {
			return due.Net, nil
		}
		if err := a.store.KeepPlaces(ctx, slices.Sorted(maps.Keys(named.places))); err != nil {
			return 0, err
		}
		kept, again = named, time.Now().Add(placesAgain)
		p.wake()
		return due.Net, nil
	})
	return p
}

// announcer makes the loop of one place.
func (p *placeLoops) announcer(id string) *notifiers.Announcer {
	place := currentPlace{p.a, id}
	return notifiers.NewAnnouncer(escalation.Channel(id), p.a.store, failpoints.board(place), place.named, p.a.incidentURL, p.a.locale, p.a.log)
}

// meet makes the announcers of places that have none.
func (p *placeLoops) meet(places map[string]notifiers.Board) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range places {
		if p.loops[id] != nil {
			continue
		}
		p.loops[id] = p.announcer(id)
		if p.start != nil {
			p.start(p.loops[id])
		}
	}
	p.keep.WakeIn(0)
}

// Run runs all announcers, those to come too, until ctx ends.
func (p *placeLoops) Run(ctx context.Context) {
	p.mu.Lock()
	p.start = func(l *notifiers.Announcer) { p.running.Go(func() { l.Run(ctx) }) }
	for _, l := range p.loops {
		p.start(l)
	}
	p.mu.Unlock()
	<-ctx.Done()
	p.mu.Lock()
	p.start = nil
	p.mu.Unlock()
	p.running.Wait()
}

// all are the loops there are.
func (p *placeLoops) all() (out []*due.Loop) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.loops {
		out = append(out, l.Loop)
	}
	return out
}

func (p *placeLoops) wake() {
	for _, l := range p.all() {
		l.WakeIn(0)
	}
}

// currentPlace is the board of a place in the configuration in force.
type currentPlace struct {
	a  *app
	id string
}

func (p currentPlace) named() bool { return p.a.current().channels.places[p.id] != nil }

func (p currentPlace) board() (notifiers.Board, error) {
	if b := p.a.current().channels.places[p.id]; b != nil {
		return b, nil
	}
	return nil, errNoPlace
}

func (p currentPlace) Post(ctx context.Context, brief notifiers.Brief) (json.RawMessage, error) {
	b, err := p.board()
	if err != nil {
		return nil, err
	}
	return b.Post(ctx, brief)
}

func (p currentPlace) Edit(ctx context.Context, ref json.RawMessage, brief notifiers.Brief) error {
	b, err := p.board()
	if err != nil {
		return err
	}
	return b.Edit(ctx, ref, brief)
}

// Renew implements notifiers.Renewer, for the boards that do.
func (p currentPlace) Renew(ctx context.Context, ref json.RawMessage, brief notifiers.Brief) (json.RawMessage, error) {
	b, err := p.board()
	if err != nil {
		return ref, err
	}
	if r, ok := b.(notifiers.Renewer); ok {
		return r.Renew(ctx, ref, brief)
	}
	return ref, b.Edit(ctx, ref, brief)
}

func (p currentPlace) Reply(ctx context.Context, ref json.RawMessage, brief notifiers.Brief, entries []alerting.Entry) error {
	b, err := p.board()
	if err != nil {
		return err
	}
	return b.Reply(ctx, ref, brief, entries)
}
