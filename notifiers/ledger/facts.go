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
	Why       string    `json:"why"` // in words; of what was held too
	Rule      string    `json:"rule"`
	Reason    string    `json:"reason"` // SHA-256 of all of it, as it is stored
	NotBefore time.Time `json:"not_before"`

	// Of an attempt, and what came of it.
	Try            int    `json:"try"`
	PossibleRepeat bool   `json:"possible_repeat"`
	Bundle         string `json:"bundle"`  // the attempt of the page that led the message; empty: its own
	Outcome        string `json:"outcome"` // of an answer: "changed", or "nothing: " and why
	ProviderID     string `json:"provider_id"`
	Error          string `json:"error"`
	PageState      string `json:"page"`     // the page's state by it; empty: as its kind has it
	Reported       bool   `json:"reported"` // the provider had reported before it answered
	Report         string `json:"report"`   // of a receipt: how far the provider's reports have come by it
	Event          string `json:"event"`    // of a receipt: what it tells of the call

	// Of an answer.
	Audit  int64  `json:"audit"` // its line in the audit log
	Action string `json:"action"`
	State  string `json:"state"` // of the incident after it
	Whom   string `json:"whom"`  // that it named
	Until  string `json:"until"` // of what was held: when it was to leave instead

	// Of an edit.
	Table   string                        `json:"table"`   // "pages", "attempts" or "audit"
	Edit    string                        `json:"edit"`    // "inserted", "changed" or "removed"
	By      string                        `json:"by"`      // the database's user
	Changed map[string][2]json.RawMessage `json:"changed"` // each column, as it was and is

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
