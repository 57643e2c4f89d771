package config

import (
	"errors"
	"net"
	"net/netip"
	"strings"
)

// Notifiers are the channels and what they sign in with.
type Notifiers struct {
	Slack  Slack  `json:"slack" jsonschema_description:"Messages in Slack. Needs bot_token."`
	Twilio Twilio `json:"twilio" jsonschema_description:"SMS over Twilio. Needs account_sid, auth_token and from."`
	Email  Email  `json:"email" jsonschema_description:"Email. Needs smtp and from; also username and password unless tls is none."`
}

// Slack is Slack's settings.
type Slack struct {
	BotToken      Secret `json:"bot_token" jsonschema_description:"Bot token (xoxb-...)."`
	SigningSecret Secret `json:"signing_secret" jsonschema_description:"What Slack signs its requests with; without it, buttons are refused."`
	Channel       string `json:"channel" jsonschema:"example=C0INCIDENTS" jsonschema_description:"ID of the channel that shows each incident; without it, only people are told."`
	APIURL        string `json:"api_url" jsonschema_description:"Another address of the API, up to and with /api/. Empty: Slack's."`
	KeepOrSend    *bool  `json:"sandbox" jsonschema_description:"true keeps messages at /outbox, false sends them; left out: sends if the credentials are there."`
	Sandbox       bool   `json:"-"` // messages are kept, not sent
}

// Twilio is Twilio's settings.
type Twilio struct {
	AccountSID string `json:"account_sid" jsonschema:"example=AC0123" jsonschema_description:"Account SID."`
	AuthToken  Secret `json:"auth_token" jsonschema_description:"Auth token; it also checks the signatures of what Twilio sends."`
	From       string `json:"from" jsonschema:"example=+15005550006" jsonschema_description:"The number that messages come from, in E.164."`
	APIURL     string `json:"api_url" jsonschema_description:"Another address of the API: scheme and host. Empty: Twilio's."`
	KeepOrSend *bool  `json:"sandbox" jsonschema_description:"true keeps messages at /outbox, false sends them; left out: sends if the credentials are there."`
	Sandbox    bool   `json:"-"` // messages are kept, not sent
}

// Email is the mail server's settings.
type Email struct {
	SMTP       string `json:"smtp" jsonschema:"example=smtp.example.com:587" jsonschema_description:"Host and port of the mail server."`
	From       string `json:"from" jsonschema:"example=Tocsin <tocsin@example.com>" jsonschema_description:"The sender's address."`
	Username   string `json:"username" jsonschema_description:"What Tocsin signs in with."`
	Password   Secret `json:"password" jsonschema_description:"Its password."`
	TLS        TLS    `json:"tls" jsonschema:"default=starttls" jsonschema_description:"How the connection is protected. With none, no sign-in is needed."`
	KeepOrSend *bool  `json:"sandbox" jsonschema_description:"true keeps messages at /outbox, false sends them (also to a server that asks for no sign-in); left out: sends if the credentials are there."`
	Sandbox    bool   `json:"-"` // messages are kept, not sent
}

// TLS is how a connection is protected.
type TLS string

// The ways to protect a connection.
const (
	STARTTLS    TLS = "starttls" // required: never falls back to plain text
	ImplicitTLS TLS = "tls"
	NoTLS       TLS = "none"
)

func readNotifiers(v value) Notifiers {
	var n Notifiers
	v.object(
		section("slack", &n.Slack, readSlack),
		section("twilio", &n.Twilio, readTwilio),
		section("email", &n.Email, readEmail),
	)
	return n
}

func readSlack(v value) Slack {
	var s Slack
	v.object(
		key("bot_token", &s.BotToken, secret),
		key("signing_secret", &s.SigningSecret, secret),
		key("channel", &s.Channel, text),
		key("api_url", &s.APIURL, hidden(parseSlackURL)),
		key("sandbox", &s.KeepOrSend, choose),
	)
	s.Sandbox = v.sandbox(s.KeepOrSend, "bot_token")
	if !s.Sandbox && s.SigningSecret == "" {
		v.warn(KindIncomplete, "slack has no signing_secret: its buttons are refused")
	}
	if !s.Sandbox && s.Channel == "" {
		v.warn(KindIncomplete, "slack has no channel: incidents are shown in none, only people are told")
	}
	return s
}

// parseSlackURL reads a URL that method names are appended to: it ends with a slash.
func parseSlackURL(s string) (string, error) {
	s, err := parseBaseURL(s)
	if err == nil && !strings.HasSuffix(s, "/api") {
		return "", errors.New("this URL must end with /api/")
	}
	return s + "/", err
}

func readTwilio(v value) Twilio {
	var t Twilio
	v.object(
		key("account_sid", &t.AccountSID, text),
		key("auth_token", &t.AuthToken, secret),
		key("from", &t.From, parsed("telephone number", parsePhone)),
		key("api_url", &t.APIURL, hidden(parseBaseURL)),
		key("sandbox", &t.KeepOrSend, choose),
	)
	t.Sandbox = v.sandbox(t.KeepOrSend, "account_sid", "auth_token", "from")
	return t
}

func readEmail(v value) Email {
	e := Email{TLS: STARTTLS}
	v.object(
		key("smtp", &e.SMTP, parsed("server", parseServer)),
		key("from", &e.From, parsed("email address", parseSender)),
		key("username", &e.Username, text),
		key("password", &e.Password, secret),
		key("tls", &e.TLS, choice("tls", STARTTLS, ImplicitTLS, NoTLS)),
		key("sandbox", &e.KeepOrSend, choose),
	)
	if e.Username != "" && e.TLS == NoTLS && !onThisHost(e.SMTP) {
		v.fail("email would send its password over an open line: set tls to starttls or tls")
	}
	needs := []string{"smtp", "from"}
	if e.TLS != NoTLS && e.KeepOrSend == nil || e.Username != "" {
		needs = append(needs, "username", "password")
	}
	e.Sandbox = v.sandbox(e.KeepOrSend, needs...)
	return e
}

// onThisHost reports whether a host and port are on this machine.
func onThisHost(server string) bool {
	host, _, _ := net.SplitHostPort(server)
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// choose is true or false, where nil says neither.
func choose(v value) *bool {
	return parsed("truth value", func(s string) (*bool, error) {
		switch s {
		case "true", "false":
			return new(s == "true"), nil
		}
		return nil, errors.New("write true or false")
	})(v)
}

// sandbox reports whether the channel v keeps its messages, and warns if that is for want of needs.
func (v value) sandbox(chosen *bool, needs ...string) bool {
	if chosen != nil && *chosen {
		return true
	}
	var missing []string
	for _, key := range needs {
		if !v.has(key) {
			missing = append(missing, key)
		}
	}
	switch {
	case len(missing) == 0:
		return false
	case chosen != nil:
		v.fail("%s cannot send (sandbox: false) without %s", v.key, and(missing))
	default:
		hint := ""
		if v.key == "email" && v.has("smtp") && v.has("from") {
			hint = " (sandbox: false sends without signing in)"
		}
		v.warn(KindSandbox, "%s is a sandbox for want of %s%s: what it would send is kept at /outbox", v.key, and(missing), hint)
	}
	return true
}
