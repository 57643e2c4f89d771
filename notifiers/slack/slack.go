// Package slack is the Slack channel: one Block Kit message per incident with its timeline in the
// thread, pages to people as direct messages with the same buttons, and what comes of pressing those. It
// renders, escapes, sends, verifies and reads; it stores nothing and decides nothing.
package slack

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// Options say which workspace, and where in it.
type Options struct {
	BotToken      string
	SigningSecret string           // what Slack signs its requests with; empty: every one is refused
	AppToken      string           // of Socket Mode, xapp-...; only Socket needs it
	Channel       string           // the incidents' channel, by its ID
	TeamID        string           // the workspace, for a token of a whole organisation; may be empty for any other
	APIURL        string           // up to and with /api/; empty is Slack's
	HTTP          *http.Client     // nil is http.DefaultTransport
	Pace          time.Duration    // between two writes to one channel; 0 is a second
	Texts         *notifiers.Texts // what the sentences of direct messages say; nil: as they are built in
	Known         *Known           // Slack's users by email address; nil: remembered as long as this Slack
	Turns         Turns            // shared with other replicas; nil: turns are this Slack's alone
}

// Slack is a notifiers.Sender, Board and Renderer, and reads Slack's requests. It is safe for concurrent
// use.
type Slack struct {
	opts  Options
	pacer *pacer
	texts *notifiers.Texts
}

// New makes the channel. Without a token it still renders, which is all that a sandbox needs.
func New(o Options) *Slack {
	if o.APIURL == "" {
		o.APIURL = slack.APIURL
	}
	if !strings.HasSuffix(o.APIURL, "/") {
		o.APIURL += "/"
	}
	if o.Known == nil {
		o.Known = NewKnown()
	}
	words, err := o.Texts.With(Room())
	if err != nil {
		panic(err) // the room is embedded, and a test opens it
	}
	return &Slack{opts: o, pacer: newPacer(o.Pace, o.Turns), texts: words}
}

// ref finds a message again. Note is what a page said to its reader alone, which an edit keeps.
type ref struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
	Note    string `json:"note,omitempty"`
}

// Send writes a direct message to the person. The attempt's id is in the message's metadata, by which
// a message whose fate is unknown can be found. What belongs to no incident or to several, and an all clear,
// stay as they are: their receipts have no Ref.
func (s *Slack) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	m := s.pageMessage(n)
	r, err := s.post(ctx, n.Person.Slack, n.Page.Severity == alerting.P0 && !ofNone(n), m, "", metadata(n))
	if err != nil {
		return notifiers.Receipt{}, err
	}
	receipt := notifiers.Receipt{ProviderID: r.Channel + "/" + r.TS}
	if follows(n) {
		r.Note = m.note
		receipt.Ref = encode(r)
	}
	return receipt, nil
}

// follows reports whether a direct message is kept up to date with its incident.
func follows(n notifiers.Notice) bool {
	switch n.MessageKind() {
	case "page", "assign", "remind":
		return true
	}
	return false
}

func ofNone(n notifiers.Notice) bool {
	_, ok := n.Message()
	return ok
}

func urgent(b notifiers.Brief) bool { return b.Incident.Severity == alerting.P0 }

func metadata(n notifiers.Notice) slack.SlackMetadata {
	if _, ok := n.Message(); ok {
		return slack.SlackMetadata{EventType: "tocsin_message", EventPayload: map[string]any{"attempt_id": n.AttemptID}}
	}
	return slack.SlackMetadata{
		EventType: "tocsin_page",
		EventPayload: map[string]any{
			"attempt_id":  n.AttemptID,
			"incident_id": strconv.FormatInt(n.Brief.Incident.ID, 10),
		},
	}
}

// Post writes the incident's message to the configured channel. One that may be a repeat says so for as long as
// it stands.
func (s *Slack) Post(ctx context.Context, b notifiers.Brief) (json.RawMessage, error) {
	m := incidentMessage(b, "")
	if b.Repeat {
		m = incidentMessage(b, b.Locale.Words().Repeat)
	}
	r, err := s.post(ctx, s.opts.Channel, urgent(b), m, "", incidentMetadata(b))
	if err != nil {
		return nil, err
	}
	r.Note = m.note
	return encode(r), nil
}

// Edit rewrites the message at ref, in the channel or to a person.
func (s *Slack) Edit(ctx context.Context, at json.RawMessage, b notifiers.Brief) error {
	return s.edit(ctx, at, urgent(b), func(r ref) message { return incidentMessage(b, r.Note) })
}

func (s *Slack) edit(ctx context.Context, at json.RawMessage, urgent bool, write func(ref) message) error {
	r, err := decode(at)
	if err != nil {
		return err
	}
	_, err = s.call(ctx, r.Channel, urgent, append(options(write(r)), slack.MsgOptionUpdate(r.TS))...)
	return err
}

// Reply writes entries to the thread below the message at ref: one reply, or more where they are too
// many for one. The failure is Lost where some of them stand there already.
func (s *Slack) Reply(ctx context.Context, at json.RawMessage, b notifiers.Brief, entries []alerting.Entry) error {
	r, err := decode(at)
	if err != nil {
		return err
	}
	written := false
	for part := range slices.Chunk(entries, replyEntries) {
		if _, err := s.post(ctx, r.Channel, urgent(b), replyMessage(b, part), r.TS, entriesMetadata(part)); err != nil {
			return partly(err, written)
		}
		written = true
	}
	return nil
}

func (s *Slack) post(ctx context.Context, channel string, urgent bool, m message, thread string, meta slack.SlackMetadata) (ref, error) {
	opts := options(m)
	if thread != "" {
		opts = append(opts, slack.MsgOptionTS(thread))
	}
	if meta.EventType != "" {
		opts = append(opts, slack.MsgOptionMetadata(meta))
	}
	return s.call(ctx, channel, urgent, opts...)
}

// options are the message, with everything off by which Slack would make links or mentions of its own
// accord.
func options(m message) []slack.MsgOption {
	return []slack.MsgOption{
		slack.MsgOptionText(m.text, false), slack.MsgOptionBlocks(m.blocks...),
		slack.MsgOptionParse(false), slack.MsgOptionLinkNames(false),
		slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl(),
	}
}

func (s *Slack) call(ctx context.Context, channel string, urgent bool, opts ...slack.MsgOption) (ref, error) {
	if channel == "" {
		return ref{}, &notifiers.Failure{Class: notifiers.Permanent, Code: "channel_not_found", Err: errors.New("no Slack user or channel to write to")}
	}
	if err := s.pacer.wait(ctx, channel, urgent); err != nil {
		return ref{}, err
	}
	trip := notifiers.NewTrip(ctx, s.opts.HTTP)
	to := channel
	channel, ts, _, err := s.client(trip).SendMessageContext(ctx, channel, opts...)
	if err == nil && ts == "" {
		err = errors.New("the answer names no message")
	}
	if err != nil {
		s.pacer.hold(ctx, to, trip.RetryAfter())
		return ref{}, failure(trip, err)
	}
	s.pacer.meet(to, channel)
	return ref{Channel: channel, TS: ts}, nil
}

// client makes one call of Slack's Web API.
func (s *Slack) client(trip *notifiers.Trip) *slack.Client {
	return slack.New(s.opts.BotToken, slack.OptionAPIURL(s.opts.APIURL), slack.OptionHTTPClient(trip.Client()))
}

func encode(r ref) json.RawMessage {
	b, _ := json.Marshal(r) // three strings: cannot fail
	return b
}

func decode(at json.RawMessage) (ref, error) {
	var r ref
	if err := json.Unmarshal(at, &r); err != nil || r.Channel == "" || r.TS == "" {
		return r, &notifiers.Failure{Class: notifiers.Permanent, Code: "message_not_found", Err: errors.New("this is no reference to a Slack message: it names no channel and time")}
	}
	return r, nil
}
