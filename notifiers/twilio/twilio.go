// Package twilio is the SMS channel: it writes a page in one GSM-7 segment where that fits, hands it to
// Twilio, and verifies and reads what Twilio sends back. It stores nothing; receipts go to an interface.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// Options say which account, and where Tocsin can be reached.
type Options struct {
	AccountSID string
	AuthToken  string
	From       string       // the sender's number, E.164
	APIURL     string       // scheme and host; empty is Twilio's
	PublicURL  string       // Tocsin's own, in callbacks; signatures are checked against it
	HTTP       *http.Client // nil is http.DefaultTransport
}

// Twilio is a notifiers.Sender and Renderer, and reads Twilio's requests. It is safe for concurrent use.
type Twilio struct{ opts Options }

// New makes the channel. Without credentials it still renders, which is all that a sandbox needs.
func New(o Options) *Twilio {
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	o.APIURL = strings.TrimRight(o.APIURL, "/")
	return &Twilio{opts: o}
}

// Send hands the page to Twilio as an SMS; Twilio reports its delivery to /twilio/status.
func (t *Twilio) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	trip := notifiers.NewTrip(ctx, t.opts.HTTP)
	params := (&openapi.CreateMessageParams{}).
		SetTo(n.Person.Address(escalation.SMS)).SetFrom(t.opts.From).
		SetBody(Text(n)).SetStatusCallback(t.callback(n.AttemptID))
	m, err := t.api(trip).CreateMessage(params)
	if err != nil {
		return notifiers.Receipt{Receipts: trip.Status() < 300}, failure(trip, err) // after a 502 none is waited for
	}
	if m.Sid == nil || *m.Sid == "" {
		return notifiers.Receipt{Receipts: true}, trip.Failure(errors.New("the answer names no message"))
	}
	if m.ErrorCode != nil && *m.ErrorCode != 0 {
		return notifiers.Receipt{}, refusal(trip, *m.ErrorCode, "Twilio took the message and gave it up at once")
	}
	return notifiers.Receipt{ProviderID: *m.Sid, Receipts: true}, nil
}

// Render is a page as Send would write it.
func (t *Twilio) Render(n notifiers.Notice) notifiers.Rendered {
	return notifiers.Rendered{To: n.Person.Address(escalation.SMS), Text: Text(n)}
}

func (t *Twilio) callback(attemptID string) string {
	return t.opts.PublicURL + "/twilio/status?attempt=" + url.QueryEscape(attemptID)
}

// api is Twilio's client for one call. The handler is made by hand: the library's own constructor reads
// the environment.
func (t *Twilio) api(trip *notifiers.Trip) *openapi.ApiService {
	c := &client.Client{Credentials: client.NewCredentials(t.opts.AccountSID, t.opts.AuthToken), HTTPClient: trip.Client()}
	c.SetAccountSid(t.opts.AccountSID)
	return openapi.NewApiService(&client.RequestHandler{Client: &elsewhere{Client: c, api: t.opts.APIURL}})
}

// elsewhere sends Twilio's requests to another address than Twilio's, if there is one.
type elsewhere struct {
	*client.Client
	api string
}

// SendRequest is client.BaseClient's.
func (e *elsewhere) SendRequest(method, rawURL string, data url.Values, headers map[string]any, body ...byte) (*http.Response, error) {
	if path, ok := strings.CutPrefix(rawURL, "https://api.twilio.com"); ok && e.api != "" {
		rawURL = e.api + path
	}
	return e.Client.SendRequest(method, rawURL, data, headers, body...)
}

// failure classifies an error of one call: by Twilio's own code if there is one, else by how far the
// call got.
func failure(trip *notifiers.Trip, err error) *notifiers.Failure {
	if e, ok := errors.AsType[*client.TwilioRestError](err); ok && e.Code != 0 {
		return refusal(trip, e.Code, "Twilio refused the message: "+notifiers.Cut(notifiers.Plain(e.Message), 300))
	}
	return trip.Failure(fmt.Errorf("sending to Twilio: %w", err))
}
