package notifiers

import (
	"context"
	"encoding/json"
	"time"

	"tocsin/alerting"
)

// Claim is a page that this replica holds for one attempt.
type Claim struct {
	Page           Page
	AttemptID      string // names the claim too: writes check it
	PossibleRepeat bool   // the attempt before this one may have arrived
}

// Finish is what came of a claim. Storing it gives the page back.
type Finish struct {
	Claim      Claim
	State      PageState
	Outcome    Outcome
	ProviderID string
	Error      string
	Retry      time.Duration   // until the next attempt, for Queued and Unknown
	Ref        json.RawMessage // where the message can be edited, if it can
	Rev        int64           // the incident's rev that the message shows
	Entry      alerting.Entry  // for the timeline; its time is set when it is stored
}

// Outbox holds pages that wait to be sent.
type Outbox interface {
	// ClaimPages takes at most limit due pages of a lane, worst and oldest first, for this replica, and
	// notes an attempt for each.
	ClaimPages(ctx context.Context, l Lane, limit int) ([]Claim, error)
	// Recheck reads the claim and its incident again; held is false if the claim is no longer ours.
	Recheck(ctx context.Context, c Claim) (b Brief, held bool, err error)
	// FinishPage stores what came of a claim, if it is still ours. With OutcomeUntried the page is as it
	// was before the claim, but for its next time.
	FinishPage(ctx context.Context, f Finish) error
	// NextPage is how long until the lane's next page is due; ok is false if none waits.
	NextPage(ctx context.Context, l Lane) (wait time.Duration, ok bool, err error)
}
