package ledger

import (
	"encoding/hex"
	"fmt"
	"time"
)

// Kind says what an entry tells of.
type Kind string

// Kinds of entry.
const (
	Intended Kind = "intended" // a page was put into the outbox
	Held     Kind = "held"     // it was put off when it was to leave
	Tried    Kind = "attempt"  // a try at sending it began
	Accepted Kind = "accepted" // the provider took it
	Unknown  Kind = "unknown"  // the provider may or may not have taken it
	Failed   Kind = "failed"   // it did not
	Receipt  Kind = "receipt"  // the provider reports, later or earlier than it answers
	Skipped  Kind = "skipped"  // not needed any more, or given back untried
	Answered Kind = "answer"   // a person answered
	Edited   Kind = "edited"   // somebody else than Tocsin changed what is stored
)

// Entry is one row of the ledger.
type Entry struct {
	ID       int64 // the row's; grows, but not in the order of the chain
	Incident int64 // 0: a message, which belongs to none
	Seq      int   // its place in the incident's chain, from 1; 0: not sealed yet
	At       time.Time
	Kind     Kind
	Page     int64  // 0: an answer
	Attempt  string // a UUID; empty where it is about none
	Person   string // of an answer: who gave it
	Channel  string // of an answer: how it came
	Data     string // JSON, byte for byte as it was hashed; see Facts
	Prev     Sum    // of the entry before
	Hash     Sum    // of Prev and all the rest
}

// Head is the last entry of a chain.
type Head struct {
	Incident int64 `json:"incident"`
	Seq      int   `json:"seq"`
	Hash     Sum   `json:"hash"`
	Anchor   int64 `json:"-"` // that holds it; 0: it is newer than the newest
}

// Sum is a SHA-256 hash; zero before the first of a chain.
type Sum [32]byte

// String is the hash in hexadecimal.
func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// MarshalText implements encoding.TextMarshaler.
func (s Sum) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Sum) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(s) {
		return fmt.Errorf("%.80q is no hash: it should be 64 hexadecimal digits", text)
	}
	copy(s[:], raw)
	return nil
}

// SumOf is bytes as they are stored; ok is false if they are not as long as a hash.
func SumOf(raw []byte) (s Sum, ok bool) {
	return s, copy(s[:], raw) == len(s) && len(raw) == len(s)
}
