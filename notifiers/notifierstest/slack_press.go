package notifierstest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// SlackSecret is the signing secret that the stand-in signs with.
const SlackSecret = "notifierstest-signing-secret"

// SlackRequest is a request as Slack sends it. Sent again, it is a replay.
type SlackRequest struct {
	Header http.Header
	Body   []byte
}

// SlackAnswer is what was written to a response_url.
type SlackAnswer struct {
	User            string // who pressed
	URL             string
	Text            string `json:"text"`
	Parse           string `json:"parse"`
	Blocks          string `json:"-"` // JSON; empty: none
	ResponseType    string `json:"response_type"`
	ReplaceOriginal bool   `json:"replace_original"`
	DeleteOriginal  bool   `json:"delete_original"`
}

// Press presses a button of an incident's message now, and returns how Tocsin's webhook at target
// answers. For the action snooze, value is the chosen option's.
func (s *Slack) Press(ctx context.Context, target, user, action, value string) (status int, err error) {
	return s.Pressed(user, action, value).Sign(SlackSecret, time.Now()).Send(ctx, target)
}

// Pressed is the request of a press, not signed yet. Each has a response_url of its own.
func (s *Slack) Pressed(user, action, value string) SlackRequest {
	element := map[string]any{"type": "button", "action_id": action, "value": value, "block_id": "incident", "action_ts": s.nextTS(), "text": map[string]any{"type": "plain_text", "text": action}}
	if action == "snooze" || action == "assign" {
		delete(element, "value")
		element["type"] = "static_select"
		element["selected_option"] = map[string]any{"text": map[string]any{"type": "plain_text", "text": value}, "value": value}
	}
	return s.Interaction(s.within(map[string]any{
		"type": "block_actions", "api_app_id": "A0TOCSIN", "trigger_id": rand.Text(), "response_url": s.responseURL(user),
		"user":      map[string]any{"id": user, "username": "somebody", "team_id": "T0TEST"},
		"team":      map[string]any{"id": "T0TEST", "domain": "notifierstest"},
		"channel":   map[string]any{"id": "C0INCIDENTS", "name": "incidents"},
		"container": map[string]any{"type": "message", "message_ts": "1700000000.000001", "channel_id": "C0INCIDENTS", "is_ephemeral": false},
		"message":   map[string]any{"type": "message", "ts": "1700000000.000001", "text": "an incident", "blocks": []any{}},
		"state":     map[string]any{"values": map[string]any{}},
		"actions":   []any{element},
	}))
}

// within adds what interactions of an organisation of many workspaces carry.
func (s *Slack) within(payload map[string]any) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.org != "" {
		payload["enterprise"] = map[string]any{"id": "E0TEST", "name": "notifierstest"}
		payload["is_enterprise_install"] = true
	}
	return payload
}

// Interaction is the request of any interaction.
func (s *Slack) Interaction(payload map[string]any) SlackRequest {
	b, _ := json.Marshal(payload) // strings, numbers and maps of them
	return formRequest(url.Values{"payload": {string(b)}})
}

// Typed is the request of a command, not signed yet. Each has a response_url of its own.
func (s *Slack) Typed(user, command, words string) SlackRequest {
	return formRequest(url.Values{
		"command": {command}, "text": {words}, "user_id": {user}, "user_name": {"somebody"}, "team_id": {"T0TEST"},
		"channel_id": {"C0INCIDENTS"}, "api_app_id": {"A0TOCSIN"}, "trigger_id": {rand.Text()}, "response_url": {s.responseURL(user)},
	})
}

// Event is the request of an event, not signed yet.
func Event(id string, event map[string]any) SlackRequest {
	b, _ := json.Marshal(map[string]any{ // as above
		"type": "event_callback", "team_id": "T0TEST", "api_app_id": "A0TOCSIN", "event_id": id, "event_time": 1700000000, "event": event,
	})
	return SlackRequest{Header: http.Header{"Content-Type": {"application/json"}, "User-Agent": {"Slackbot 1.0 (+https://api.slack.com/robots)"}}, Body: b}
}

func formRequest(form url.Values) SlackRequest {
	return SlackRequest{
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "User-Agent": {"Slackbot 1.0 (+https://api.slack.com/robots)"}},
		Body:   []byte(form.Encode()),
	}
}

// Sign signs the request as Slack would at a moment.
func (r SlackRequest) Sign(secret string, at time.Time) SlackRequest {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "v0:%s:%s", stamp, r.Body)
	r.Header = r.Header.Clone()
	r.Header.Set("X-Slack-Request-Timestamp", stamp)
	r.Header.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

// Send sends the request as it is.
func (r SlackRequest) Send(ctx context.Context, target string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(r.Body))
	if err != nil {
		return 0, err
	}
	req.Header = r.Header.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}

// Answers are what was written to response_urls, in order.
func (s *Slack) Answers() []SlackAnswer { return s.answers.all() }

// WaitForAnswers returns once n answers have been written.
func (s *Slack) WaitForAnswers(ctx context.Context, n int) ([]SlackAnswer, error) {
	return s.answers.wait(ctx, func(as []SlackAnswer) bool { return len(as) >= n })
}

// responseUses is how often Slack takes an answer at one response_url.
const responseUses = 5

func (s *Slack) responseURL(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := rand.Text()
	s.responses[key] = &response{user: user, left: responseUses}
	return "http://" + s.addr + "/actions/T0TEST/" + key
}

// response is a response_url that was given out.
type response struct {
	user string
	left int
}

func (s *Slack) respond(w http.ResponseWriter, r *http.Request) {
	a := SlackAnswer{URL: "http://" + s.addr + r.URL.Path}
	var rest struct{ Blocks json.RawMessage }
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = errors.Join(json.Unmarshal(body, &a), json.Unmarshal(body, &rest))
	}
	a.Blocks = string(rest.Blocks)
	s.answer(w, r,
		func() (int, []byte) { return s.takeAnswer(r.PathValue("key"), a, err) },
		func() (int, []byte) { return http.StatusNotFound, refusal("expired_url") })
}

func (s *Slack) takeAnswer(key string, a SlackAnswer, err error) (int, []byte) {
	s.mu.Lock()
	given := s.responses[key]
	usable := given != nil && given.left > 0
	if usable {
		given.left--
		a.User = given.user
	}
	s.mu.Unlock()
	switch {
	case !usable:
		return http.StatusNotFound, refusal("used_url")
	case err != nil || a.Text == "":
		return http.StatusBadRequest, refusal("no_text")
	case a.Blocks != "" && CheckBlocks(json.RawMessage(a.Blocks)) != nil:
		return http.StatusBadRequest, refusal("invalid_blocks")
	}
	s.answers.add(a)
	return http.StatusOK, ok(map[string]any{})
}
