package config

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
)

// Email is the mail server's settings.
type Email struct {
	SMTP        string `json:"smtp" jsonschema:"example=smtp.example.com:587" jsonschema_description:"Host and port of the mail server."`
	From        string `json:"from" jsonschema:"example=Tocsin <tocsin@example.com>" jsonschema_description:"The sender's address."`
	Username    string `json:"username" jsonschema_description:"What Tocsin signs in with."`
	Password    Secret `json:"password" jsonschema_description:"Its password."`
	TLS         TLS    `json:"tls" jsonschema:"default=starttls" jsonschema_description:"How the connection is protected. With none, no sign-in is needed."`
	Unsubscribe string `json:"unsubscribe" jsonschema:"example=mailto:oncall@example.com" jsonschema_description:"Where a reader of digests asks for an end of them: an address, or an https page. Left out: the sender's address."`
	KeepOrSend  *bool  `json:"sandbox" jsonschema_description:"true keeps messages at /outbox, false sends them (also to a server that asks for no sign-in); left out: sends if the credentials are there."`
	Sandbox     bool   `json:"-"` // messages are kept, not sent
}

// TLS is how a connection is protected.
type TLS string

// The ways to protect a connection.
const (
	STARTTLS    TLS = "starttls" // required: never falls back to plain text
	ImplicitTLS TLS = "tls"
	NoTLS       TLS = "none"
)

func readEmail(v value) Email {
	e := Email{TLS: STARTTLS}
	v.object(
		key("smtp", &e.SMTP, parsed("server", parseServer)),
		key("from", &e.From, parsed("email address", parseSender)),
		key("username", &e.Username, text),
		key("password", &e.Password, secret),
		key("tls", &e.TLS, choice("tls", STARTTLS, ImplicitTLS, NoTLS)),
		key("unsubscribe", &e.Unsubscribe, parsed("address", parseUnsubscribe)),
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

// parseUnsubscribe reads where digests are ended: a mailbox, or an https page.
func parseUnsubscribe(s string) (string, error) {
	if _, err := parseMailbox(strings.TrimPrefix(s, "mailto:")); err == nil {
		return s, nil
	}
	if u, err := parseURL(s); err == nil && strings.HasPrefix(u, "https://") {
		return s, nil
	}
	return "", fmt.Errorf("%q is no email address and no https page: write it as in oncall@example.com or https://wiki.example.com/digests", s)
}
