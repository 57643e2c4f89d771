package receive

import (
	"fmt"

	"tocsin/alerting"
)

// Batch is what one request held.
type Batch struct {
	Events   []alerting.Event // in the order in which they were sent
	Rejected []Rejection      // what no retry would make acceptable
	// Truncated counts the alerts that the sender says it left out (Alertmanager's max_alerts).
	Truncated uint64
}

// Rejection is one alert that was not taken, while others of its request may have been.
type Rejection struct {
	Index int    `json:"index"` // its place in the request, from 0
	Why   string `json:"why"`   // a sentence without its full stop; it may quote the start of what was sent
}

// Malformed says that a request as a whole can never be accepted, sent again or not.
type Malformed struct{ Why string }

func (m *Malformed) Error() string { return m.Why }

func malformed(format string, args ...any) error {
	return &Malformed{Why: fmt.Sprintf(format, args...)}
}
