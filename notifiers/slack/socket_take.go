package slack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gorilla/websocket"

	"tocsin/notifiers"
)

// envelope is what comes over a websocket: Slack's greeting and its farewell, or a payload as the HTTP
// handlers get it. Source: docs.slack.dev/apis/events-api/using-socket-mode.
type envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"` // hello, disconnect, interactive, slash_commands, events_api
	Reason  string          `json:"reason"`
	Payload json.RawMessage `json:"payload"`
	Accepts bool            `json:"accepts_response_payload"`
}

// acknowledgement tells Slack that an envelope has been dealt with.
type acknowledgement struct {
	ID      string `json:"envelope_id"`
	Payload any    `json:"payload,omitempty"`
}

// take deals with one message. An envelope that could not be stored is not acknowledged, so that whoever
// pressed sees that it failed, and Slack sends an event again.
func (l *socketLine) take(text []byte) {
	e, err := readEnvelope(text)
	if err != nil {
		l.log.Warn("Slack sent over Socket Mode what cannot be read", "error", err)
		return
	}
	switch {
	case e.Type == "hello":
		l.greet()
	case e.Type == "disconnect":
		l.leave(farewell(e.Reason))
	case e.ID != "":
		l.deal(e)
	}
}

// readEnvelope reads one message.
func readEnvelope(text []byte) (e envelope, err error) {
	err = readJSON(text, &e)
	return e, err
}

// farewell is why Slack ends a line: nil where it is only to be renewed, and there is time to.
func farewell(reason string) error {
	switch reason {
	case "warning", "refresh_requested":
		return nil
	case "link_disabled":
		return errors.New("Socket Mode is off: turn it on in the app's settings at api.slack.com, or leave out app_token")
	}
	return fmt.Errorf("Slack ended the line with %q", notifiers.Cut(notifiers.Plain(reason), 80))
}

func (l *socketLine) deal(e envelope) {
	ctx, cancel := context.WithTimeout(context.Background(), takeTime) // a line that ends leaves nothing half done
	defer cancel()
	answer, err := l.slack.open(ctx, l.in, e)
	if err != nil {
		l.log.Warn("what came from Slack over Socket Mode was not stored, and is not acknowledged", "type", notifiers.Cut(notifiers.Plain(e.Type), 40), "error", err)
		return
	}
	if err := l.acknowledge(e, answer); err != nil {
		l.log.Warn("what came from Slack over Socket Mode is stored and could not be acknowledged; it may come again", "error", err)
	}
}

// open does with an envelope what the HTTP handlers do with a request. The same envelope has the same ID
// whenever and over whichever line it comes. What Tocsin does not ask for is forgotten.
func (s *Slack) open(ctx context.Context, in Intake, e envelope) (answer any, err error) {
	d := delivery{id: named("envelope ", e.ID)}
	switch e.Type {
	case "interactive":
		return nil, s.interact(ctx, in, d, e.Payload)
	case "slash_commands":
		var typed slashCommand
		if err := json.Unmarshal(e.Payload, &typed); err != nil {
			return nil, errUnreadable
		}
		return s.command(ctx, in, d, typed)
	case "events_api":
		_, err = s.event(ctx, in, d, e.Payload)
	}
	return nil, err
}

// acknowledge writes the acknowledgement, with the answer where Slack takes one.
func (l *socketLine) acknowledge(e envelope, answer any) error {
	a := acknowledgement{ID: e.ID}
	if e.Accepts {
		a.Payload = answer
	}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	l.write.Lock()
	defer l.write.Unlock()
	if err := l.conn.SetWriteDeadline(time.Now().Add(writeTime)); err != nil {
		return err
	}
	return l.conn.WriteMessage(websocket.TextMessage, text)
}
