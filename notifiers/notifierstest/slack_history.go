package notifierstest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Withhold takes scopes from the token: "channels:history".
func (s *Slack) Withhold(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, scope := range scopes {
		s.withheld[scope] = true
	}
}

// Org makes the token one of a whole organisation, which has to say that it means this workspace.
func (s *Slack) Org(team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.org = team
}

// LoseNext takes the next message that is posted to a channel, or in a thread there, and loses the answer.
func (s *Slack) LoseNext(channel string, inThread bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost = append(s.lost, lostAnswer{channel, inThread})
}

type lostAnswer struct {
	channel  string
	inThread bool
}

func (s *Slack) loses(r *http.Request) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.Index(s.lost, lostAnswer{r.Form.Get("channel"), r.Form.Get("thread_ts") != ""})
	if at < 0 || r.PathValue("method") != "chat.postMessage" {
		return false
	}
	s.lost = slices.Delete(s.lost, at, at+1)
	return true
}

// wrongTeam is the error code of a call of an organisation's token that names no workspace, or another. s.mu is
// held.
func (s *Slack) wrongTeam(r *http.Request) string {
	switch team := r.Form.Get("team_id"); {
	case s.org == "" || team == s.org:
		return ""
	case team == "":
		return "missing_argument"
	}
	return "team_not_found"
}

// written answers with what stands in a channel, newest first, or in a thread, oldest first with its first message;
// as many as were asked for, after a time, and with their metadata if that was asked for.
func (s *Slack) written(r *http.Request) []byte {
	channel, thread := r.Form.Get("channel"), r.Form.Get("ts")
	if scope := historyScope(channel); s.lacks(scope) {
		b, _ := json.Marshal(map[string]any{"ok": false, "error": "missing_scope", "needed": scope, "provided": "chat:write"})
		return b
	}
	if code := s.objection(SlackMessage{Channel: channel, Text: "-"}); code == "channel_not_found" {
		return refusal(code)
	}
	inThread := r.PathValue("method") == "conversations.replies"
	standing := slices.DeleteFunc(s.messages.all(), func(m SlackMessage) bool {
		below := m.ThreadTS == thread || m.TS == thread
		return m.Channel != channel || inThread && !below || !inThread && m.ThreadTS != ""
	})
	if inThread && len(standing) == 0 {
		return refusal("thread_not_found")
	}
	standing = slices.DeleteFunc(standing, func(m SlackMessage) bool {
		return !later(m.TS, r.Form.Get("oldest")) && (!inThread || m.TS != thread)
	})
	if !inThread {
		slices.Reverse(standing)
	}
	return page(standing, r)
}

func (s *Slack) lacks(scope string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.withheld[scope]
}

// historyScope is what it takes to read a channel.
func historyScope(channel string) string {
	switch {
	case strings.HasPrefix(channel, "G"):
		return "groups:history"
	case strings.HasPrefix(channel, "D"):
		return "im:history"
	}
	return "channels:history"
}

// later reports whether ts is after oldest, of which none is before everything.
func later(ts, oldest string) bool {
	sec, sub := stamp(ts)
	osec, osub := stamp(oldest)
	return oldest == "" || sec > osec || sec == osec && sub > osub
}

func stamp(ts string) (sec, sub int) {
	before, after, _ := strings.Cut(ts, ".")
	sec, _ = strconv.Atoi(before)
	sub, _ = strconv.Atoi(after)
	return sec, sub
}

// page is one page of messages; its cursor is where the next begins.
func page(ms []SlackMessage, r *http.Request) []byte {
	limit, _ := strconv.Atoi(r.Form.Get("limit"))
	if limit <= 0 {
		limit = 100
	}
	from, _ := strconv.Atoi(r.Form.Get("cursor"))
	ms = ms[min(max(from, 0), len(ms)):]
	next := ""
	if len(ms) > limit {
		ms, next = ms[:limit], strconv.Itoa(max(from, 0)+limit)
	}
	out := []map[string]any{}
	for _, m := range ms {
		one := map[string]any{"type": "message", "ts": m.TS, "text": m.Text, "bot_id": "B0TOCSIN"}
		if m.ThreadTS != "" {
			one["thread_ts"] = m.ThreadTS
		}
		if r.Form.Get("include_all_metadata") == "1" && len(m.Metadata) > 0 {
			one["metadata"] = m.Metadata
		}
		out = append(out, one)
	}
	return ok(map[string]any{"messages": out, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}})
}
