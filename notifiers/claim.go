package notifiers

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"tocsin/alerting"
)

// Claim is a page that this replica holds for one attempt, or several that leave in one message.
type Claim struct {
	Page           Page
	AttemptID      string   // names the message, and the attempt of the page that led it when it was claimed
	PossibleRepeat bool     // an attempt of Page before this one may have arrived
	Joined         []Joined // further pages of the same person that leave in the same message, the worst first
	Digest         bool     // all of them waited for a set hour
}

// Joined is a page that another one leads.
type Joined struct {
	Page           Page
	AttemptID      string
	PossibleRepeat bool // an attempt before this one may have arrived
}

// Slots is how many messages a claim may take.
type Slots struct {
	Messages int            // in all
	Each     int            // to one person; 0: as many as there are
	Taken    map[string]int // of Each: those under way already, by person
}

// Left is how many messages may still go to a person.
func (s Slots) Left(person string) int {
	if s.Each == 0 {
		return s.Messages
	}
	return max(s.Each-s.Taken[person], 0)
}

// Full are the people who get no more messages, in no order.
func (s Slots) Full() []string {
	out := []string{}
	for person := range s.Taken {
		if s.Left(person) == 0 {
			out = append(out, person)
		}
	}
	return out
}

// Pages are all pages of the message, the worst first.
func (c Claim) Pages() []Page {
	pages := []Page{c.Page}
	for _, j := range c.Joined {
		pages = append(pages, j.Page)
	}
	return pages
}

// PageIDs are the numbers of Pages.
func (c Claim) PageIDs() []int64 {
	ids := []int64{c.Page.ID}
	for _, j := range c.Joined {
		ids = append(ids, j.Page.ID)
	}
	return ids
}

// Tokens are the attempts of Pages, of which each names its page's claim: writes check it.
func (c Claim) Tokens() []string {
	tokens := []string{c.AttemptID}
	for _, j := range c.Joined {
		tokens = append(tokens, j.AttemptID)
	}
	return tokens
}

// repeat reports whether a page of the claim may have arrived before.
func (c Claim) repeat(page int64) bool {
	for _, j := range c.Joined {
		if j.Page.ID == page {
			return j.PossibleRepeat
		}
	}
	return c.PossibleRepeat && c.Page.ID == page
}

// Incidents are those that the message is about, each once.
func (c Claim) Incidents() []int64 {
	var ids []int64
	for _, p := range c.Pages() {
		ids = append(ids, p.IncidentID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
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
	Dropped    []Dropped       // pages of the claim that were left out
}

// Report is what a provider reports of a message after it has answered.
type Report struct {
	ProviderID string
	Outcome    Outcome      // sent, delivered or failed
	Error      string       // why it failed, as a sentence for people; else empty
	Class      FailureClass // of one that failed: Temporary if another try may arrive
}

// Dropped is a page that was not needed any more when its message was to leave. It is skipped, while the others
// are as the Finish says.
type Dropped struct {
	Page  int64
	Why   string
	Entry alerting.Entry
}

// Outbox holds pages that wait to be sent.
type Outbox interface {
	// ClaimPages takes due pages of a lane for this replica, worst and oldest first, in as many messages as there
	// are slots for, and notes an attempt for each page. What the rate does not allow now waits until it does, and
	// its channel has as much longer to accept it; what has no slot stays due.
	ClaimPages(ctx context.Context, l Lane, s Slots, r Rate) ([]Claim, error)
	// Recheck reads the claim and its page's incident again; held is false if the claim is no longer ours.
	Recheck(ctx context.Context, c Claim) (b Brief, held bool, err error)
	// Gathered is Recheck of a claim of several pages: a brief for each of them, in the order of Pages, without
	// alerts. held is false if one of them is no longer ours.
	Gathered(ctx context.Context, c Claim) (bs []Brief, held bool, err error)
	// FinishPage stores what came of a claim, if it is still ours. With OutcomeUntried the page is as it
	// was before the claim, but for its next time.
	FinishPage(ctx context.Context, f Finish) error
	// NextPage is how long until the lane's next page is due to somebody not among full; ok is false if none waits.
	NextPage(ctx context.Context, l Lane, full []string) (wait time.Duration, ok bool, err error)
}
