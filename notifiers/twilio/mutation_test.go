package twilio_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"testing"

	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// setUp is a way from Twilio to Tocsin: what Twilio calls, and what arrives here of it.
type setUp struct {
	public string // server.public_url
	called string // the address that Twilio calls and signs
	path   string // what is left of it after the proxies
	host   string // the Host header after the proxies
}

var setUps = []setUp{
	{"https://tocsin.example.com", "https://tocsin.example.com/twilio/sms", "/twilio/sms", "tocsin.example.com"},
	{"https://tocsin.example.com/", "https://tocsin.example.com/twilio/sms", "/twilio/sms", "10.0.0.7:8080"},
	{"https://tocsin.example.com", "https://tocsin.example.com:443/twilio/sms", "/twilio/sms", "localhost"},
	{"https://tocsin.example.com:8443", "https://tocsin.example.com:8443/twilio/sms", "/twilio/sms", "tocsin.example.com:8443"},
	{"https://tocsin.example.com:8443", "https://tocsin.example.com/twilio/sms", "/twilio/sms", "evil.example"}, // Twilio may leave the port out
	{"https://example.com/ops/tocsin", "https://example.com/ops/tocsin/twilio/sms", "/twilio/sms", "tocsin.internal"},
	{"http://127.0.0.1:8080", "http://127.0.0.1:8080/twilio/sms", "/twilio/sms", "127.0.0.1:8080"},
	{"http://192.0.2.1/ops", "http://192.0.2.1/ops/twilio/sms", "/twilio/sms", ""},
}

func TestNoMutatedSMSIsTakenAndEveryRightOneIsBehindEveryProxy(t *testing.T) {
	t.Parallel()
	mutations := notifierstest.TortureRequests()
	random := rand.New(rand.NewPCG(5, 6))
	taken := &last{}
	var good delivery
	var h http.Handler
	for i := range mutations {
		if i%500 == 0 {
			s := setUps[i/500%len(setUps)]
			h = behind(s.public).InboundHandler(taken, taken.apply)
			form := sms("ACK 412")
			form.Set("MessageSid", fmt.Sprintf("SM%032x", i))
			good = delivery{s.path, s.host, notifierstest.TwilioSignature(notifierstest.TwilioToken, s.called, form), []byte(form.Encode())}
			if status := good.send(h); status != http.StatusOK || taken.n != i/500+1 || taken.reply.ID != form.Get("MessageSid") {
				t.Fatalf("the right one behind %+v was answered %d", s, status)
			}
		}
		before := *taken
		bad := good.mutate(random)
		bad.send(h)
		if taken.reply != before.reply { // the same may be written in several ways (%20 or +): that is a second delivery
			t.Fatalf("mutation %d: %q made %+v of %+v", i, bad.body, taken.reply, before.reply)
		}
		taken.n = before.n
	}
	t.Logf("Twilio's SMS: %d mutated requests, none taken; %d right ones, all taken", mutations, taken.n)
}

func TestASignatureForAnotherAddressIsRefused(t *testing.T) {
	for _, called := range []string{
		"https://evil.example/twilio/sms", "http://tocsin.example.com/twilio/sms", "https://tocsin.example.com/twilio/status",
		"https://tocsin.example.com/ops/twilio/sms", "https://tocsin.example.com:8443/twilio/sms", "https://tocsin.example.com/twilio/sms?x=1",
	} {
		taken := &last{}
		d := delivery{"/twilio/sms", "evil.example", notifierstest.TwilioSignature(notifierstest.TwilioToken, called, sms("ACK 412")), []byte(sms("ACK 412").Encode())}
		if status := d.send(account().InboundHandler(taken, taken.apply)); status != http.StatusForbidden || taken.n != 0 {
			t.Errorf("one signed for %s was answered %d", called, status)
		}
	}
}

// last is an Inbox that keeps the last reply.
type last struct {
	n     int
	reply escalation.Reply
}

func (l *last) TakeReply(_ context.Context, r escalation.Reply) (bool, error) {
	l.n++
	l.reply = r
	return true, nil
}

func (*last) apply(context.Context, string) (string, error) { return "", nil }

// delivery is a request as it arrives.
type delivery struct {
	path, host, signature string
	body                  []byte
}

func (d delivery) send(h http.Handler) int {
	u, err := url.ParseRequestURI(d.path)
	if err != nil {
		return http.StatusBadRequest // as the server would
	}
	w := &status{header: http.Header{}, code: http.StatusOK}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "X-Twilio-Signature": {d.signature}}
	h.ServeHTTP(w, &http.Request{Method: http.MethodPost, URL: u, Host: d.host, Header: header, Body: body{bytes.NewReader(d.body)}})
	return w.code
}

func (d delivery) mutate(random *rand.Rand) delivery {
	switch random.IntN(10) {
	case 8, 9:
		if form, err := url.ParseQuery(string(d.body)); err == nil {
			if other := twilio.Recut(form, random.IntN); other != nil {
				d.body = []byte(other.Encode())
			}
		}
	case 0:
		d.path = string(spoil(random, []byte(d.path)))
	case 1, 2:
		d.signature = string(spoil(random, []byte(d.signature)))
	default:
		d.body = spoil(random, d.body)
	}
	return d
}

// spoil changes, inserts, takes out, doubles, or cuts off bytes, or turns a letter's case.
func spoil(random *rand.Rand, b []byte) []byte {
	at := random.IntN(len(b))
	out := bytes.Clone(b)
	switch random.IntN(6) {
	case 0:
		out[at] ^= byte(1 + random.IntN(255))
	case 1:
		return append(append(out[:at:at], byte(random.IntN(256))), b[at:]...)
	case 2:
		return append(out[:at:at], b[at+1:]...)
	case 3:
		return append(out, b[at:]...)
	case 4:
		return out[:at]
	default:
		out[at] ^= 0x20
	}
	return out
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

// status is a ResponseWriter that keeps the status alone.
type status struct {
	header http.Header
	code   int
}

func (s *status) Header() http.Header         { return s.header }
func (s *status) Write(b []byte) (int, error) { return len(b), nil }
func (s *status) WriteHeader(code int)        { s.code = code }
