package notifiers

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/due"
)

const (
	slots       = 32               // messages under way in one lane
	sendTimeout = 10 * time.Second // one attempt, all told
	breakPoll   = 250 * time.Millisecond
)

// Dispatcher sends the pages of one lane: claim, send outside any transaction, finish.
type Dispatcher struct {
	*due.Loop
	lane    Lane
	outbox  Outbox
	sender  Sender
	person  func(id string) (escalation.Person, bool)
	url     func(incident int64) string
	act     func(incident int64, person string) string
	locale  func() Locale
	budget  func() Budget
	breaker *Breaker
	seen    func(Finish, time.Duration)
	log     *slog.Logger

	under  *destinations
	sends  sync.WaitGroup
	root   context.Context // of sends: outlives the loop, so that it can drain
	cancel context.CancelFunc
}

// Options are what a dispatcher needs besides its lane.
type Options struct {
	Outbox  Outbox
	Sender  Sender
	Breaker *Breaker                                   // of the channel
	Person  func(id string) (escalation.Person, bool)  // from the directory in force
	URL     func(incident int64) string                // an incident's page
	Act     func(incident int64, person string) string // a person's own page to answer on; nil: there is none
	Locale  func() Locale                              // how people are spoken to at the moment; nil: as the zero Locale
	Budget  func() Budget                              // in force; nil: nothing is held back
	Seen    func(f Finish, took time.Duration)         // told of each message that was tried, for metrics
	Log     *slog.Logger
}

// NewDispatcher makes the dispatcher of a lane. Run works until its context ends; Drain then waits for
// what is under way.
func NewDispatcher(lane Lane, o Options) *Dispatcher {
	d := &Dispatcher{
		lane: lane, outbox: o.Outbox, sender: o.Sender, person: o.Person, url: o.URL,
		act: o.Act, locale: o.Locale, budget: o.Budget, breaker: o.Breaker, seen: o.Seen, log: o.Log.With("lane", lane.String()),
		under: newDestinations(),
	}
	if d.act == nil {
		d.act = func(int64, string) string { return "" }
	}
	if d.locale == nil {
		d.locale = func() Locale { return Locale{} }
	}
	if d.budget == nil {
		d.budget = func() Budget { return nil }
	}
	d.root, d.cancel = context.WithCancel(context.Background())
	d.Loop = due.New("dispatcher "+lane.String(), o.Log, d.dispatch)
	return d
}

// Drain waits for the messages under way, at most until ctx ends; what is then still under way is cut off.
func (d *Dispatcher) Drain(ctx context.Context) {
	done := make(chan struct{})
	go func() { d.sends.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	d.cancel()
	<-done
}

// dispatch claims as many pages as there are free slots and sends each by itself.
func (d *Dispatcher) dispatch(ctx context.Context) (time.Duration, error) {
	free := d.under.free()
	if free.Messages == 0 {
		return due.Net, nil // a message that finishes wakes the loop
	}
	if free.Messages = d.breaker.admits(free.Messages); free.Messages == 0 {
		return breakPoll, nil
	}
	claims, err := d.outbox.ClaimPages(ctx, d.lane, free, d.budget().Of(d.lane))
	if err != nil {
		return 0, err
	}
	for _, c := range claims {
		d.start(c)
	}
	if len(claims) == free.Messages {
		return due.Net, nil
	}
	wait, ok, err := d.outbox.NextPage(ctx, d.lane, d.under.free().Full())
	if err != nil || !ok {
		return due.Net, err
	}
	return wait, nil
}

// start sends one message, unless those under way to the same destination are as many as may be.
func (d *Dispatcher) start(c Claim) {
	person, _ := d.person(c.Page.Person)
	person.ID = c.Page.Person
	to := destination(person, d.lane.Channel)
	free := d.under.take(person.ID, to)
	d.sends.Go(func() {
		if free {
			d.send(c)
		} else {
			d.store(handedBack(c, breakPoll))
		}
		d.under.release(to)
		d.WakeIn(0)
	})
}

// send carries one claim to its end. What the store cannot take now is tried until it can: the claim is
// ours as long as this replica lives.
func (d *Dispatcher) send(c Claim) {
	m, held, err := d.recheck(c)
	switch {
	case err == nil && !held, errors.Is(err, alerting.ErrUnavailable):
		return // somebody else's now, or left to whoever finds that we are gone
	case err != nil:
		d.log.Error("a page cannot be read", "page", c.Page.ID, "incident", c.Page.IncidentID, "error", err)
	}
	start := time.Now()
	f := d.attempt(m, err)
	d.store(f)
	if f.Outcome != OutcomeUntried {
		d.seen(f, time.Since(start))
	}
}

// store stores what came of a claim.
func (d *Dispatcher) store(f Finish) {
	err := persist(d.root, f.Claim.patience(), func(ctx context.Context) error { return d.outbox.FinishPage(ctx, f) })
	if err != nil {
		p := f.Claim.Page
		d.log.Error("what came of a page is not stored: it is sent again as one whose fate is unknown", "page", p.ID, "incident", p.IncidentID, "outcome", f.Outcome, "error", err)
	}
}

// attempt sends one message, unless it is no longer needed, or the page could not be read.
func (d *Dispatcher) attempt(m mail, unread error) Finish {
	page := m.page()
	if unread != nil {
		return m.concluded(Receipt{}, &Failure{Class: Temporary, Err: unread}, rand.Float64())
	}
	if len(m.needed) == 0 {
		return m.skipped()
	}
	person, ok := d.person(page.Person)
	if !ok || person.Address(page.Channel) == "" {
		return m.concluded(Receipt{}, &Failure{Class: Permanent, Err: errors.New("the configuration has no such address any more")}, 0)
	}
	receipt, err := d.deliver(d.notice(m, person))
	if wait, kept := keptBack(page.Channel, err); kept {
		return handedBack(m.claim, wait)
	}
	return m.concluded(receipt, err, rand.Float64())
}

// notice is what the channel needs. A message has no incident, and so neither its page nor a link to
// answer by; several pages in one message have no link to answer by.
func (d *Dispatcher) notice(m mail, person escalation.Person) Notice {
	page := m.page()
	n := Notice{
		AttemptID: m.claim.AttemptID, PossibleRepeat: m.repeat(), Page: page, Person: person,
		Brief: m.brief(), Bundle: m.bundle(),
	}
	n.Brief.Locale = d.locale().For(person)
	if page.Message == nil {
		n.Brief.URL = d.url(page.IncidentID)
	}
	if page.Message == nil && n.Bundle == nil {
		n.ActURL = d.act(page.IncidentID, person.ID)
	}
	return n
}

// deliver hands a message to the sender, unless the breaker keeps it.
func (d *Dispatcher) deliver(n Notice) (Receipt, error) {
	ctx, cancel := context.WithTimeout(d.root, sendTimeout)
	defer cancel()
	return d.breaker.guarded(n.Person.Address(n.Page.Channel), func() (r Receipt, err error) {
		defer caught(&err)
		return d.sender.Send(ctx, n)
	})
}
