package notifiers

import (
	"tocsin/alerting"
	"tocsin/escalation"
)

// Lane is a queue of pages with senders of its own: one channel's, for P0 or for the rest, so that a
// P0 never waits behind a P3.
type Lane struct {
	Channel escalation.Channel
	Urgent  bool // P0
}

// LaneOf is the lane that a page leaves by.
func LaneOf(c escalation.Channel, s alerting.Severity) Lane { return Lane{c, s == alerting.P0} }

// Severities are those that the lane carries.
func (l Lane) Severities() []alerting.Severity {
	if l.Urgent {
		return []alerting.Severity{alerting.P0}
	}
	return []alerting.Severity{alerting.P1, alerting.P2, alerting.P3}
}

func (l Lane) String() string {
	if l.Urgent {
		return string(l.Channel) + "-urgent"
	}
	return string(l.Channel)
}
