package notifiers

import (
	"time"

	"tocsin/escalation"
)

// Outgoing is a message that a sandboxed channel kept instead of sending it.
type Outgoing struct {
	ID         int64
	At         time.Time
	Channel    escalation.Channel
	Kind       OutgoingKind
	IncidentID int64  // 0 of an OutgoingMessage
	PageID     int64  // 0 unless Kind is OutgoingPage or OutgoingMessage
	Person     string // a person's ID; empty unless Kind is OutgoingPage or OutgoingMessage
	Rendered
}

// OutgoingKind says what a kept message is.
type OutgoingKind string

// What a kept message may be.
const (
	OutgoingPage    OutgoingKind = "page"    // to a person
	OutgoingPost    OutgoingKind = "post"    // an incident's message in a channel
	OutgoingEdit    OutgoingKind = "edit"    // that message, brought up to date
	OutgoingReply   OutgoingKind = "reply"   // timeline entries in its thread
	OutgoingMessage OutgoingKind = "message" // to a person, and of no incident
)
