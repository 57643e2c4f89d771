package notifiers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Notice is all that a channel needs to write one message to one person. Where the page belongs to no
// incident, all that there is to say is in Message, and Brief has no more than the Locale.
type Notice struct {
	AttemptID      string
	PossibleRepeat bool
	Page           Page
	Person         escalation.Person
	ActURL         string // the person's own page to answer on, absolute; empty: none
	Brief          Brief
	Bundle         *Bundle // several pages in one message, of which Page is the worst; nil: Page alone
}

// Bundle is several pages of one person that leave as one message.
type Bundle struct {
	Total      int                 // incidents
	BySeverity [4]int              // P0 to P3
	Digest     bool                // it was due at a set hour, and interrupts nobody
	Kind       escalation.StepKind // what all of it is: remind or clear; page: it asks for somebody, or is a digest
	Items      []BundleItem
}

// BundleItem is one page of a bundle.
type BundleItem struct {
	Page           Page
	Incident       alerting.Incident
	PossibleRepeat bool // it may have arrived before; where that is so of all, the Notice says it
}

// BundleItems is how many items a Bundle lists, worst and oldest first.
const BundleItems = 20

// Brief is what there is to say of an incident at this moment.
type Brief struct {
	Incident alerting.Incident
	Plan     escalation.Plan
	Alerts   []alerting.Alert // at most BriefAlerts, worst and newest first; Incident.AlertCount has the total
	URL      string           // the incident's page, absolute
	Locale   Locale           // how its readers are told of times and people
	Untold   bool             // of an all clear: nothing of its round has left for its person over its channel
	Repeat   bool             // for Board's Post and Reply: an earlier try may have written the same
}

// BriefAlerts is how many alerts a Brief lists.
const BriefAlerts = 5

// Sender hands messages of one channel to its provider.
type Sender interface {
	// Send hands over one message and returns what the provider said. It honours ctx's deadline. An
	// error is a *Failure; any other error counts as temporary.
	Send(ctx context.Context, n Notice) (Receipt, error)
}

// Receipt is a provider's word that it has a message.
type Receipt struct {
	ProviderID string
	// Receipts says that the provider reports delivery later (Twilio's status callbacks). It is set
	// beside a Failure too, where a report may settle what the lost answer did not, and is worth waiting
	// for: not where the provider has answered that it broke.
	Receipts bool
	// Delivered says that the message is known to have arrived already.
	Delivered bool
	// Ref finds the message again where it can be edited (Slack); nil otherwise.
	Ref json.RawMessage
}

// Board is a channel that shows an incident in one message kept up to date, with its timeline below.
type Board interface {
	// Post writes the incident's message to the configured place.
	Post(ctx context.Context, b Brief) (ref json.RawMessage, err error)
	// Edit brings the message at ref up to date: the place's own, or one that Send returned a Ref for.
	Edit(ctx context.Context, ref json.RawMessage, b Brief) error
	// Reply adds timeline entries below the message at ref.
	Reply(ctx context.Context, ref json.RawMessage, b Brief, entries []alerting.Entry) error
}

// Renewer is a Board whose references say what has been told, so that they change with each edit.
type Renewer interface {
	// Renew is Board's Edit; it returns the reference to keep in ref's place, also beside an error.
	Renew(ctx context.Context, ref json.RawMessage, b Brief) (json.RawMessage, error)
}

// Rendered is a message as it would leave, for sandboxes and tests.
type Rendered struct {
	To      string
	Subject string
	Text    string
	HTML    string
	Payload json.RawMessage // Slack's blocks
}

// Renderer writes a channel's messages without sending them.
type Renderer interface {
	Render(n Notice) Rendered
}

// Failure is why a message did not (or may not) go out.
type Failure struct {
	Class      FailureClass
	Code       string        // the provider's own: "21211", "429", "invalid_auth", "550"
	RetryAfter time.Duration // what the provider asked for; 0 if nothing
	Err        error
}

// Codes of failures that say that a limit of our own held a message back: no sign of a sick provider.
const (
	CodeBudget = "budget" // a channel's budget of the day
	CodePaced  = "paced"  // a channel's own pace
)

// FailureClass decides what happens next.
type FailureClass uint8

// Classes of failure.
const (
	Temporary FailureClass = iota // refused or not reached; certainly not sent; try again
	Permanent                     // refused for good: the fault is the addressee's, or the message's own
	// Lost: may have been accepted. The answer was lost after the request had left, or says only that the
	// provider broke, which may have been after it took the message. The next try is a possible repeat.
	Lost
	// Misconfigured: refused, certainly not sent, and the fault is the channel's: its credentials, its
	// rights, its account, its sender, its address. No other message would fare better until somebody
	// mends that; it is tried again as if Temporary, so that it leaves when they have.
	Misconfigured
)

func (c FailureClass) String() string {
	return [...]string{"temporary", "permanent", "fate unknown", "the channel's own settings or account are at fault"}[c]
}

func (f *Failure) Error() string {
	if f.Code != "" {
		return fmt.Sprintf("%v (%s, %s)", f.Err, f.Code, f.Class)
	}
	return fmt.Sprintf("%v (%s)", f.Err, f.Class)
}

func (f *Failure) Unwrap() error { return f.Err }

// AsFailure finds the Failure in err; an error without one is temporary.
func AsFailure(err error) *Failure {
	if f, ok := errors.AsType[*Failure](err); ok {
		return f
	}
	return &Failure{Class: Temporary, Err: err}
}
