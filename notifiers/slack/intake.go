package slack

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"tocsin/escalation"
)

// takeTime bounds how long what came from Slack waits to be stored or answered. Slack gives three seconds,
// then shows the person that it failed; it sends a press or a command once, an event again.
// https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response
const takeTime = 2500 * time.Millisecond

// Inbox makes replies durable.
type Inbox interface {
	// TakeReply stores a reply; fresh is false if one with its ID was stored before.
	TakeReply(ctx context.Context, r escalation.Reply) (fresh bool, err error)
}

// Threads knows where incidents stand in Slack.
type Threads interface {
	// IncidentOfThread is the incident whose message stands in a channel at ts; ok is false if none does.
	IncidentOfThread(ctx context.Context, channel, ts string) (incident int64, ok bool, err error)
}

// Intake is what takes in what comes from Slack, over HTTP or Socket Mode alike.
type Intake struct {
	Inbox   Inbox
	Wake    func()  // called once a reply is stored, so that it is applied
	Threads Threads // nil: a message in a thread or a shortcut is no note
	Desk    Desk    // nil: commands that no reply can carry out are refused
}

// delivery is one thing that Slack sent, once it is known to be Slack's.
type delivery struct {
	id   string // the same for the same thing sent again, and for nothing else
	from string // the network address that it came from; may be empty
}

// errUnreadable is of what is no such thing as Slack sends.
var errUnreadable = errors.New("it cannot be read")

// readJSON reads what Slack sent. Parts of another type than Slack's are left empty.
func readJSON(text []byte, into any) error {
	err := json.Unmarshal(text, into)
	if _, foreign := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !foreign {
		return errUnreadable
	}
	return nil
}

// take stores a reply.
func (in Intake) take(ctx context.Context, d delivery, r escalation.Reply) error {
	r.ID, r.From, r.Channel = d.id, d.from, escalation.Slack
	fresh, err := in.Inbox.TakeReply(ctx, r)
	if err == nil && fresh {
		in.Wake()
	}
	return err
}

// named is the ID of what was delivered: two presses or commands differ in what Slack puts into each
// (action_ts, trigger_id).
func named(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		_, _ = sum.Write([]byte(p)) // a hash takes everything
	}
	return "slack-" + base64.RawURLEncoding.EncodeToString(sum.Sum(nil))
}
