package web

import (
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers/link"
	"tocsin/notifiers/notifierstest"
)

// signedLinks are links as the program makes and reads them.
type signedLinks struct{ *link.Signer }

func (l signedLinks) Parse(token string, now time.Time) (incident int64, person string, expires time.Time, err error) {
	c, err := l.Signer.Parse(token, now)
	if errors.Is(err, link.ErrExpired) {
		err = ErrLinkExpired
	}
	return c.Incident, c.Person, c.Expires, err
}

// proxied is a way from a person's browser to Tocsin.
type proxied struct {
	public  string // server.public_url
	host    string // the Host header after the proxies
	from    string // whoever connects
	forward string // X-Forwarded-For; empty: none
	client  string // who is answered, as Tocsin knows them
	modern  bool   // the browser says Sec-Fetch-*
}

func proxies() []proxied {
	return []proxied{
		{"https://tocsin.example.com", "tocsin.example.com", "203.0.113.9:4000", "", "203.0.113.9", true},
		{"https://tocsin.example.com", "10.0.0.7:8080", "10.0.0.1:4000", "203.0.113.9", "203.0.113.9", true},
		{"https://tocsin.example.com:8443", "localhost", "10.0.0.1:4000", "203.0.113.9, 10.0.0.2", "203.0.113.9", true},
		{"https://example.com/ops/tocsin", "tocsin.internal", "10.0.0.1:4000", "203.0.113.9", "203.0.113.9", true},
		{"https://tocsin.example.com", "evil.example", "203.0.113.9:4000", "198.51.100.1", "203.0.113.9", true}, // nobody trusts them
		{"http://127.0.0.1:8080", "127.0.0.1:8080", "127.0.0.1:4000", "", "127.0.0.1", false},
	}
}

// visit is one request of a link.
type visit struct {
	method, token string
	form          string
	by            proxied
}

func (v visit) send(h http.Handler) int {
	r := &http.Request{
		Method: v.method, URL: &url.URL{Path: "/a/" + v.token}, Host: v.by.host, RemoteAddr: v.by.from, RequestURI: "/a/" + url.PathEscape(v.token),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   http.NoBody,
	}
	if v.form != "" {
		r.Body = readCloser{bytes.NewReader([]byte(v.form))}
		r.ContentLength = int64(len(v.form))
	}
	if v.by.forward != "" {
		r.Header.Set("X-Forwarded-For", v.by.forward)
	}
	if origin, err := url.Parse(v.by.public); err == nil {
		r.Header.Set("Origin", origin.Scheme+"://"+origin.Host)
	}
	if v.by.modern {
		for name, value := range map[string]string{"Mode": "navigate", "Dest": "document", "Site": "same-origin", "User": "?1"} {
			r.Header.Set("Sec-Fetch-"+name, value)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// pressedNow is the form of a link's screen, as served a moment ago, whose button a person pressed.
func pressedNow(token string) string {
	return url.Values{
		"verb": {string(escalation.Acknowledge)}, "hand": {"pressed"},
		"nonce": {linkKey.nonce(token, purposePage, time.Now().Add(-5*time.Second))},
	}.Encode()
}

// linked is a server behind a public URL with real links; each good link is about #412 and the System Admin's.
func linked(t *testing.T, by proxied) (w *world, h http.Handler, token func() string) {
	t.Helper()
	w = scene(time.Now())
	o := w.options()
	public, err := url.Parse(by.public)
	if err != nil {
		t.Fatal(err)
	}
	signer := link.New([]byte("0123456789abcdef0123456789abcdef"), by.public)
	o.PublicURL, o.Links, o.Logger = public, signedLinks{signer}, slog.New(slog.DiscardHandler)
	o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	n := 0
	return w, New(o), func() string {
		n++
		_, token, _ := strings.Cut(signer.URL(412, "system-admin", time.Now().Add(time.Duration(n)*time.Hour)), "/a/")
		return token
	}
}

func TestNoMutatedLinkActsAndEveryRightOneDoesBehindEveryProxy(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(11, 12))
	mutations, tried, right := notifierstest.TortureRequests(), 0, 0
	for k, by := range proxies() {
		w, h, token := linked(t, by)
		var good string
		for i := range mutations / len(proxies()) {
			if i%500 == 0 {
				good = token()
				if status := (visit{"GET", good, "", by}).send(h); status != http.StatusOK || len(w.answers) != 0 {
					t.Fatalf("behind %+v the right link is answered %d, and did %+v", by, status, w.answers)
				}
				status := (visit{"POST", good, pressedNow(good), by}).send(h)
				if status != http.StatusSeeOther || len(w.answers) != 1 || w.answers[0].By != (alerting.Actor{Name: "system-admin", Via: "link", From: by.client}) {
					t.Fatalf("behind %+v the right press is answered %d, and did %+v", by, status, w.answers)
				}
				right++
				w.reset()
			}
			bad := visit{"POST", spoilt(random, good), "", by}
			bad.form = pressedNow(bad.token) // as if they had the screen's key
			if bad.token == good {
				continue
			}
			if i%2 == 1 {
				screen := pressedNow(good)
				bad.token, bad.form = good, spoilt(random, screen)
				if nonceOf(bad.form) == nonceOf(screen) {
					continue // another field, or another spelling: the press is the same
				}
			}
			tried++
			status := bad.send(h)
			if len(w.answers) != 0 || i%2 == 0 && status != http.StatusNotFound && status != http.StatusTooManyRequests {
				t.Fatalf("set-up %d, mutation %d: %q with %q is answered %d, and did %+v", k, i, bad.token, bad.form, status, w.answers)
			}
			if i%2 == 0 {
				if status := (visit{"GET", bad.token, "", by}).send(h); status != http.StatusNotFound && status != http.StatusTooManyRequests {
					t.Fatalf("set-up %d, mutation %d: %q shows something: %d", k, i, bad.token, status)
				}
			}
		}
	}
	t.Logf("links over HTTP: %d mutated requests, none accepted; %d right ones, all accepted", tried, right)
}

func nonceOf(form string) string {
	values, _ := url.ParseQuery(form)
	return values.Get("nonce")
}

// reset makes what happened undone.
func (w *world) reset() {
	fresh := scene(time.Now())
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers, w.cases, w.timeline, w.audited = nil, fresh.cases, fresh.timeline, nil
}

// spoilt changes, inserts, doubles or takes out a character, cuts the rest off, or turns a bit of what is encoded.
func spoilt(random *rand.Rand, s string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+&%/. \n\x00\xff"
	at, c := random.IntN(len(s)), string(alphabet[random.IntN(len(alphabet))])
	switch random.IntN(6) {
	case 0:
		return s[:at] + c + s[at+1:]
	case 1:
		return s[:at] + c + s[at:]
	case 2:
		return s[:at] + s[at+1:]
	case 3:
		return s[:at]
	case 4:
		return s + s[at:]
	}
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) == 0 {
		return s + c
	}
	raw[random.IntN(len(raw))] ^= 1 << random.IntN(8)
	return base64.RawURLEncoding.EncodeToString(raw)
}
