// Package email is the email channel: text and HTML, one thread per incident, over SMTP with deadlines
// of its own. It stores nothing and decides nothing.
package email

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// TLS says how the connection to the mail server is protected.
type TLS string

// How a connection may be protected.
const (
	StartTLS TLS = "starttls" // required: without it nothing is sent
	Implicit TLS = "tls"      // TLS from the first byte
	NoTLS    TLS = "none"
)

// Options say which server, and who writes.
type Options struct {
	SMTP      string // host:port
	From      string // an address, with or without a name
	Username  string // empty: no sign-in
	Password  string
	TLS       TLS            // empty is StartTLS
	PublicURL string         // Tocsin's own; its host names the message ids
	RootCAs   *x509.CertPool // nil is the system's
	// Unsubscribe is whom, or where, a reader of digests asks for an end of them: "mailto:ADDRESS", an
	// address, or an https page. Empty is the sender's address.
	Unsubscribe string
	Texts       *notifiers.Texts // nil is what is built in
}

// Email is a notifiers.Sender and Renderer. It is safe for concurrent use.
type Email struct {
	opts  Options
	host  string // of opts.SMTP
	from  mail.Address
	id    string // what stands behind the @ of message ids
	texts *notifiers.Texts

	unsubscribe string // a URI
	limits      limits
}

// New makes the channel. It refuses settings with which nothing could ever be sent, and those that
// would send a password over an open line.
func New(o Options) (*Email, error) {
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	if o.TLS != StartTLS && o.TLS != Implicit && o.TLS != NoTLS {
		return nil, fmt.Errorf("email: tls is %q: use starttls, tls or none", o.TLS)
	}
	host, _, err := net.SplitHostPort(o.SMTP)
	if err != nil {
		return nil, fmt.Errorf("email: smtp is %q: write host:port", o.SMTP)
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("email: from is %q, which is no email address: %w", o.From, err)
	}
	if o.Username != "" && o.TLS == NoTLS && !isLocal(host) {
		return nil, errors.New("email: a password is not sent over an open line: set tls to starttls or tls")
	}
	unsubscribe, err := unsubscribeURI(o.Unsubscribe, from.Address)
	if err != nil {
		return nil, err
	}
	words, err := o.Texts.With(Room())
	if err != nil {
		return nil, fmt.Errorf("email: %w", err)
	}
	return &Email{opts: o, host: host, from: *from, id: domain(o.PublicURL), texts: words, unsubscribe: unsubscribe, limits: usual()}, nil
}

// domain is the public URL's host as the right side of an address.
func domain(publicURL string) string {
	u, err := url.Parse(publicURL)
	if err != nil || u.Hostname() == "" {
		return "tocsin.invalid"
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil {
		if ip.To4() == nil {
			return "[IPv6:" + ip.String() + "]"
		}
		return "[" + ip.String() + "]"
	}
	return strings.ToLower(u.Hostname())
}

func isLocal(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send hands the page to the mail server. The receipt carries the server's own words (its queue id), or
// the message's id where it says nothing.
func (e *Email) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	to, err := mail.ParseAddress(n.Person.Address(escalation.Email))
	if err != nil {
		return notifiers.Receipt{}, &notifiers.Failure{Class: notifiers.Permanent, Code: "address", Err: fmt.Errorf("%q is no email address", n.Person.Address(escalation.Email))}
	}
	raw, err := e.build(n, *to, time.Now())
	if err != nil {
		return notifiers.Receipt{}, &notifiers.Failure{Class: notifiers.Permanent, Err: fmt.Errorf("writing the email: %w", err)}
	}
	said, err := e.deliver(ctx, to.Address, raw)
	if err != nil {
		return notifiers.Receipt{}, err
	}
	if said == "" {
		said = e.messageID(n.AttemptID)
	}
	return notifiers.Receipt{ProviderID: said}, nil
}
