package notifiers

import (
	"math"
	"time"

	"tocsin/alerting"
)

// patience is how a page of some severity is tried again.
type patience struct {
	first, longest time.Duration // between attempts: doubling from first up to longest
	tries          int           // then it is given up; endless: never
}

// endless is the tries of a page that is never given up: it ends by arriving, by a refusal that is for
// good, or when its incident does not need it any more (Unneeded).
const endless = math.MaxInt

func patienceFor(s alerting.Severity) patience {
	switch s {
	case alerting.P0: // several tries within the half minute in which it is to reach somebody
		return patience{time.Second, 10 * time.Second, endless}
	case alerting.P1:
		return patience{time.Second, 30 * time.Second, endless}
	}
	return patience{10 * time.Second, 10 * time.Minute, 20}
}

// ReceiptWait is how long a P0 or P1 page whose answer was lost waits for a receipt, at least, before it
// is sent again, where the channel gives receipts.
const ReceiptWait = 5 * time.Second

// Backoff is how long a page of severity s waits after its tries-th attempt failed: exponential, spread
// by spread (0 <= spread < 1) over the upper half, and never before asked, which is what the provider
// asked for. ok is false when the page is to be given up, which a P0 or P1 never is.
func Backoff(s alerting.Severity, tries int, asked time.Duration, spread float64) (wait time.Duration, ok bool) {
	p := patienceFor(s)
	if tries >= p.tries {
		return 0, false
	}
	full := float64(p.first) * math.Pow(2, float64(max(tries-1, 0)))
	full = min(full, float64(p.longest))
	wait = time.Duration(full * (0.5 + spread/2))
	if wait < asked {
		wait = asked + time.Duration(spread*float64(time.Second))
	}
	return wait, true
}

// afterLost is how long a page waits after an attempt whose answer was lost: as Backoff says, but for a
// P0 or P1 whose receipt may still come.
func afterLost(s alerting.Severity, tries int, asked time.Duration, receipts bool, spread float64) (time.Duration, bool) {
	wait, ok := Backoff(s, tries, asked, spread)
	if ok && receipts && s <= alerting.P1 {
		wait = max(wait, ReceiptWait)
	}
	return wait, ok
}
