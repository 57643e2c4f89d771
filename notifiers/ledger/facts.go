package ledger

import (
	"encoding/json"
	"fmt"
	"time"
)

// Facts are what an entry's Data says; what its kind does not tell of is zero.
type Facts struct {
	// Of what was intended.
	Round     int       `json:"round"`
	Step      int       `json:"step"`
	Kind      string    `json:"kind"`
	Role      string    `json:"role"`
	Severity  int       `json:"severity"`
	Why       string    `json:"why"` // in words
	Rule      string    `json:"rule"`
	NotBefore time.Time `json:"not_before"`

	// Of an attempt, and what came of it.
	Try            int    `json:"try"`
	PossibleRepeat bool   `json:"possible_repeat"`
	Bundle         string `json:"bundle"`  // the attempt of the page that led the message; empty: its own
	Outcome        string `json:"outcome"` // of an answer: "changed", or "nothing: " and why
	ProviderID     string `json:"provider_id"`
	Error          string `json:"error"`
	PageState      string `json:"page"`
	Reported       bool   `json:"reported"` // the provider had reported before it answered
	Report         string `json:"report"`   // of a receipt: how far the provider's reports have come by it
	Event          string `json:"event"`    // of a receipt: what it tells of the call

	// Of an answer.
	Audit  int64  `json:"audit"` // its line in the audit log
	Action string `json:"action"`
	State  string `json:"state"` // of the incident after it
	Whom   string `json:"whom"`  // that it named
	Until  string `json:"until"`

	Noted string `json:"noted"` // when it was noted, if that was later
}

// Facts reads the entry's Data. An error means that it is not as Tocsin writes it.
func (e Entry) Facts() (Facts, error) {
	var f Facts
	if err := json.Unmarshal([]byte(e.Data), &f); err != nil {
		return f, fmt.Errorf("what it says cannot be read: %w", err)
	}
	return f, nil
}
