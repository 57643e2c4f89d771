package alerting

import "time"

// State is where an incident stands.
type State string

// The states of an incident. escalation/README.md draws the transitions.
const (
	StateOpen         State = "open"
	StateAcknowledged State = "acknowledged"
	StateResolved     State = "resolved"
)

// Incident is what people respond to: the alerts that share a dedup key.
type Incident struct {
	ID          int64 // its number: "#412"
	Key         string
	Title       string
	Severity    Severity
	State       State
	Labels      Labels
	AlertCount  int // fingerprints it has seen
	FiringCount int // of these, how many fire now
	Assignee    string
	Round       int   // 1 when it opens, one more each time its plan starts afresh
	Rev         int64 // grows with every change that people should see

	OpenedAt       time.Time // when Tocsin took in the alert that opened it
	AcknowledgedAt time.Time
	AcknowledgedBy string
	SnoozedUntil   time.Time // acknowledged until then; zero if not snoozed
	ResolvedAt     time.Time
	ResolvedBy     string
	HeardAt        time.Time // the last word or act of a person since it was acknowledged; zero if none
	MergedInto     int64     // resolved, because its alerts now belong to that incident; 0: not merged

	Reason Reason // why this severity
}

// Actor is who did something: a person of the directory, a local user, an API token, or Tocsin itself.
type Actor struct {
	Name string // the configuration's name for them: "system-admin", "manager"
	Via  string // how the answer came: "web", "api", "slack", "sms", "link", "alert", "engine"
	From string // the address that it came from, for the audit log; empty for the machine
	// Manages says that their role lets them answer for others. It is not stored.
	Manages bool
}

// Tocsin is the actor of what the machine does by itself.
var Tocsin = Actor{Name: "tocsin", Via: "engine"}

// Kind says what a timeline entry tells of.
type Kind string

// Kinds of timeline entry.
const (
	KindOpened        Kind = "opened"
	KindAlertFiring   Kind = "alert_firing" // an alert joined, or fires again
	KindAlertResolved Kind = "alert_resolved"
	KindSeverity      Kind = "severity"
	KindAcknowledged  Kind = "acknowledged"
	KindResolved      Kind = "resolved"
	KindReopened      Kind = "reopened"
	KindEscalated     Kind = "escalated" // a person asked for the next step at once
	KindAssigned      Kind = "assigned"
	KindSnoozed       Kind = "snoozed"
	KindAwake         Kind = "awake" // a snooze is over, or an acknowledgement went quiet
	KindMerged        Kind = "merged"
	KindSplit         Kind = "split"
	KindPaused        Kind = "paused"    // muted, or in a maintenance window
	KindContinued     Kind = "continued" // no longer
	KindNote          Kind = "note"
	KindStepFired     Kind = "step_fired"
	KindStepSkipped   Kind = "step_skipped"
	KindFailover      Kind = "failover" // a page that was not accepted goes another way
	KindReminded      Kind = "reminded" // still open
	KindPageSent      Kind = "page_sent"
	KindPageDelivered Kind = "page_delivered"
	KindPageFailed    Kind = "page_failed"
	KindPageUnknown   Kind = "page_unknown" // the provider may or may not have it
	KindPageSkipped   Kind = "page_skipped"
	KindPageHeld      Kind = "page_held" // the storm budget has put it off
)

// Entry is one line of an incident's timeline.
type Entry struct {
	ID     int64
	At     time.Time
	Kind   Kind
	Actor  Actor
	Text   string
	Reason Reason
}

// Query asks for incidents. Zero values do not restrict.
type Query struct {
	States     []State
	Severities []Severity
	Text       string // in title, dedup key and label values, whatever the case
	Assignee   string
	Since      time.Time // opened at or after
	Until      time.Time // opened before
	Limit      int       // 1 to 500; 0 is 50
	Cursor     string    // from a former answer; empty starts with the newest
}
