// Package maintenance says when planned work goes on: recurring windows in local time, and which alerts
// they are about. All is pure: the moment is an argument, nothing reads a clock.
package maintenance

import (
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Window recurs. It is made by Parse, must not be changed, and is safe for concurrent use.
type Window struct {
	Name  string
	Match labels.Matchers // of an incident's labels; all must match
	Lasts time.Duration   // on the wall clock
	every schedule
}

// schedule is when a window begins.
type schedule interface {
	// Next is the first beginning after t; zero if there is none.
	Next(t time.Time) time.Time
}

// Active is when the occurrence of w that lasts at t ends; ok is false if none does.
func (w Window) Active(t time.Time) (until time.Time, ok bool) {
	if w.every == nil {
		return time.Time{}, false
	}
	begin := w.every.Next(t.Add(-w.Lasts))
	if begin.IsZero() || begin.After(t) {
		return time.Time{}, false
	}
	return begin.Add(w.Lasts), true
}
