package slack

import (
	"context"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// occurrence is what Tocsin reads of an event; whatever else there is may change.
// Source: docs.slack.dev/apis/events-api and docs.slack.dev/reference/events/message.
type occurrence struct {
	Type      string `json:"type"` // url_verification, event_callback
	Challenge string `json:"challenge"`
	ID        string `json:"event_id"`
	Event     posted `json:"event"`
}

// posted is a message that stands in Slack.
type posted struct {
	Type     string `json:"type"`
	Subtype  string `json:"subtype"` // empty for what a person writes; an edit, a join and the like have one
	Channel  string `json:"channel"`
	User     string `json:"user"`
	BotID    string `json:"bot_id"`
	TS       string `json:"ts"`
	ThreadTS string `json:"thread_ts"` // the message that its thread is below
	Text     string `json:"text"`
}

// challengeLimit bounds what is sent back, in bytes; Slack's challenges have some fifty.
const challengeLimit = 512

// event takes a person's message below an incident's as a note. Everything else is forgotten. An event is
// known by its ID, so that one which Slack sends again is the same reply.
func (s *Slack) event(ctx context.Context, in Intake, d delivery, body []byte) (challenge string, err error) {
	var o occurrence
	if err := readJSON(body, &o); err != nil {
		return "", err
	}
	switch {
	case o.Type == "url_verification" && len(o.Challenge) <= challengeLimit:
		return o.Challenge, nil
	case o.Type != "event_callback" || o.ID == "" || !o.Event.written() || in.Threads == nil:
		return "", nil
	}
	m := o.Event
	text := read(m.Text)
	if m.ThreadTS == "" || m.ThreadTS == m.TS || text == "" {
		return "", nil
	}
	id, ok, err := in.Threads.IncidentOfThread(ctx, m.Channel, m.ThreadTS)
	if err != nil || !ok {
		return "", err
	}
	d.id = named("event ", o.ID)
	return "", in.take(ctx, d, escalation.Reply{Address: notifiers.Plain(m.User), Incident: id, Verb: escalation.Note, Text: text})
}

// written reports whether a person wrote this, and now: no program, and no edit or other change. What is
// sent to the channel too from a thread, or has a file with it, is written like the rest.
func (m posted) written() bool {
	switch m.Subtype {
	case "", "thread_broadcast", "file_share":
		return m.Type == "message" && m.BotID == "" && m.User != ""
	}
	return false
}
