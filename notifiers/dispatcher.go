package notifiers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/due"

	"github.com/sony/gobreaker/v2"
)

const (
	slots       = 32               // messages under way in one lane
	sendTimeout = 10 * time.Second // one attempt, all told

	finishTimeout = time.Second // for storing what came of it
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
	breaker *gobreaker.CircuitBreaker[Receipt]
	seen    func(Finish, time.Duration)
	log     *slog.Logger

	mu       sync.Mutex
	underway int
	sends    sync.WaitGroup
	root     context.Context // of sends: outlives the loop, so that it can drain
	cancel   context.CancelFunc
}

// Options are what a dispatcher needs besides its lane.
type Options struct {
	Outbox  Outbox
	Sender  Sender
	Breaker *gobreaker.CircuitBreaker[Receipt]         // of the channel
	Person  func(id string) (escalation.Person, bool)  // from the directory in force
	URL     func(incident int64) string                // an incident's page
	Act     func(incident int64, person string) string // a person's own page to answer on; nil: there is none
	Seen    func(f Finish, took time.Duration)         // told of each attempt, for metrics
	Log     *slog.Logger
}

// NewBreaker makes a channel's circuit breaker: after five failures in a row that are the provider's,
// nothing is sent for two seconds, then one message tries.
func NewBreaker(c escalation.Channel) *gobreaker.CircuitBreaker[Receipt] {
	return gobreaker.NewCircuitBreaker[Receipt](gobreaker.Settings{
		Name:        string(c),
		MaxRequests: 1,
		Timeout:     2 * time.Second,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= 5 },
		IsSuccessful: func(err error) bool {
			return err == nil || AsFailure(err).Class == Permanent
		},
	})
}

// NewDispatcher makes the dispatcher of a lane. Run works until its context ends; Drain then waits for
// what is under way.
func NewDispatcher(lane Lane, o Options) *Dispatcher {
	d := &Dispatcher{
		lane: lane, outbox: o.Outbox, sender: o.Sender, person: o.Person, url: o.URL,
		act: o.Act, breaker: o.Breaker, seen: o.Seen, log: o.Log.With("lane", lane.String()),
	}
	if d.act == nil {
		d.act = func(int64, string) string { return "" }
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
	free := d.free()
	switch d.breaker.State() {
	case gobreaker.StateOpen:
		return 250 * time.Millisecond, nil
	case gobreaker.StateHalfOpen:
		free = min(free, 1)
	}
	if free == 0 {
		return due.Net, nil // a message that finishes wakes the loop
	}
	claims, err := d.outbox.ClaimPages(ctx, d.lane, free)
	if err != nil {
		return 0, err
	}
	for _, c := range claims {
		d.take(1)
		d.sends.Go(func() {
			d.send(c)
			d.take(-1)
			d.WakeIn(0)
		})
	}
	if len(claims) == free {
		return due.Net, nil
	}
	wait, ok, err := d.outbox.NextPage(ctx, d.lane)
	if err != nil || !ok {
		return due.Net, err
	}
	return wait, nil
}

func (d *Dispatcher) free() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slots - d.underway
}

func (d *Dispatcher) take(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.underway += n
}

// send carries one claim to its end. What the store cannot take now is tried until it can: the claim is
// ours as long as this replica lives.
func (d *Dispatcher) send(c Claim) {
	var brief Brief
	held := false
	if err := d.persist(func() (err error) {
		brief, held, err = d.outbox.Recheck(d.root, c)
		return err
	}); err != nil || !held {
		return
	}
	start := time.Now()
	f := d.attempt(c, brief)
	if err := d.persist(func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(d.root), finishTimeout) // also when cut off
		defer cancel()
		return d.outbox.FinishPage(ctx, f)
	}); err != nil {
		d.log.Error("what came of a page is not stored", "page", c.Page.ID, "incident", c.Page.IncidentID, "outcome", f.Outcome, "error", err)
	}
	d.seen(f, time.Since(start))
}

// attempt sends one message, unless it is no longer needed.
func (d *Dispatcher) attempt(c Claim, brief Brief) Finish {
	if why := Unneeded(c.Page, brief); why != "" {
		return skipped(c, why)
	}
	person, ok := d.person(c.Page.Person)
	if !ok || person.Address(c.Page.Channel) == "" {
		return concluded(c, person, Receipt{}, &Failure{Class: Permanent, Err: errors.New("the configuration has no such address any more")}, 0)
	}
	brief.URL = d.url(c.Page.IncidentID)
	ctx, cancel := context.WithTimeout(d.root, sendTimeout)
	defer cancel()
	receipt, err := d.breaker.Execute(func() (Receipt, error) {
		return d.sender.Send(ctx, Notice{
			AttemptID: c.AttemptID, PossibleRepeat: c.PossibleRepeat, Page: c.Page, Person: person,
			ActURL: d.act(c.Page.IncidentID, person.ID), Brief: brief,
		})
	})
	f := concluded(c, person, receipt, err, rand.Float64())
	f.Rev = brief.Incident.Rev
	return f
}

// persist repeats what the store refuses for the time being, until the dispatcher is cut off.
func (d *Dispatcher) persist(write func() error) error {
	for pause := 20 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := write()
		if err == nil || !errors.Is(err, alerting.ErrUnavailable) {
			return err
		}
		select {
		case <-d.root.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// Unneeded says why a page need not leave any more; empty if it must.
func Unneeded(p Page, b Brief) string {
	inc := b.Incident
	switch {
	case p.Round != inc.Round:
		return fmt.Sprintf("the incident is in round %d", inc.Round)
	case p.Kind == escalation.AssignStep && inc.State != alerting.StateResolved && inc.Assignee == p.Person:
		return ""
	}
	return escalation.Reached(inc, p.Until)
}

func skipped(c Claim, why string) Finish {
	return Finish{
		Claim: c, State: Skipped, Outcome: OutcomeSkipped, Error: why,
		Entry: entry(alerting.KindPageSkipped, why, "Page to %s over %s not sent: %s", c.Page.Person, c.Page.Channel, why),
	}
}

// concluded decides what an attempt's end means for its page.
func concluded(c Claim, person escalation.Person, r Receipt, err error, spread float64) Finish {
	f := Finish{Claim: c, ProviderID: r.ProviderID, Ref: r.Ref}
	to := fmt.Sprintf("%s over %s", c.Page.Person, c.Page.Channel)
	if err == nil {
		f.State, f.Outcome = Sent, OutcomeSent
		text := "Paged " + to
		if c.PossibleRepeat {
			text += " (possible repeat)"
		}
		f.Entry = entry(alerting.KindPageSent, c.Page.Reason.Text, "%s", text)
		return f
	}
	failure := AsFailure(err)
	f.Error = Cut(Plain(failure.Error()), 500)
	var again bool
	switch failure.Class {
	case Permanent:
		f.Outcome = OutcomeFailed
	case Temporary:
		f.Outcome = OutcomeFailed
		f.Retry, again = Backoff(c.Page.Severity, c.Page.Tries, failure.RetryAfter, spread)
		f.State = Queued
	case Lost:
		f.Outcome = OutcomeUnknown
		f.Retry, again = afterLost(c.Page.Severity, c.Page.Tries, r.Receipts, spread)
		f.State = Unknown
	}
	kind := alerting.KindPageFailed
	if f.Outcome == OutcomeUnknown {
		kind = alerting.KindPageUnknown
	}
	if !again {
		f.State = Failed
		f.Entry = entry(kind, f.Error, "Page to %s given up after %d tries: %s", to, c.Page.Tries, f.Error)
		return f
	}
	f.Entry = entry(kind, f.Error, "Page to %s: %s; again in %s", to, f.Error, f.Retry.Round(100*time.Millisecond))
	return f
}

func entry(kind alerting.Kind, why, format string, args ...any) alerting.Entry {
	return alerting.Entry{Kind: kind, Actor: alerting.Actor{Name: "tocsin", Via: "dispatcher"}, Text: fmt.Sprintf(format, args...), Reason: alerting.Because(why)}
}
