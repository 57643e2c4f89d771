package notifiers

import (
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"
)

// trying reports whether the message that a half-open circuit lets through is under way.
func trying(c *gobreaker.CircuitBreaker[Receipt]) bool {
	n := c.Counts()
	return n.Requests > n.TotalExclusions
}

// errTrialHangs is what the circuit is told of a trial that has no answer yet.
var errTrialHangs = errors.New("the message that tries has no answer yet")

// guarded makes a call through a circuit. The call that tries a half-open one counts as failed once it has taken
// trialPatience; it goes on all the same, and what comes of it is returned: cut off, nobody would know whether it
// has arrived.
func guarded(c *gobreaker.CircuitBreaker[Receipt], call func() (Receipt, error)) (r Receipt, err error) {
	done := make(chan struct{})
	made := false
	_, counted := c.Execute(func() (Receipt, error) {
		made = true
		if c.State() != gobreaker.StateHalfOpen {
			defer close(done)
			r, err = call()
			return r, err
		}
		go func() { defer close(done); r, err = call() }()
		select {
		case <-done:
			return r, err
		case <-time.After(trialPatience):
			return Receipt{}, errTrialHangs
		}
	})
	if !made {
		return Receipt{}, counted
	}
	<-done
	return r, err
}

// hostOf is what the addresses of one host have in common: "https://hooks.example.com", "telegram://telegram". An
// address that names none is its own.
func hostOf(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return address
	}
	return strings.ToLower(u.Scheme + "://" + u.Host)
}
