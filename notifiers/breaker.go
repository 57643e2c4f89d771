package notifiers

import (
	"strconv"
	"sync"
	"time"

	"tocsin/escalation"

	"github.com/sony/gobreaker/v2"
)

const (
	// breakAfter is how many failures in a row open a breaker: a provider that takes one message in four is still
	// worth asking, and has five failures in a row all the time.
	breakAfter = 10
	// breakFor is how long nothing is sent then, before one message tries.
	breakFor = 2 * time.Second
	// trialPatience is how long the channel waits for the answer to that message.
	trialPatience = 3 * time.Second
	// forgetAfter is how long a host that nothing has been sent to is remembered with its failures: longer than any
	// page waits for its next try.
	forgetAfter = 15 * time.Minute
)

// Breaker is a channel's circuit breaker: after ten failures in a row that are the provider's or the channel's own
// (its credentials, say), nothing is sent for two seconds, then one message tries. One is enough: of a provider that
// takes every other message several in a row would seldom be taken. Its answer is waited for three seconds, so that
// one call that hangs holds up the channel no longer than that and the next two.
//
// A Permanent failure is one message's, and counts as an answer of a provider that is well; so does a day's budget
// that is used up. What waits for the channel's own pace says nothing of the provider.
//
// The addresses of webhook and url are people's own, so that there is a circuit for each host: one that is gone shuts
// nobody else off. There an answer that refuses the address (401, 404, a redirect) counts as one of a host that is
// well. What asks to be left alone for a while (429 with Retry-After) is, by all lanes. A host is remembered while
// messages to it are under way or have failed, at most 15 minutes after the last.
// It is safe for concurrent use.
type Breaker struct {
	channel escalation.Channel
	rests   rests

	mu       sync.Mutex
	circuits map[string]*circuit // by host; by "" where the channel has one provider
}

// circuit is the breaker of one host.
type circuit struct {
	*gobreaker.CircuitBreaker[Receipt]
	under int       // calls under way
	used  time.Time // when the last one began or ended
}

// NewBreaker makes a channel's breaker, for all of its lanes.
func NewBreaker(c escalation.Channel) *Breaker {
	return &Breaker{channel: c, circuits: map[string]*circuit{}}
}

// byHost reports whether a channel's addresses are hosts of people's own.
func byHost(c escalation.Channel) bool { return c == escalation.Webhook || c == escalation.URL }

// State is where the channel stands: its worst host, if it has several.
func (b *Breaker) State() gobreaker.State {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.forget(time.Now())
	worst := gobreaker.StateClosed
	for _, c := range b.circuits {
		switch s := c.State(); {
		case s == gobreaker.StateOpen:
			return s
		case s == gobreaker.StateHalfOpen:
			worst = s
		}
	}
	return worst
}

// admits is how many of free messages the channel may be given at the moment. Where each host has a circuit of its
// own, only a message shows whether its host rests.
func (b *Breaker) admits(free int) int {
	if byHost(b.channel) {
		return free
	}
	c := b.take("", time.Now())
	defer b.release("", c)
	switch {
	case b.rests.left("", time.Now()) > 0, c.State() == gobreaker.StateOpen:
		return 0
	case c.State() == gobreaker.StateHalfOpen:
		if trying(c.CircuitBreaker) {
			return 0
		}
		return min(free, 1)
	}
	return free
}

// circuitOf names the circuit of an address.
func (b *Breaker) circuitOf(address string) string {
	if byHost(b.channel) {
		return hostOf(address)
	}
	return ""
}

// guarded makes a call to an address through its circuit, unless its provider has asked to be left alone. call must
// end by itself, and not panic.
func (b *Breaker) guarded(address string, call func() (Receipt, error)) (Receipt, error) {
	host := b.circuitOf(address)
	if wait := b.rests.left(host, time.Now()); wait > 0 {
		return Receipt{}, resting(wait)
	}
	c := b.take(host, time.Now())
	defer b.release(host, c)
	r, err := guarded(c.CircuitBreaker, call)
	b.rests.heed(host, err, time.Now())
	return r, err
}

// take is the circuit of a host, which stays until it is released.
func (b *Breaker) take(host string, now time.Time) *circuit {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.circuits[host]
	if c == nil {
		b.forget(now)
		c = &circuit{CircuitBreaker: newCircuit(b.channel)}
		b.circuits[host] = c
	}
	c.under++
	c.used = now
	return c
}

func (b *Breaker) release(host string, c *circuit) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c.under--
	c.used = time.Now()
	if c.rests() {
		delete(b.circuits, host)
	}
}

// forget drops the hosts that nothing has been sent to for long.
func (b *Breaker) forget(now time.Time) {
	for host, c := range b.circuits {
		if host != "" && c.under == 0 && now.Sub(c.used) >= forgetAfter {
			delete(b.circuits, host)
		}
	}
}

// rests reports whether a circuit has nothing to remember.
func (c *circuit) rests() bool {
	return c.under == 0 && c.State() == gobreaker.StateClosed && c.Counts().ConsecutiveFailures == 0
}

func newCircuit(channel escalation.Channel) *gobreaker.CircuitBreaker[Receipt] {
	return gobreaker.NewCircuitBreaker[Receipt](gobreaker.Settings{
		Name:         string(channel),
		MaxRequests:  1,
		Timeout:      breakFor,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= breakAfter },
		IsSuccessful: func(err error) bool { return answered(channel, err) },
		IsExcluded:   paced,
	})
}

// answered reports whether what came of a call says that the other side is well.
func answered(channel escalation.Channel, err error) bool {
	if err == nil {
		return true
	}
	f := AsFailure(err)
	switch f.Class {
	case Permanent:
		return true
	case Temporary:
		return f.Code == CodeBudget
	case Misconfigured:
		_, none := strconv.Atoi(f.Code) // the status of an answer, not a setting of our own that is missing
		return byHost(channel) && none == nil
	}
	return false
}
