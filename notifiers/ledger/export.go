package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Export is what is kept outside the database: whoever has one can tell later whether the ledger was rewritten
// meanwhile, by its owner too.
type Export struct {
	Version int       `json:"version"` // 1
	Made    time.Time `json:"made"`
	Anchor  *Anchor   `json:"anchor"` // the newest; null: none was made yet
	Heads   []Head    `json:"heads"`  // of all chains
}

const exportVersion = 1

// NewExport is an export of what there is at a moment; anchor is the newest, or nil.
func NewExport(anchor *Anchor, heads []Head, now time.Time) Export {
	return Export{Version: exportVersion, Made: now.UTC(), Anchor: anchor, Heads: sorted(heads)}
}

// Write writes the export as JSON.
func (x Export) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(x)
}

// ParseExport reads what Write wrote. An export that proves nothing is an error.
func ParseExport(raw []byte) (Export, error) {
	var x Export
	if err := json.Unmarshal(raw, &x); err != nil {
		return x, fmt.Errorf("this is no export of a ledger: %w", err)
	}
	if x.Version != exportVersion {
		return x, fmt.Errorf("this is no export of a ledger, or one of another release: its version is %d, and should be %d", x.Version, exportVersion)
	}
	if x.Anchor == nil && len(x.Heads) == 0 {
		return x, errors.New("this export holds no chain and no anchor: it was made of an empty ledger, and proves nothing")
	}
	for _, h := range x.Heads {
		if h.Seq < 1 || h.Incident < 0 {
			return x, fmt.Errorf("the export names entry %d of incident %d, which cannot be: it is damaged", h.Seq, h.Incident)
		}
	}
	if x.Anchor != nil && x.Anchor.ID < 1 {
		return x, fmt.Errorf("the export names anchor %d, which cannot be: it is damaged", x.Anchor.ID)
	}
	return x, nil
}
