package torturetest

import (
	"hash/fnv"
	"math/rand/v2"
	"time"

	"tocsin/notifiers/notifierstest"
)

// mix is how many of a hundred requests meet each fault; the rest is answered as it should be.
var mix = []struct {
	fault   notifierstest.Fault
	percent int
}{
	{notifierstest.ServerError, 30},
	{notifierstest.Hang, 20},
	{notifierstest.AcceptAndDrop, 10},
	{notifierstest.RateLimited, 5},
	{notifierstest.Trickle, 3},
	{notifierstest.Reset, 3},
	{notifierstest.Drop, 2},
}

// retryAfter is longer than P0 pages of one person gather, so that it is not kept by chance.
const retryAfter = 7 * time.Second

// chance is the same for a provider's request whenever the seed is.
func chance(seed uint64, provider string, request int) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(provider))
	return rand.New(rand.NewPCG(seed^h.Sum64(), uint64(request)))
}

// misbehave chooses the faults of a provider. The first request is asked to wait, so that one is in each run.
func misbehave(seed uint64, provider string) func(request int) notifierstest.Fault {
	return func(request int) notifierstest.Fault {
		if request == 1 {
			return notifierstest.RateLimited
		}
		at := chance(seed, provider, request).IntN(100)
		for _, m := range mix {
			if at -= m.percent; at < 0 {
				return m.fault
			}
		}
		return notifierstest.NoFault
	}
}

func (w *world) misbehave(seed uint64) {
	for name, p := range w.sick() {
		p.RetryAfter(retryAfter)
		p.FailBy(misbehave(seed, name))
	}
}

// lift ends all faults and returns when.
func (w *world) lift() time.Time {
	for _, p := range w.sick() {
		p.Lift()
	}
	return time.Now()
}

// provider is the part of a stand-in by which it misbehaves.
type provider interface {
	RetryAfter(time.Duration)
	FailBy(func(int) notifierstest.Fault)
	Lift()
	Met() []notifierstest.Met
}

// sick are the providers that misbehave.
func (w *world) sick() map[string]provider {
	return map[string]provider{"sms": w.phones, "voice": w.calls, "slack": w.slack, "email": w.mails}
}
