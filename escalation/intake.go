package escalation

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"tocsin/alerting"

	"golang.org/x/sync/errgroup"
)

// ArrivalStore makes arrivals durable.
type ArrivalStore interface {
	// Admit loads what is known of the arrivals, lets decide say what they mean, and stores all of it in
	// one transaction. alerting.ErrUnavailable means that nothing was stored and that trying again helps.
	Admit(ctx context.Context, arrivals []alerting.Arrival, decide func(Known, []alerting.Arrival) Admission) error
}

const (
	flushSize   = 1000                   // arrivals in one transaction, about
	flushers    = 2                      // transactions at a time
	manyCalls   = 24                     // from so many in one transaction on, the next need not wait for its end
	joinTime    = 500 * time.Microsecond // that a transaction waits for calls which may be about to come
	queuedCalls = 4096                   // calls that wait; more are refused
)

// Intake takes events in. Calls that come at the same time share a transaction: whoever finds a flusher
// idle is stored alone and at once, and those who come while one is under way go together in the next.
type Intake struct {
	store   ArrivalStore
	policy  func() *Policy
	queue   chan *call
	turn    chan struct{} // to gather: holds a value while somebody has it
	shared  int           // calls in the last transaction; whoever has the turn may touch it
	stopped chan struct{} // closed when Run has ended: nobody answers any more
}

type call struct {
	ctx      context.Context
	arrivals []alerting.Arrival
	done     chan error
}

// NewIntake makes an intake; Run must run for Receive to answer.
func NewIntake(store ArrivalStore, policy func() *Policy) *Intake {
	return &Intake{
		store: store, policy: policy,
		queue: make(chan *call, queuedCalls), turn: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
}

// Receive classifies events and stores what they mean. It returns nil only once all of it is durable;
// alerting.ErrUnavailable asks the sender to try again. Any number of calls may run at a time.
func (in *Intake) Receive(ctx context.Context, events []alerting.Event) error {
	if len(events) == 0 {
		return nil
	}
	p := in.policy()
	c := &call{ctx: ctx, arrivals: make([]alerting.Arrival, len(events)), done: make(chan error, 1)}
	for i, e := range events {
		c.arrivals[i] = e.Arrive(&p.Classifier, p.GroupBy)
	}
	select {
	case in.queue <- c:
	default:
		return fmt.Errorf("%w: %d deliveries wait already", alerting.ErrUnavailable, queuedCalls)
	}
	select {
	case err := <-c.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-in.stopped:
		return fmt.Errorf("%w: this replica is stopping", alerting.ErrUnavailable)
	}
}

// Run stores what Receive queues until ctx ends. It runs once.
func (in *Intake) Run(ctx context.Context) error {
	defer close(in.stopped)
	g, ctx := errgroup.WithContext(ctx)
	for range flushers {
		g.Go(func() error {
			for in.take(ctx) {
			}
			return nil
		})
	}
	return g.Wait()
}

// take stores what waits; it is false when ctx has ended. A small flush keeps the turn, so that those who
// come meanwhile go together in the next; a large one hands it on, and two are under way.
func (in *Intake) take(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case in.turn <- struct{}{}:
	}
	var first *call
	select {
	case <-ctx.Done():
		<-in.turn
		return false
	case first = <-in.queue:
	}
	calls := in.gather(first)
	if len(calls) < manyCalls {
		defer func() { <-in.turn }()
	} else {
		<-in.turn
	}
	in.flush(ctx, calls)
	return true
}

// gather adds the calls that wait, and those that join while it looks. Where the last transaction was
// shared it gives as many a moment to come: senders that were answered together send again together.
// Callers that have given up are left out: their sender will try again.
func (in *Intake) gather(first *call) []*call {
	var calls []*call
	size := 0
	add := func(c *call) {
		if c.ctx.Err() == nil {
			calls, size = append(calls, c), size+len(c.arrivals)
		}
	}
	add(first)
	var moment <-chan time.Time
	if in.shared > 1 {
		moment = time.After(joinTime)
	}
	for size < flushSize {
		if len(calls) >= in.shared {
			moment = nil
		}
		c := in.joining(moment)
		if c == nil {
			break
		}
		add(c)
	}
	in.shared = len(calls)
	return calls
}

// joining is the next call: one that waits, or comes while other requests are let run, or until moment
// if that is not nil. It is nil if there is none.
func (in *Intake) joining(moment <-chan time.Time) *call {
	for range 2 {
		select {
		case c := <-in.queue:
			return c
		default:
			runtime.Gosched()
		}
	}
	if moment == nil {
		return nil
	}
	select {
	case c := <-in.queue:
		return c
	case <-moment:
		return nil
	}
}

// flush stores calls together. If the store refuses the whole for what is in it, each is tried alone,
// so that one that cannot be stored fails alone.
func (in *Intake) flush(ctx context.Context, calls []*call) {
	var all []alerting.Arrival
	for _, c := range calls {
		all = append(all, c.arrivals...)
	}
	if len(all) == 0 {
		return
	}
	err := in.admit(ctx, all)
	if err != nil && len(calls) > 1 && !errors.Is(err, alerting.ErrUnavailable) {
		for _, c := range calls {
			c.done <- in.admit(ctx, c.arrivals)
		}
		return
	}
	for _, c := range calls {
		c.done <- err
	}
}

// admit stores arrivals. A decision that panics is an error of what was decided on: the intake goes on
// with the others.
func (in *Intake) admit(ctx context.Context, arrivals []alerting.Arrival) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("these alerts cannot be decided on: %v", r)
		}
	}()
	return in.store.Admit(ctx, arrivals, in.policy().Admit)
}
