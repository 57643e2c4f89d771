package notifiers

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/escalation"
)

func TestAReceiverThatHangsHoldsAQuarterOfTheSlotsAndAnotherPersonsPageLeavesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		addresses := map[string]string{"live": "https://live.example/hook"}
		for i := range 40 {
			addresses[fmt.Sprintf("dead%d", i)] = fmt.Sprintf("https://dead.example/%d", i)
		}
		var live time.Time
		p := newHooks(t, addresses, func(ctx context.Context, n Notice, call int) (Receipt, error) {
			if n.Person.ID == "live" {
				live = time.Now()
				return Receipt{}, nil
			}
			return hang(ctx, n, call)
		})
		for i := range 40 { // of one host, though of many people
			p.hook(fmt.Sprintf("dead%d", i), int64(i+1))
		}
		start := time.Now()
		p.hook("live", 100)
		p.pass(time.Second)
		if live.IsZero() || live.Sub(start) > time.Second {
			t.Errorf("the other's page left at %v", live)
		}
		if n := len(p.sender.sent()); n != destinationSlots+1 {
			t.Errorf("%d messages are under way or were, want %d", n, destinationSlots+1)
		}
	})
}

func TestOnePersonsPagesHoldAQuarterOfAChannelsSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, after(10*time.Second))
		p.page(span(40)...)
		p.crowd(100)
		p.pass(time.Second)
		if n := len(p.sender.sent()); n != destinationSlots+1 {
			t.Errorf("%d are under way", n)
		}
		p.pass(time.Minute)
		if n := len(p.outbox.done()); n != 41 {
			t.Errorf("%d of 41 are done", n)
		}
	})
}

// slowDown asks to be left alone for half a minute, once.
func slowDown(_ context.Context, _ Notice, call int) (Receipt, error) {
	if call > 1 {
		return Receipt{}, nil
	}
	return Receipt{}, &Failure{Class: Temporary, Code: "429", RetryAfter: 30 * time.Second, Err: errors.New("slow down")}
}

func TestWhatAsksToBeLeftAloneIsByAllPagesOfTheChannelUntilThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, slowDown)
		other := NewDispatcher(Lane{escalation.SMS, false}, Options{Breaker: p.breaker, Log: p.d.log})
		p.page(1)
		for i := range int64(20) {
			p.crowd(100 + i)
			p.pass(time.Second)
		}
		if n := len(p.sender.sent()); n != 1 {
			t.Errorf("%d calls while it is to be left alone", n)
		}
		if n := other.breaker.admits(5); n != 0 {
			t.Errorf("the other lane may send %d", n)
		}
		p.pass(30 * time.Second)
		if n := len(p.sender.sent()); n != 22 {
			t.Errorf("%d calls afterwards, want 22", n)
		}
		for _, n := range p.sender.sent()[1:] {
			if n.Page.ID != 1 && n.Page.Tries != 1 {
				t.Errorf("waiting counted as a try: %+v", n.Page)
			}
		}
	})
}

func TestAHostThatAsksToBeLeftAloneRestsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		calls := map[string]int{}
		p := newHooks(t, map[string]string{"ada": "https://busy.example/a", "bob": "https://busy.example/b", "cyd": "https://well.example/c"},
			func(ctx context.Context, n Notice, _ int) (Receipt, error) {
				mu.Lock()
				calls[n.Person.ID]++
				asked := calls["ada"] + calls["bob"]
				mu.Unlock()
				if n.Person.ID == "cyd" {
					return Receipt{}, nil
				}
				return slowDown(ctx, n, asked)
			})
		called := func() map[string]int {
			mu.Lock()
			defer mu.Unlock()
			return maps.Clone(calls)
		}
		p.hook("ada", 1)
		p.hook("bob", 2)
		p.hook("cyd", 3)
		p.pass(20 * time.Second)
		if got := called(); got["ada"] != 1 || got["bob"] != 0 || got["cyd"] != 1 {
			t.Errorf("while it rests: %v", got)
		}
		p.pass(15 * time.Second)
		if got := called(); got["ada"] != 2 || got["bob"] != 1 {
			t.Errorf("afterwards: %v", got)
		}
	})
}
