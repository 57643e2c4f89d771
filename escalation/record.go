package escalation

import (
	"time"

	"tocsin/alerting"
)

// Record is what happened in a stretch of time, as far as the machine was told of it, and whom it paged
// then. A replay hands the first to another policy and compares the second. Each list is in the order in
// which it happened.
type Record struct {
	Arrivals  []RecordedArrival
	Answers   []RecordedAnswer
	Pages     []RecordedPage
	Incidents []alerting.Incident // unresolved at some time of the stretch, as they are now; by number
}

// RecordedArrival is a delivery that meant something: repeats and what came too late are not recorded.
type RecordedArrival struct {
	At       time.Time
	Event    alerting.Event
	Incident int64   // that it belonged to; 0: none
	Judged   *Judged // for an alert of Tocsin's own; nil: the configuration says what the event means
}

// OwnSource is the source of what Tocsin tells of itself. No configuration judges such alerts.
const OwnSource = "tocsin"

// Judged is what an alert meant when it came: which incident it belonged to, and how bad it was.
type Judged struct {
	Key      string            `json:"key"`
	Title    string            `json:"title"`
	Severity alerting.Severity `json:"severity"`
	Reason   alerting.Reason   `json:"reason"`
}

// JudgedOf is what an arrival says beyond its event, for one of Tocsin's own; nil for others, which another
// configuration may judge otherwise.
func JudgedOf(a alerting.Arrival) *Judged {
	if a.Source != OwnSource {
		return nil
	}
	return &Judged{a.Key, a.Title, a.Severity, a.Reason}
}

// Arrive is the delivery as it arrives under a policy.
func (r RecordedArrival) Arrive(p *Policy) alerting.Arrival {
	a := r.Event.Arrive(&p.Classifier, p.GroupBy)
	if j := r.Judged; j != nil {
		a.Key, a.Title, a.Severity, a.Reason = j.Key, j.Title, j.Severity, j.Reason
	}
	return a
}

// RecordedAnswer is what somebody did that was not refused. A note's text may be cut short.
type RecordedAnswer struct {
	At       time.Time
	Incident int64
	Answer   Answer
	Manual   *Manual // for Open: the incident that was opened by hand; else nil
	Split    int64   // for Split: the incident that was split off; else 0
}

// RecordedPage is a page of a step or an answer as it was ordered, whatever came of it: no reminder, all clear or
// failover.
type RecordedPage struct {
	At       time.Time
	Leaves   time.Time // when it was first tried, or is to be
	Skipped  bool      // not needed any more by then
	Until    Until
	Incident int64
	Round    int
	Step     int // index in the plan; negative: beside it
	Kind     StepKind
	Role     string
	Person   string
	Channel  Channel
	Severity alerting.Severity
}
