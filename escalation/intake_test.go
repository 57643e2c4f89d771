package escalation_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// ledger is an ArrivalStore that notes each transaction and does with it what a test tells it.
type ledger struct {
	mu  sync.Mutex
	txs [][]alerting.Arrival
	do  func(ctx context.Context, arrivals []alerting.Arrival) error
}

func (l *ledger) Admit(ctx context.Context, arrivals []alerting.Arrival, _ func(escalation.Known, []alerting.Arrival) escalation.Admission) error {
	l.mu.Lock()
	l.txs = append(l.txs, arrivals)
	l.mu.Unlock()
	return l.do(ctx, arrivals)
}

func (l *ledger) transactions() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.txs)
}

func (l *ledger) stored() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, tx := range l.txs {
		n += len(tx)
	}
	return n
}

// newIntake runs an intake into store until the test, or what it returns, ends it.
func newIntake(t *testing.T, store escalation.ArrivalStore) (*escalation.Intake, func()) {
	policy := policytest.Manual(t)
	in := escalation.NewIntake(store, func() *escalation.Policy { return policy })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { _ = in.Run(ctx); close(ended) }()
	stop := func() { cancel(); <-ended }
	t.Cleanup(stop)
	return in, stop
}

func alertNamed(name string) []alerting.Event {
	return []alerting.Event{policytest.Event(monday, "alertname", name)}
}

func takes(d time.Duration) func(context.Context, []alerting.Arrival) error {
	return func(context.Context, []alerting.Arrival) error { time.Sleep(d); return nil }
}

func TestADeliveryAloneWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{do: takes(time.Millisecond)}
		in, _ := newIntake(t, l)
		for range 3 {
			start := time.Now()
			if err := in.Receive(t.Context(), alertNamed("A")); err != nil || time.Since(start) != time.Millisecond {
				t.Errorf("%v after %v", err, time.Since(start))
			}
		}
		if l.transactions() != 3 {
			t.Errorf("%d transactions", l.transactions())
		}
	})
}

func TestNothingDeliveredIsNothingStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{do: takes(0)}
		in, _ := newIntake(t, l)
		if err := in.Receive(t.Context(), nil); err != nil || l.transactions() != 0 {
			t.Errorf("%v, %d transactions", err, l.transactions())
		}
	})
}

func TestDeliveriesAtTheSameTimeShareATransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{do: takes(10 * time.Millisecond)}
		in, _ := newIntake(t, l)
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				if err := in.Receive(t.Context(), alertNamed(fmt.Sprint(i))); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if l.transactions() > 20 || l.stored() != 200 {
			t.Errorf("%d transactions for %d alerts", l.transactions(), l.stored())
		}
	})
}

func TestATransactionIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{do: takes(10 * time.Millisecond)}
		in, _ := newIntake(t, l)
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() { _ = in.Receive(t.Context(), make([]alerting.Event, 400)) })
		}
		wg.Wait()
		for _, tx := range l.txs {
			if len(tx) >= 1400 {
				t.Errorf("%d alerts in one transaction", len(tx))
			}
		}
		if l.stored() != 30*400 {
			t.Errorf("%d stored", l.stored())
		}
	})
}

func TestADeliveryThatCannotBeStoredFailsAlone(t *testing.T) {
	poison := errors.New("invalid byte sequence")
	for name, fail := range map[string]func() error{
		"it is refused":        func() error { return poison },
		"deciding on it fails": func() error { panic("a label nobody thought of") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &ledger{do: func(_ context.Context, arrivals []alerting.Arrival) error {
					time.Sleep(10 * time.Millisecond)
					for _, a := range arrivals {
						if a.Labels["alertname"] == "Poison" {
							return fail()
						}
					}
					return nil
				}}
				in, _ := newIntake(t, l)
				var wg sync.WaitGroup
				for i := range 20 {
					name := fmt.Sprint(i)
					if i == 13 {
						name = "Poison"
					}
					wg.Go(func() {
						if err := in.Receive(t.Context(), alertNamed(name)); (err != nil) != (name == "Poison") || errors.Is(err, alerting.ErrUnavailable) {
							t.Errorf("%s: %v", name, err)
						}
					})
				}
				wg.Wait()
			})
		})
	}
}

func TestWhileTheStoreIsAwayNobodyIsTriedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{do: func(context.Context, []alerting.Arrival) error {
			time.Sleep(10 * time.Millisecond)
			return fmt.Errorf("%w: it is away", alerting.ErrUnavailable)
		}}
		in, _ := newIntake(t, l)
		var wg sync.WaitGroup
		for i := range 50 {
			wg.Go(func() {
				if err := in.Receive(t.Context(), alertNamed(fmt.Sprint(i))); !errors.Is(err, alerting.ErrUnavailable) {
					t.Errorf("%v", err)
				}
			})
		}
		wg.Wait()
		if l.stored() != 50 {
			t.Errorf("%d tried", l.stored())
		}
	})
}

func TestAFullQueueSheds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := make(chan struct{})
		l := &ledger{do: func(context.Context, []alerting.Arrival) error { <-free; return nil }}
		in, _ := newIntake(t, l)
		var wg sync.WaitGroup
		var mu sync.Mutex
		shed := 0
		for range 4096 + 2 + 5 {
			wg.Go(func() {
				if err := in.Receive(t.Context(), alertNamed("A")); errors.Is(err, alerting.ErrUnavailable) {
					mu.Lock()
					shed++
					mu.Unlock()
				} else if err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		mu.Lock()
		if shed < 5 {
			t.Errorf("%d were told to come back", shed)
		}
		mu.Unlock()
		close(free)
		wg.Wait()
	})
}

func TestWhoGivesUpIsToldAtOnceAndLeftOut(t *testing.T) {
	for _, before := range [][]string{{"A"}, {"A", "B"}} { // under way, or waiting too
		synctest.Test(t, func(t *testing.T) {
			l := &ledger{do: takes(time.Second)}
			in, _ := newIntake(t, l)
			for _, name := range before {
				go func() { _ = in.Receive(t.Context(), alertNamed(name)) }()
				synctest.Wait()
			}
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			start := time.Now()
			if err := in.Receive(ctx, alertNamed("C")); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 100*time.Millisecond {
				t.Errorf("%v after %v", err, time.Since(start))
			}
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if l.stored() != len(before) {
				t.Errorf("%d stored: C's sender will send it again", l.stored())
			}
		})
	}
}

func TestWhenItStopsWhoWaitsIsToldToComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{do: func(ctx context.Context, _ []alerting.Arrival) error {
			<-ctx.Done()
			return fmt.Errorf("%w: %w", alerting.ErrUnavailable, ctx.Err())
		}}
		in, stop := newIntake(t, l)
		errs := make(chan error, 3)
		for i := range 3 { // two under way, one that waits
			go func() { errs <- in.Receive(context.WithoutCancel(t.Context()), alertNamed(fmt.Sprint(i))) }()
			synctest.Wait()
		}
		stop()
		errs2 := in.Receive(context.WithoutCancel(t.Context()), alertNamed("late"))
		for _, err := range []error{<-errs, <-errs, <-errs, errs2} {
			if !errors.Is(err, alerting.ErrUnavailable) {
				t.Errorf("%v", err)
			}
		}
	})
}

// No call is forgotten, whatever comes between its joining the queue and a flusher's looking.
func TestEveryDeliveryIsAnswered(t *testing.T) {
	l := &ledger{do: func(context.Context, []alerting.Arrival) error { return nil }}
	in, _ := newIntake(t, l)
	const senders, each = 32, 200
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for k := range each {
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				if err := in.Receive(ctx, alertNamed(fmt.Sprint(i, k))); err != nil {
					t.Errorf("sender %d, delivery %d: %v", i, k, err)
				}
				cancel()
			}
		})
	}
	wg.Wait()
	if l.stored() != senders*each {
		t.Errorf("%d stored, %d delivered", l.stored(), senders*each)
	}
}
