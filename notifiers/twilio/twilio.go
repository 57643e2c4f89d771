// Package twilio is the channels for SMS and for calls: it writes a page in one GSM-7 segment where that fits,
// or says it on the telephone, hands it to Twilio, and verifies and reads what Twilio sends back. It stores
// nothing; what is to be kept goes to interfaces.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// Options say which account, where Tocsin can be reached, and what may leave.
type Options struct {
	AccountSID   string
	AuthToken    string
	From         string       // the sender's number, E.164
	FromFallback string       // another of the account's, used where From is refused; empty: none
	APIURL       string       // scheme and host; empty is Twilio's
	PublicURL    string       // Tocsin's own, in callbacks; signatures are checked against it
	HTTP         *http.Client // nil is http.DefaultTransport

	Countries  []string                             // codes of the countries that may be written to and called: "+49"; none: all
	Budget     Budget                               // a day, of SMS and of calls each
	Spending   Spending                             // counts for Budget; nil: there is no limit
	OptOuts    OptOuts                              // nil: only Twilio knows
	Answers    Answers                              // nil: answers to replies are not counted
	Known      func(number string) bool             // whether the directory in force has a number; nil: it has all
	Vocabulary *Vocabulary                          // what an SMS may say; nil: the English words
	Locale     func(number string) notifiers.Locale // how whoever has a number is spoken to; nil: in English
	Texts      *notifiers.Texts                     // with this package's Rooms; nil: the texts that are built in
	Zone       *time.Location                       // in which a day begins; nil: UTC
	Now        func() time.Time
	Log        *slog.Logger // nil: nothing is logged
}

// Twilio is a notifiers.Sender and Renderer for SMS, makes that for calls (Voice), and reads Twilio's
// requests. It is safe for concurrent use.
type Twilio struct {
	opts       Options
	sms, voice *notifiers.Texts
	vocabulary *Vocabulary
	log        *slog.Logger
}

// New makes the channel. Without credentials it still renders, which is all that a sandbox needs.
func New(o Options) *Twilio {
	o.PublicURL = strings.TrimRight(o.PublicURL, "/")
	o.APIURL = strings.TrimRight(o.APIURL, "/")
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	t := &Twilio{opts: o, vocabulary: o.Vocabulary, log: o.Log}
	rooms := Rooms()
	t.sms, t.voice = builtIn(o.Texts.With(rooms[0])), builtIn(o.Texts.With(rooms[1]))
	if t.vocabulary == nil {
		t.vocabulary = builtIn(NewVocabulary(Keywords{}))
	}
	return t
}

// builtIn is what is part of the program, and fails only if that is wrong.
func builtIn[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Send hands the page to Twilio as an SMS; Twilio reports its delivery to /twilio/status. Who has sent STOP,
// a country that is not allowed and a day's budget that is used up are a Failure before Twilio is asked.
func (t *Twilio) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	to := n.Person.Address(escalation.SMS)
	if err := t.mayLeave(ctx, escalation.SMS, to, n.Page.Severity); err != nil {
		return notifiers.Receipt{}, err
	}
	return t.bySender(func(from string) (notifiers.Receipt, *notifiers.Failure) {
		r, f := t.write(ctx, n, to, from)
		switch {
		case f != nil && f.Code == optOutCode:
			t.learned(ctx, to, optOutCode)
		case f == nil && from == t.opts.From:
			t.learned(ctx, to, "")
		}
		return r, f
	})
}

func (t *Twilio) write(ctx context.Context, n notifiers.Notice, to, from string) (notifiers.Receipt, *notifiers.Failure) {
	trip := notifiers.NewTrip(ctx, t.opts.HTTP)
	params := (&openapi.CreateMessageParams{}).
		SetTo(to).SetFrom(from).SetBody(t.text(n)).SetStatusCallback(t.callback(n.AttemptID))
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
	return notifiers.Rendered{To: n.Person.Address(escalation.SMS), Text: t.text(n)}
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
		return refusal(trip, e.Code, "Twilio refused the message: "+MaskAll(notifiers.Cut(notifiers.Plain(e.Message), 300)))
	}
	return trip.Failure(fmt.Errorf("sending to Twilio: %w", err))
}
