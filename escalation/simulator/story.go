package simulator

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Event is one line of the story.
type Event struct {
	At       time.Time
	Incident int64
	Kind     Kind
	Severity alerting.Severity // of the incident, after the event
	State    alerting.State    // the same
	Round    int               // of the plan, after the event
	Step     int               // of the plan, counted from 1; 0: none of it
	Role     string            // that the step names
	Person   string            // who is told, given the incident or passed over; or who did it
	Channel  escalation.Channel
	Says     string // what a step's page says of why it comes; else the timeline's words
	Reason   string
	Verb     escalation.Verb // of an answer that was refused or changed nothing
	Due      string          // why the step is due when it is, in words; empty for wall time
	// Otherwise says what comes instead of a page that its channel does not accept; empty if nobody looks.
	Otherwise string
	Lost      bool // a page that its channel is assumed not to accept
}

// Kind says what an event tells of.
type Kind string

// Kinds of event.
const (
	Page        Kind = "page"      // a page leaves
	Assign      Kind = "assign"    // somebody is given the incident; with a channel: and told so over it
	Skip        Kind = "skip"      // a step is not needed; with a person: a page that waited is not
	Pass        Kind = "pass"      // a step's role names somebody who is not told
	Nobody      Kind = "nobody"    // a step fires and tells nobody
	Collapse    Kind = "told_once" // a step fires with a later one, which tells its person
	Opened      Kind = "open"
	Fire        Kind = "fire" // an alert joins, or fires again
	End         Kind = "end"  // an alert ends, others go on
	Severity    Kind = "severity"
	Acknowledge Kind = "acknowledge"
	Resolve     Kind = "resolve"
	Reopen      Kind = "reopen"
	Escalate    Kind = "escalate"
	Snooze      Kind = "snooze"
	Wake        Kind = "wake" // a snooze is over, or an acknowledgement went quiet
	Merge       Kind = "merge"
	Split       Kind = "split"
	Pause       Kind = "pause"
	Continue    Kind = "continue"
	Note        Kind = "note"
	Remind      Kind = "remind"    // a page leaves: what is acknowledged is still open
	Clear       Kind = "clear"     // a page leaves: it is resolved
	Failover    Kind = "failover"  // a page that was not accepted goes another way
	Place       Kind = "place"     // a place besides people is told of the incident; Person is its ID
	Refused     Kind = "refused"   // an answer that may not be given, and why
	Unchanged   Kind = "unchanged" // an answer that changed nothing: it was so already
	Stuck       Kind = "stuck"     // the machine finds no end at this moment: a fault of its own
)

// kinds are the timeline's kinds that the story tells in its own words or as they are.
func kindOf(k alerting.Kind) (Kind, bool) {
	switch k {
	case alerting.KindOpened:
		return Opened, true
	case alerting.KindAlertFiring:
		return Fire, true
	case alerting.KindAlertResolved:
		return End, true
	case alerting.KindSeverity:
		return Severity, true
	case alerting.KindAcknowledged:
		return Acknowledge, true
	case alerting.KindResolved:
		return Resolve, true
	case alerting.KindReopened:
		return Reopen, true
	case alerting.KindEscalated:
		return Escalate, true
	case alerting.KindSnoozed:
		return Snooze, true
	case alerting.KindAwake:
		return Wake, true
	case alerting.KindMerged:
		return Merge, true
	case alerting.KindSplit:
		return Split, true
	case alerting.KindPaused:
		return Pause, true
	case alerting.KindContinued:
		return Continue, true
	case alerting.KindNote:
		return Note, true
	case alerting.KindFailover:
		return Failover, true
	}
	return "", false // steps and pages are told from the plan and the orders themselves
}
