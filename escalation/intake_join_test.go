package escalation_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// Senders that were answered together come back one after the other; they share a transaction again.
func TestWhoSharedATransactionSharesTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{do: takes(time.Millisecond)}
		in, _ := newIntake(t, l)
		const senders = 5
		var wg sync.WaitGroup
		wg.Go(func() { _ = in.Receive(t.Context(), alertNamed("A")) })
		synctest.Wait() // this one is stored alone; the senders gather behind it
		for i := range senders {
			wg.Go(func() {
				for range 4 {
					if err := in.Receive(t.Context(), alertNamed("A")); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Duration(i) * 50 * time.Microsecond)
				}
			})
		}
		wg.Wait()
		if got, most := l.transactions(), 6; got > most {
			t.Errorf("%d deliveries took %d transactions, want at most %d", l.stored(), got, most)
		}
	})
}

func TestAfterASharedTransactionADeliveryAloneWaitsHalfAMillisecondOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, _ := newIntake(t, &ledger{do: takes(time.Millisecond)})
		var wg sync.WaitGroup
		for range 9 { // the first alone; the others come while it is under way, and go together
			wg.Go(func() { _ = in.Receive(t.Context(), alertNamed("A")) })
			synctest.Wait()
		}
		wg.Wait()
		for _, want := range []time.Duration{1500 * time.Microsecond, time.Millisecond} {
			start := time.Now()
			if err := in.Receive(t.Context(), alertNamed("A")); err != nil || time.Since(start) != want {
				t.Errorf("%v after %v, want %v", err, time.Since(start), want)
			}
		}
	})
}
