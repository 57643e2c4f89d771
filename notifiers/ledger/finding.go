package ledger

import "fmt"

// Finding is something that must not be.
type Finding struct {
	Incident int64  `json:"incident"` // whose chain; 0 for messages, or where Anchor is set
	Row      int64  `json:"row,omitempty"`
	Seq      int    `json:"seq,omitempty"`
	Page     int64  `json:"page,omitempty"`
	Anchor   int64  `json:"anchor,omitempty"`
	Stored   bool   `json:"stored,omitempty"` // it is of what the ledger tells of, and no flaw of the ledger itself
	Text     string `json:"text"`             // a sentence
}

// String is the finding with what it is about.
func (f Finding) String() string {
	where := fmt.Sprintf("incident #%d", f.Incident)
	switch {
	case f.Anchor != 0:
		where = fmt.Sprintf("anchor %d", f.Anchor)
	case f.Incident == 0:
		where = "messages"
	}
	if f.Row != 0 {
		where += fmt.Sprintf(", row %d", f.Row)
	}
	if f.Page != 0 {
		where += fmt.Sprintf(", page %d", f.Page)
	}
	return where + ": " + f.Text
}

func about(e Entry, format string, args ...any) Finding {
	return Finding{Incident: e.Incident, Row: e.ID, Seq: e.Seq, Page: e.Page, Text: fmt.Sprintf(format, args...)}
}
