package notifierstest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"unicode/utf8"
)

// What the stand-in for services knows.
const (
	ServiceToken = "AzyoeNS.D4iJLVa" // Gotify's, of an application
	TelegramBot  = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
	DiscordHook  = "/api/webhooks/123456789012345678/dGhpcyBpcyBhIHRva2Vu"
)

// ServiceMessage is a message that one of the services accepted.
type ServiceMessage struct {
	Service string // "ntfy", "gotify", "telegram", "discord", "generic"
	To      string // topic, chat or path
	Title   string
	Text    string
	Body    string // as it came
}

// Services stands in for ntfy, Gotify, Telegram, Discord and whoever takes a POST: each at its own paths, and
// with its own refusals. Over TLS it answers as api.telegram.org and discord.com would.
type Services struct {
	*web
	Addr     string // host and port, HTTP
	TLSAddr  string // host and port, HTTPS with a certificate that nobody trusts
	messages *box[ServiceMessage]
}

// NewServices starts one for a test.
func NewServices(t Cleaner) *Services { return begin(t, StartServices) }

// StartServices starts one; Close ends it.
func StartServices() (*Services, error) {
	s := &Services{messages: newBox[ServiceMessage]()}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /alerts", s.ntfy)
	mux.HandleFunc("POST /message", s.gotify)
	mux.HandleFunc("POST "+DiscordHook, s.discord)
	mux.HandleFunc("POST /generic/{rest...}", s.generic)
	mux.HandleFunc("POST /", s.telegram)
	mux.Handle("POST /moved/{rest...}", http.RedirectHandler("/generic/moved", http.StatusTemporaryRedirect))
	var err error
	if s.web, err = serve(mux); err != nil {
		return nil, err
	}
	s.Addr = s.addr
	id, err := newIdentity()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	s.TLSAddr = l.Addr().String()
	go func() { _ = s.server.Serve(id.listener(l)) }() // ends when the server is closed
	return s, nil
}

// Messages are all that were accepted, in order.
func (s *Services) Messages() []ServiceMessage { return s.messages.all() }

// Wait returns once n messages have been accepted.
func (s *Services) Wait(ctx context.Context, n int) ([]ServiceMessage, error) {
	return s.messages.wait(ctx, func(ms []ServiceMessage) bool { return len(ms) >= n })
}

// take answers a message: accepted unless objection is a status, or a fault is due.
func (s *Services) take(w http.ResponseWriter, r *http.Request, m ServiceMessage, objection int, yes, no string) {
	if objection == 0 {
		objection = http.StatusForbidden
	} else {
		reply(w, "application/json", objection, []byte(no))
		return
	}
	s.answer(w, r,
		func() (int, []byte) { s.messages.add(m); return http.StatusOK, []byte(yes) },
		func() (int, []byte) { return objection, []byte(no) })
}

// ntfy is ntfy's publishing: the text is the body, the title a header. Source: docs.ntfy.sh/publish.
func (s *Services) ntfy(w http.ResponseWriter, r *http.Request) {
	b := read(r)
	objection := 0
	if len(b) > 4096 {
		objection = http.StatusRequestEntityTooLarge
	}
	s.take(w, r, ServiceMessage{Service: "ntfy", To: r.URL.Path, Title: r.Header.Get("Title"), Text: b, Body: b}, objection,
		`{"id":"sPs71M8A2T","event":"message","topic":"alerts"}`, `{"code":40301,"http":403,"error":"forbidden"}`)
}

// gotify is Gotify's POST /message. Source: gotify.net/api-docs.
func (s *Services) gotify(w http.ResponseWriter, r *http.Request) {
	b := read(r)
	var m struct{ Title, Message string }
	objection := 0
	switch {
	case r.URL.Query().Get("token") != ServiceToken && r.Header.Get("X-Gotify-Key") != ServiceToken:
		objection = http.StatusUnauthorized
	case json.Unmarshal([]byte(b), &m) != nil || m.Message == "":
		objection = http.StatusBadRequest
	}
	s.take(w, r, ServiceMessage{Service: "gotify", To: r.URL.Path, Title: m.Title, Text: m.Message, Body: b}, objection,
		`{"id":25,"appid":5,"message":"x","title":"x","priority":0,"date":"2026-03-02T02:41:08Z"}`,
		`{"error":"Unauthorized","errorCode":401,"errorDescription":"you need to provide a valid access token"}`)
}

// telegram is the Bot API's sendMessage. Source: core.telegram.org/bots/api#sendmessage.
func (s *Services) telegram(w http.ResponseWriter, r *http.Request) {
	b := read(r)
	var m struct {
		Text      string `json:"text"`
		Chat      string `json:"chat_id"`
		ParseMode string `json:"parse_mode"`
	}
	err := json.Unmarshal([]byte(b), &m)
	objection, no := 0, `{"ok":false,"error_code":403,"description":"Forbidden: bot was blocked by the user"}`
	switch {
	case r.URL.Path != "/bot"+TelegramBot+"/sendMessage":
		objection, no = http.StatusUnauthorized, `{"ok":false,"error_code":401,"description":"Unauthorized"}`
	case err != nil || m.Text == "" || utf8.RuneCountInString(m.Text) > 4096:
		objection, no = http.StatusBadRequest, `{"ok":false,"error_code":400,"description":"Bad Request: message text is empty or too long"}`
	case m.Chat == "" || m.Chat == "0":
		objection, no = http.StatusBadRequest, `{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}`
	}
	s.take(w, r, ServiceMessage{Service: "telegram", To: m.Chat, Title: m.ParseMode, Text: m.Text, Body: b}, objection,
		`{"ok":true,"result":{"message_id":7,"chat":{"id":1},"text":"x"}}`, no)
}

// discord is an incoming webhook's execution. Source: docs.discord.com/developers/resources/webhook.
func (s *Services) discord(w http.ResponseWriter, r *http.Request) {
	b := read(r)
	var m struct {
		Embeds []struct{ Title, Description string } `json:"embeds"`
	}
	objection := 0
	if json.Unmarshal([]byte(b), &m) != nil || len(m.Embeds) == 0 || len(m.Embeds) > 10 {
		objection = http.StatusBadRequest
		m.Embeds = append(m.Embeds, struct{ Title, Description string }{})
	}
	var text []string
	for _, e := range m.Embeds {
		text = append(text, e.Description)
	}
	s.take(w, r, ServiceMessage{Service: "discord", To: r.URL.Path, Title: m.Embeds[0].Title, Text: strings.Join(text, "\n"), Body: b}, objection,
		`{"id":"1"}`, `{"message":"Missing Permissions","code":50013}`)
}

// generic is any receiver.
func (s *Services) generic(w http.ResponseWriter, r *http.Request) {
	b := read(r)
	s.take(w, r, ServiceMessage{Service: "generic", To: r.URL.Path, Text: b, Body: b}, 0, `ok`, `no`)
}

func read(r *http.Request) string {
	b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	return string(b)
}
