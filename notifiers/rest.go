package notifiers

import (
	"errors"
	"sync"
	"time"
)

// rests are until when nothing is sent, because the other side has asked for that: by host, by "" where the channel
// has one provider. It is safe for concurrent use.
type rests struct {
	mu    sync.Mutex
	until map[string]time.Time
}

// left is how much longer a host is to be left alone at now; zero if it is not.
func (r *rests) left(host string, now time.Time) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.until[host].Sub(now), 0)
}

// heed takes to heart what came of a call that ended at now.
func (r *rests) heed(host string, err error, now time.Time) {
	asked := restAsked(err)
	if asked == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until == nil {
		r.until = map[string]time.Time{}
	}
	for other, until := range r.until {
		if !until.After(now) {
			delete(r.until, other)
		}
	}
	if until := now.Add(asked); until.After(r.until[host]) {
		r.until[host] = until
	}
}

// restAsked is for how long a provider that has refused a message for now has asked to be left alone (Retry-After).
// The limits of our own ask nothing of the others.
func restAsked(err error) time.Duration {
	if err == nil {
		return 0
	}
	f := AsFailure(err)
	if f.Class != Temporary || f.Code == CodeBudget || f.Code == CodePaced {
		return 0
	}
	return f.RetryAfter
}

// resting is why a message is kept back from a provider that rests.
func resting(wait time.Duration) error {
	return &Failure{Class: Temporary, Code: CodePaced, RetryAfter: wait, Err: errors.New("the provider has asked to be left alone for now")}
}
