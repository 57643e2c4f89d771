package notifierstest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// SlackWrite is one write to a channel, and when it came.
type SlackWrite struct {
	Channel, Text string
	At            time.Time
}

// Writes are all messages posted and edited, in order.
func (s *Slack) Writes() []SlackWrite {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.writes)
}

func (s *Slack) wrote(channel, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes = append(s.writes, SlackWrite{channel, text, time.Now()})
}

// Join makes a user of the workspace known by an email address.
func (s *Slack) Join(email, user string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[strings.ToLower(email)] = user
}

// Group makes a user group with these members.
func (s *Slack) Group(id string, users ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.groups[id] = users
}

// Members are those of a user group.
func (s *Slack) Members(id string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.groups[id])
}

// Views are the forms that were opened.
func (s *Slack) Views() []json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.views)
}

func (s *Slack) lookupByEmail(r *http.Request) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, known := s.people[strings.ToLower(r.Form.Get("email"))]
	if !known {
		return refusal("users_not_found")
	}
	return ok(map[string]any{"user": map[string]any{"id": user, "deleted": false, "is_bot": false}})
}

// group lists a user group or changes it. Slack has no groups without members, and takes no bots.
func (s *Slack) group(r *http.Request) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if code := s.wrongTeam(r); code != "" {
		return refusal(code)
	}
	id := r.Form.Get("usergroup")
	if _, known := s.groups[id]; !known {
		return refusal("no_such_subteam")
	}
	if r.PathValue("method") == "usergroups.users.list" {
		return ok(map[string]any{"users": s.groups[id]})
	}
	users := strings.Split(r.Form.Get("users"), ",")
	if r.Form.Get("users") == "" {
		return refusal("no_users_provided")
	}
	if slices.ContainsFunc(users, func(u string) bool { return !isUser(u) }) {
		return refusal("invalid_users")
	}
	s.groups[id] = users
	return ok(map[string]any{"usergroup": map[string]any{"id": id, "users": users}})
}

// openView takes a form whose trigger was given out and whose parts keep to Slack's limits.
func (s *Slack) openView(r *http.Request) []byte {
	var in struct {
		Trigger string          `json:"trigger_id"`
		View    json.RawMessage `json:"view"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		return refusal("invalid_json")
	}
	var view struct {
		Type   string
		Title  text
		Blocks []struct {
			Type    string
			BlockID string `json:"block_id"`
			Label   text
			Element json.RawMessage
		}
	}
	err := json.Unmarshal(in.View, &view)
	switch {
	case in.Trigger == "":
		return refusal("invalid_trigger_id")
	case err != nil || view.Type != "modal" || view.Title.check("plain_text", 24) != nil || len(view.Blocks) == 0:
		return refusal("invalid_arguments")
	}
	for _, b := range view.Blocks {
		var e element
		if json.Unmarshal(b.Element, &e) != nil || b.Type != "input" || b.Label.check("plain_text", 2000) != nil {
			return refusal("invalid_arguments")
		}
		if e.Type == "static_select" && e.check() != nil {
			return refusal("invalid_arguments")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.views = append(s.views, in.View)
	return ok(map[string]any{"view": map[string]any{"id": "V1"}})
}
