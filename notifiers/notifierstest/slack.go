package notifierstest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// SlackToken is the bot token that the stand-in knows.
const SlackToken = "xoxb-notifierstest"

// SlackMessage is a message as it stands; Edits counts how often it was rewritten.
type SlackMessage struct {
	Channel  string
	TS       string
	ThreadTS string
	User     string // whom a direct message is to
	Text     string
	Parse    string
	Blocks   json.RawMessage
	Metadata json.RawMessage
	Edits    int
}

// Slack stands in for Slack's Web API: messages, users, user groups, forms and Socket Mode. It refuses blocks
// that break Slack's limits, presses buttons when it is told to, and takes answers.
type Slack struct {
	*web
	URL      string // up to and with /api/
	messages *box[SlackMessage]
	answers  *box[SlackAnswer]

	mu        sync.Mutex
	seq       int
	missing   map[string]bool
	archived  map[string]bool
	responses map[string]*response // by the last part of their response_url
	people    map[string]string    // user IDs by email address
	groups    map[string][]string  // members of user groups
	views     []json.RawMessage
	writes    []SlackWrite
	withheld  map[string]bool // scopes that the token lacks
	org       string          // the workspace that a token of a whole organisation has to name; empty: it is no such token
	lost      []lostAnswer    // of the next messages

	sockets sockets
}

// NewSlack starts one for a test.
func NewSlack(t Cleaner) *Slack { return begin(t, StartSlack) }

// Close ends the stand-in, its websockets too.
func (s *Slack) Close() {
	s.web.Close()
	s.Break()
}

// StartSlack starts one; Close ends it.
func StartSlack() (*Slack, error) {
	s := &Slack{
		messages: newBox[SlackMessage](), answers: newBox[SlackAnswer](),
		missing: map[string]bool{}, archived: map[string]bool{}, responses: map[string]*response{},
		people: map[string]string{}, groups: map[string][]string{}, withheld: map[string]bool{},
		sockets: sockets{acks: newBox[SlackAck](), changed: make(chan struct{}), tickets: map[string]bool{}},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/{method}", s.method)
	mux.HandleFunc("POST /actions/{team}/{key}", s.respond)
	mux.HandleFunc("GET /link/", s.link)
	var err error
	if s.web, err = serve(mux); err != nil {
		return nil, err
	}
	s.URL = "http://" + s.addr + "/api/"
	return s, nil
}

// Messages are all messages as they stand now, threads included, in order of posting.
func (s *Slack) Messages() []SlackMessage { return s.messages.all() }

// Wait returns once n messages have been posted.
func (s *Slack) Wait(ctx context.Context, n int) ([]SlackMessage, error) {
	return s.WaitFor(ctx, func(ms []SlackMessage) bool { return len(ms) >= n })
}

// WaitFor returns once ok holds; it is asked at each post and edit.
func (s *Slack) WaitFor(ctx context.Context, ok func([]SlackMessage) bool) ([]SlackMessage, error) {
	return s.messages.wait(ctx, ok)
}

// Forget makes a channel or user unknown, as if it had been deleted.
func (s *Slack) Forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missing[id] = true
}

// Archive makes a channel refuse messages.
func (s *Slack) Archive(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.archived[channel] = true
}

func (s *Slack) method(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		reply(w, "application/json", http.StatusOK, refusal("invalid_form_data"))
		return
	}
	if s.loses(r) {
		s.do(r)
		drop(w)
		return
	}
	s.answer(w, r,
		func() (int, []byte) { return http.StatusOK, s.do(r) },
		func() (int, []byte) { return http.StatusOK, refusal("channel_not_found") })
}

func (s *Slack) do(r *http.Request) []byte {
	if r.PathValue("method") == "apps.connections.open" {
		return s.openConnection(r)
	}
	token := r.Form.Get("token")
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		token = bearer
	}
	switch {
	case token == "":
		return refusal("not_authed")
	case token != SlackToken:
		return refusal("invalid_auth")
	}
	switch r.PathValue("method") {
	case "auth.test":
		return ok(map[string]any{"url": "https://notifierstest.slack.com/", "team": "notifierstest", "user": "tocsin", "team_id": "T0TEST", "user_id": "U0TOCSIN", "bot_id": "B0TOCSIN"})
	case "conversations.open":
		return ok(map[string]any{"channel": map[string]any{"id": direct(r.Form.Get("users"))}})
	case "chat.postMessage":
		return s.postMessage(r)
	case "chat.update":
		return s.update(r)
	case "users.lookupByEmail":
		return s.lookupByEmail(r)
	case "usergroups.users.list", "usergroups.users.update":
		return s.group(r)
	case "conversations.history", "conversations.replies":
		return s.written(r)
	case "views.open":
		return s.openView(r)
	}
	return refusal("unknown_method")
}

func (s *Slack) postMessage(r *http.Request) []byte {
	m := SlackMessage{
		Channel: r.Form.Get("channel"), ThreadTS: r.Form.Get("thread_ts"), Text: r.Form.Get("text"), Parse: r.Form.Get("parse"),
		Blocks: json.RawMessage(r.Form.Get("blocks")), Metadata: json.RawMessage(r.Form.Get("metadata")),
	}
	if isUser(m.Channel) {
		m.User, m.Channel = m.Channel, direct(m.Channel)
	}
	if code := s.objection(m); code != "" {
		return refusal(code)
	}
	m.TS = s.nextTS()
	s.messages.add(m)
	s.wrote(m.Channel, m.Text)
	return ok(map[string]any{"channel": m.Channel, "ts": m.TS, "message": map[string]any{"text": m.Text, "ts": m.TS}})
}

func (s *Slack) update(r *http.Request) []byte {
	now := SlackMessage{Channel: r.Form.Get("channel"), TS: r.Form.Get("ts"), Text: r.Form.Get("text"), Parse: r.Form.Get("parse"), Blocks: json.RawMessage(r.Form.Get("blocks"))}
	if code := s.objection(now); code != "" {
		return refusal(code)
	}
	found := false
	s.messages.change(func(ms []SlackMessage) []SlackMessage {
		for i := range ms {
			if ms[i].Channel == now.Channel && ms[i].TS == now.TS {
				ms[i].Text, ms[i].Parse, ms[i].Blocks, found = now.Text, now.Parse, now.Blocks, true
				ms[i].Edits++
			}
		}
		return ms
	})
	if !found {
		return refusal("message_not_found")
	}
	s.wrote(now.Channel, now.Text)
	return ok(map[string]any{"channel": now.Channel, "ts": now.TS, "text": now.Text})
}

// objection is the error code that Slack would answer with, empty if it takes the message.
func (s *Slack) objection(m SlackMessage) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case m.Channel == "", s.missing[m.Channel], s.missing[m.User]:
		return "channel_not_found"
	case s.archived[m.Channel]:
		return "is_archived"
	case m.Text == "" && len(m.Blocks) == 0:
		return "no_text"
	case len([]rune(m.Text)) > 40000:
		return "msg_too_long"
	case len(m.Blocks) > 0 && CheckBlocks(m.Blocks) != nil:
		return "invalid_blocks"
	}
	return ""
}

func (s *Slack) nextTS() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seq++
	return fmt.Sprintf("%d.%06d", time.Now().Unix(), s.seq%1000000)
}

// isUser reports whether an ID is a user's: in an organisation of many workspaces it may begin with W.
func isUser(id string) bool { return strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") }

// direct is the channel of the direct messages with a user.
func direct(user string) string {
	if isUser(user) {
		user = user[1:]
	}
	return "D" + user
}

func ok(fields map[string]any) []byte {
	fields["ok"] = true
	b, _ := json.Marshal(fields) // strings, numbers and maps of them
	return b
}

func refusal(code string) []byte {
	b, _ := json.Marshal(map[string]any{"ok": false, "error": code})
	return b
}
