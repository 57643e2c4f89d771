package notifiers

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Page is one message to one person over one channel about one incident; or about none, if Message is set.
type Page struct {
	ID         int64
	IncidentID int64
	Round      int
	Step       int // index in the plan
	Kind       escalation.StepKind
	Role       string
	Person     string // a person's ID
	Channel    escalation.Channel
	Severity   alerting.Severity
	State      PageState
	Until      escalation.Until
	Says       string          // why this page comes, from the matrix
	Reason     alerting.Reason // why this person, over this channel
	CreatedAt  time.Time
	Tries      int // attempts so far
	Attempts   []Attempt
	Message    *escalation.Message // of kind "message", whose IncidentID is 0: all there is to say; else nil
}

// PageState is where a page stands.
type PageState string

// States of a page.
const (
	Queued    PageState = "queued"    // waits for its next attempt
	Sending   PageState = "sending"   // a replica holds it
	Sent      PageState = "sent"      // the provider accepted it
	Delivered PageState = "delivered" // the provider says that it arrived
	Failed    PageState = "failed"    // given up
	Unknown   PageState = "unknown"   // the provider may have it; waits for a receipt or the next attempt
	Skipped   PageState = "skipped"   // no longer needed when it was to leave
)

// Attempt is one try at sending a page.
type Attempt struct {
	ID             string // a UUID; rides in the provider's callback URL
	At             time.Time
	FinishedAt     time.Time // zero while under way
	Outcome        Outcome
	ProviderID     string
	Error          string
	PossibleRepeat bool // the attempt before it may have arrived
}

// Outcome is what came of an attempt.
type Outcome string

// Outcomes of an attempt.
const (
	OutcomeSending   Outcome = "sending"
	OutcomeSent      Outcome = "sent"
	OutcomeDelivered Outcome = "delivered"
	OutcomeFailed    Outcome = "failed"
	OutcomeUnknown   Outcome = "unknown"
	OutcomeSkipped   Outcome = "skipped"

	// OutcomeUntried is of a claim that was given back without an attempt: nothing of it is stored.
	OutcomeUntried Outcome = "untried"
)
