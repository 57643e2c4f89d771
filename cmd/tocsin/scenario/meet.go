package scenario

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// String is an expectation as one line of a difference, its time left out.
func (x Expectation) String() string {
	var b strings.Builder
	b.WriteString(x.what())
	if x.Incident != 0 {
		fmt.Fprintf(&b, " of #%d", x.Incident)
	}
	if x.Over != nil {
		fmt.Fprintf(&b, " over %s", simulator.Channels(x.Over))
	}
	if x.Says != nil {
		fmt.Fprintf(&b, " says %q", *x.Says)
	}
	if x.Because != "" {
		fmt.Fprintf(&b, " because %q", x.Because)
	}
	return b.String()
}

func (x Expectation) what() string {
	switch x.Kind {
	case simulator.Skip:
		return "skip " + x.Role
	case simulator.Opened:
		return "open " + x.Severity.String()
	case simulator.Severity:
		return "severity " + x.Severity.String() + by(x.Person)
	case simulator.Refused:
		return "refused " + string(x.Verb) + by(x.Person)
	case simulator.Pause, simulator.Resolve, simulator.Merge, simulator.Wake:
		return string(x.Kind) + by(x.Person)
	case simulator.Failover:
		return string(x.Kind)
	case State:
		return "state " + string(x.State)
	}
	if x.Role != "" {
		return fmt.Sprintf("%s %s as %s", x.Kind, x.Person, x.Role)
	}
	return fmt.Sprintf("%s %s", x.Kind, x.Person)
}

func by(who string) string {
	if who == "" {
		return ""
	}
	return " by " + who
}

// met reports whether something that happened is what is expected.
func (x Expectation) met(h happening) bool {
	switch {
	case x.Kind != h.Kind || !x.At.Equal(h.At):
		return false
	case x.Incident != 0 && x.Incident != h.Incident:
		return false
	case x.Person != "" && x.Person != h.Person || x.Role != "" && x.Role != h.Role:
		return false
	case (x.Kind == simulator.Opened || x.Kind == simulator.Severity) && x.Severity != h.Severity:
		return false
	case x.Verb != h.Verb:
		return false
	case x.Says != nil && *x.Says != h.Says:
		return false
	}
	return (x.Over == nil || sameChannels(x.Over, h.Over)) && strings.Contains(h.Reason, x.Because)
}

// stateAt is how an incident stands at a moment, after all that happens then; empty if there is none yet.
func stateAt(story []simulator.Event, incident int64, at time.Time) (s alerting.State) {
	for _, e := range story {
		if e.Incident == max(incident, 1) && !e.At.After(at) {
			s = e.State
		}
	}
	return s
}

func sameChannels(a, b []escalation.Channel) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// since is a moment of a scenario: its local time, and how long after the start.
func since(at, start time.Time, zone *time.Location) string {
	return fmt.Sprintf("%s (+%s)", at.In(zone).Format("Mon 2006-01-02 15:04:05 MST"), at.Sub(start))
}
