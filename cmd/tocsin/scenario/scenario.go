package scenario

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// Scenario is one story that must come true.
type Scenario struct {
	Name        string
	Line        int // in its file
	At          time.Time
	Alerts      []Alert
	Opens       []Open // incidents that people open
	Answers     []simulator.Answer
	Lost        []simulator.Loss // pages that are not accepted
	For         time.Duration    // how far to look; 0: simulator.Week
	Expect      []Expectation
	NothingElse bool // nobody else is told or given anything
}

// Alert is something that fires.
type Alert struct {
	After       time.Duration // from Scenario.At
	Until       time.Duration // when it ends, from Scenario.At; 0: never
	Labels      alerting.Labels
	Annotations alerting.Labels
	Payload     string // a file with what a source would send, instead of labels; relative to the scenario file
	Line        int
}

// Open is an incident that somebody opens by hand.
type Open struct {
	After  time.Duration // from Scenario.At
	Manual escalation.Manual
}

// Expectation is one thing that must happen.
type Expectation struct {
	At   time.Time
	Line int
	Kind simulator.Kind // Page, Assign, Remind, Clear, Skip, Opened, Failover, Pause, Wake, Resolve, Merge, Severity, Refused or State

	Incident int64                // its number; 0: any, and for State the first
	Person   string               // who is told, or who does it; "": anybody
	Role     string               // for Skip; else "": any
	Over     []escalation.Channel // all of them and no others; nil: whichever
	Says     *string              // the step's words, "" for none; nil: whichever
	Because  string               // what stands in the reason; "": anything
	Severity alerting.Severity    // for Opened and Severity
	Verb     escalation.Verb      // for Refused
	State    alerting.State       // for State
}

// State is the kind of an expectation of how an incident stands at a moment, which is no event.
const State simulator.Kind = "state"

// Decoder reads what a source would send at a moment.
type Decoder func(body []byte, at time.Time) ([]alerting.Event, error)
