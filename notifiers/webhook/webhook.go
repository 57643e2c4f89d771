// Package webhook is the channel of programs: it posts what happened as JSON to an address that people
// configure, signed so that the receiver can tell who sent it and when. docs/webhooks.md describes what is
// sent. It stores nothing and decides nothing.
package webhook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/alerting/netguard"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Options say how posts are signed, and what may be called.
type Options struct {
	Secret          string   // what posts are signed with; empty: nothing can be sent
	SecretsOld      []string // former ones, which posts are signed with besides until receivers know the new one
	Guard           *netguard.Guard
	FollowRedirects bool      // at most three, each of them guarded
	UserAgent       string    // empty: "Tocsin"
	Now             time.Time // for tests: what the signature says; zero: the moment of sending
}

const (
	redirects   = 3
	answerLimit = 16 << 10 // bytes of an answer that are read
)

// Webhook is a notifiers.Sender and Renderer; Place makes a notifiers.Board. It is safe for concurrent use.
type Webhook struct {
	opts      Options
	transport *http.Transport
}

// New makes the channel. Without a guard only public addresses are called. Without a secret it still renders,
// which is all that a sandbox needs.
func New(o Options) *Webhook {
	if o.Guard == nil {
		o.Guard = netguard.New(netguard.Options{})
	}
	if o.UserAgent == "" {
		o.UserAgent = "Tocsin"
	}
	w := &Webhook{opts: o, transport: o.Guard.Transport(nil)}
	// Where a kept connection breaks, net/http would post again by itself, since an Idempotency-Key says that
	// it may: a repeat that nobody knows of, and that is not marked.
	w.transport.DisableKeepAlives = true
	return w
}

// Send posts the page to the person's address.
func (w *Webhook) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	p := post{event: event(n), id: n.AttemptID, key: pageKey(n), body: marshal(pageBody(n, w.now()))}
	id, err := w.post(ctx, n.Person.Address(escalation.Webhook), p)
	return notifiers.Receipt{ProviderID: id}, err
}

// Render is a page as Send would post it.
func (w *Webhook) Render(n notifiers.Notice) notifiers.Rendered {
	b := pageBody(n, w.now())
	return notifiers.Rendered{To: Mask(n.Person.Address(escalation.Webhook)), Subject: b.Event, Payload: marshal(b)}
}

// Check says what is wrong with an address, for the configuration: nil if posts can be sent there. It sends
// nothing, and its error does not repeat the address.
func (w *Webhook) Check(address string) error {
	_, err := w.parse(address)
	return err
}

// Mask is what of an address may be shown: its scheme and its host. The rest may be a secret.
func Mask(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" {
		return "an address that cannot be read"
	}
	return notifiers.Plain(u.Scheme + "://" + u.Host)
}

// post is one body on its way.
type post struct {
	event, id, key string
	body           []byte
}

func (w *Webhook) post(ctx context.Context, address string, p post) (id string, err error) {
	u, err := w.parse(address)
	if err != nil {
		return "", &notifiers.Failure{Class: notifiers.Permanent, Code: "address", Err: err}
	}
	if w.opts.Secret == "" {
		return "", &notifiers.Failure{Class: notifiers.Misconfigured, Code: "secret", Err: errors.New("webhooks are not signed without a secret: set notifiers.webhook.secret")}
	}
	trip := notifiers.NewTrip(ctx, &http.Client{Transport: w.transport})
	client := &http.Client{Transport: trip, CheckRedirect: w.opts.Guard.Redirects(w.follows())}
	resp, err := client.Do(w.request(u, p))
	if err != nil {
		return "", failure(trip, u, err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, answerLimit)) // so that the connection can be used again
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return "", failure(trip, u, w.unwelcome(resp.StatusCode))
	}
	return notifiers.Cut(notifiers.Plain(resp.Header.Get("X-Request-Id")), 100), nil
}

// unwelcome says what a status means that is none of 2xx. Only 307 and 308 keep the method and what is posted.
func (w *Webhook) unwelcome(status int) error {
	switch {
	case w.follows() > 0 && status >= 301 && status <= 303:
		return fmt.Errorf("it answered %d, a redirect that loses what is posted: answer 307 or 308, or write the new address", status)
	case status >= 300 && status <= 399 && w.follows() == 0:
		return fmt.Errorf("it answered %d, and redirects are not followed: write the new address, or set notifiers.webhook.follow_redirects", status)
	}
	return fmt.Errorf("it answered %d", status)
}

func (w *Webhook) request(u *url.URL, p post) *http.Request {
	header := http.Header{
		"Content-Type": {"application/json"}, "Accept": {"*/*"}, "User-Agent": {w.opts.UserAgent},
		"Tocsin-Event": {p.event}, "Tocsin-Attempt": {p.id}, "Idempotency-Key": {p.key},
		"Tocsin-Signature": {Sign(w.now(), p.body, append([]string{w.opts.Secret}, w.opts.SecretsOld...)...)},
	}
	return &http.Request{
		Method: http.MethodPost, URL: u, Host: u.Host, Header: header, ContentLength: int64(len(p.body)),
		Body:    io.NopCloser(bytes.NewReader(p.body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(p.body)), nil },
	}
}

func (w *Webhook) follows() int {
	if w.opts.FollowRedirects {
		return redirects
	}
	return 0
}

func (w *Webhook) now() time.Time {
	if w.opts.Now.IsZero() {
		return time.Now()
	}
	return w.opts.Now
}

// parse reads an address. An error of url.Parse would repeat it, and with it what is secret in it.
func (w *Webhook) parse(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return nil, errors.New("the address cannot be read: write https://host/path")
	}
	if err := w.opts.Guard.CheckURL(u); err != nil {
		return nil, fmt.Errorf("nothing can be posted to %s: %w", Mask(address), err)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// failure classifies what came of a post. What the guard refuses stays refused until the configuration is
// another. Errors of the client would repeat the whole address: they are unwrapped.
func failure(trip *notifiers.Trip, u *url.URL, err error) *notifiers.Failure {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	f := trip.Failure(fmt.Errorf("posting to %s: %w", Mask(u.String()), err))
	if _, refused := errors.AsType[*netguard.Refused](err); refused {
		f.Class, f.Code = notifiers.Permanent, "guard"
	}
	return f
}
