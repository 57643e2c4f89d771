package escalation

import (
	"context"
	"errors"
	"fmt"
	"runtime"

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
	flushSize   = 1000 // arrivals in one transaction, about
	flushers    = 2    // transactions at a time
	queuedCalls = 4096 // calls that wait; more are refused
)

// Intake takes events in. Calls that come at the same time share a transaction: whoever finds a flusher
// idle is stored alone and at once, and those who come while one is under way go together in the next.
type Intake struct {
	store  ArrivalStore
	policy func() *Policy
	queue  chan *call
}

type call struct {
	ctx      context.Context
	arrivals []alerting.Arrival
	done     chan error
}

// NewIntake makes an intake; Run must run for Receive to answer.
func NewIntake(store ArrivalStore, policy func() *Policy) *Intake {
	return &Intake{store: store, policy: policy, queue: make(chan *call, queuedCalls)}
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
	}
}

// Run stores what Receive queues until ctx ends.
func (in *Intake) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for range flushers {
		g.Go(func() error {
			for {
				select {
				case <-ctx.Done():
					return nil
				case first := <-in.queue:
					in.flush(ctx, in.gather(first))
				}
			}
		})
	}
	return g.Wait()
}

// gather adds the calls that wait, and those that join while it looks. Callers that have given up are
// left out: their sender will try again.
func (in *Intake) gather(first *call) []*call {
	calls, size := []*call{first}, len(first.arrivals)
	for idle := 0; idle < 2 && size < flushSize; {
		select {
		case c := <-in.queue:
			if c.ctx.Err() == nil {
				calls, size = append(calls, c), size+len(c.arrivals)
			}
			idle = 0
		default:
			idle++
			runtime.Gosched()
		}
	}
	return calls
}

// flush stores calls together. If the store refuses the whole for what is in it, each is tried alone,
// so that one that cannot be stored fails alone.
func (in *Intake) flush(ctx context.Context, calls []*call) {
	var all []alerting.Arrival
	for _, c := range calls {
		all = append(all, c.arrivals...)
	}
	err := in.store.Admit(ctx, all, in.policy().Admit)
	if err != nil && len(calls) > 1 && !errors.Is(err, alerting.ErrUnavailable) {
		for _, c := range calls {
			c.done <- in.store.Admit(ctx, c.arrivals, in.policy().Admit)
		}
		return
	}
	for _, c := range calls {
		c.done <- err
	}
}
