package notifiers

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sony/gobreaker/v2"
)

func TestATrialThatHangsHoldsUpTheChannelForThreeSecondsAndIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, func(ctx context.Context, n Notice, call int) (Receipt, error) {
			switch {
			case call <= breakAfter:
				return failing(Temporary)(ctx, n, call)
			case call == breakAfter+1:
				time.Sleep(9 * time.Second)
			}
			return Receipt{ProviderID: "SM"}, nil
		})
		p.page(span(breakAfter)...)
		p.outbox.drop() // these are not what is looked at
		start := time.Now()
		p.page(101)
		p.pass(2100 * time.Millisecond) // the breaker was open for 2 s, and this one tries
		p.page(102, 103)
		p.pass(2 * time.Second)
		if n, claims := len(p.sender.sent()), p.outbox.asked(); n != breakAfter+1 {
			t.Fatalf("%d calls while one tries, %d claims", n-breakAfter, claims)
		}
		p.pass(3500 * time.Millisecond) // 2 s + 3 s + 2 s, and what the loop sleeps
		if p.breaker.State() != gobreaker.StateClosed || len(p.sender.sent()) != breakAfter+3 {
			t.Errorf("%v after %v, %d calls", p.breaker.State(), time.Since(start), len(p.sender.sent())-breakAfter)
		}
		p.pass(10 * time.Second)
		calls := map[int64]int{}
		for _, n := range p.sender.sent() {
			calls[n.Page.ID]++
		}
		for _, f := range p.outbox.done() {
			if id := f.Claim.Page.ID; id > 100 && (f.State != Sent || calls[id] != 1) {
				t.Errorf("page %d: %s after %d calls", id, f.State, calls[id])
			}
		}
	})
}

func TestNothingIsClaimedWhileAMessageTries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, func(ctx context.Context, n Notice, call int) (Receipt, error) {
			if call > breakAfter {
				time.Sleep(2500 * time.Millisecond)
			}
			return failing(Temporary)(ctx, n, call)
		})
		p.page(span(100)...)
		p.pass(2500 * time.Millisecond)
		n := len(p.sender.sent())
		asked, finished := p.outbox.asked(), len(p.outbox.done())
		p.pass(time.Second)
		if p.outbox.asked() != asked || len(p.outbox.done()) != finished || len(p.sender.sent()) != n {
			t.Errorf("%d claims, %d of them given back, while one tries", p.outbox.asked()-asked, len(p.outbox.done())-finished)
		}
	})
}
