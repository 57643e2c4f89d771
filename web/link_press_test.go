package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// What scanners send, and what old browsers do. Nothing of it may act at once.
func TestWhatNoPersonPressedChangesNothing(t *testing.T) {
	w, base := start(t)
	served := time.Now().Add(-5 * time.Second)
	good := linkForm(herLink, escalation.Acknowledge, served)
	for name, c := range map[string]struct {
		r    request
		want int
	}{
		"a form sent by a script":            {good, 409},
		"a fetch by a script":                {good.with("Sec-Fetch-Mode", "cors").with("Sec-Fetch-Dest", "empty").with("Sec-Fetch-User", "?1"), 403},
		"a frame":                            {good.with("Sec-Fetch-Dest", "iframe").with("Sec-Fetch-User", "?1"), 403},
		"another site":                       {press(herLink, escalation.Acknowledge).with("Sec-Fetch-Site", "cross-site"), 403},
		"another origin":                     {press(herLink, escalation.Acknowledge).with("Sec-Fetch-Site", "").with("Origin", "https://evil.example.com"), 403},
		"a press too fast for a person":      {linkForm(herLink, escalation.Acknowledge, time.Now()).with("Sec-Fetch-User", "?1"), 409},
		"a press on a page from yesterday":   {linkForm(herLink, escalation.Acknowledge, time.Now().Add(-time.Hour)).with("Sec-Fetch-User", "?1"), 409},
		"a press on another link's page":     {press("devops-lead_412", escalation.Acknowledge), 409},
		"no nonce":                           {form(url.Values{"verb": {"acknowledge"}}).with("Sec-Fetch-User", "?1"), 409},
		"no button":                          {form(url.Values{"nonce": {linkKey.nonce(herLink, purposePage, served)}}).with("Sec-Fetch-User", "?1"), 400},
		"a verb that a link has not":         {press(herLink, escalation.Reopen), 400},
		"a program that has only the nonce":  {form(url.Values{"verb": {"acknowledge"}, "nonce": {linkKey.nonce(herLink, purposePage, served)}}), 409},
		"a box ticked on the first page":     {form(url.Values{"verb": {"acknowledge"}, "nonce": {linkKey.nonce(herLink, purposePage, served)}, "sure": {"yes"}}), 409},
		"a second page with its box empty":   {form(url.Values{"verb": {"acknowledge"}, "nonce": {linkKey.nonce(herLink, "sure/acknowledge", served)}}), 409},
		"a second page for something else":   {form(url.Values{"verb": {"resolve"}, "nonce": {linkKey.nonce(herLink, "sure/acknowledge", served)}, "sure": {"yes"}}), 409},
		"a second page faster than a person": {form(url.Values{"verb": {"acknowledge"}, "nonce": {linkKey.nonce(herLink, "sure/acknowledge", time.Now())}, "sure": {"yes"}}), 409},
	} {
		if got := send(t, client(t), "POST", base+"/a/"+herLink, c.r); got.status != c.want {
			t.Errorf("%s: status %d, want %d: %.300s", name, got.status, c.want, got.body)
		}
		if len(w.answers) > 0 {
			t.Fatalf("%s acted", name)
		}
	}
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"} {
		send(t, client(t), method, base+"/a/"+herLink, press(herLink, escalation.Acknowledge).with("Purpose", "prefetch"))
		if len(w.answers) > 0 {
			t.Fatalf("%s acted", method)
		}
	}
}

// A browser without Sec-Fetch-User: its person is seen by link.js, or asked on a second page. Where the
// page came over plain HTTP, browsers say nothing but "Origin: null".
func TestAnOldBrowsersPersonIsAskedOnceMore(t *testing.T) {
	w, base := start(t)
	old := form(url.Values{"verb": {"acknowledge"}, "nonce": {linkKey.nonce(herLink, purposePage, time.Now().Add(-5*time.Second))}}).with("Origin", "null")
	page := send(t, client(t), "POST", base+"/a/"+herLink, old).want(t, 409)
	if got := page.text(t, "form.sure"); !strings.Contains(got, "I mean it: acknowledge #412") {
		t.Fatalf("second page: %q", got)
	}
	nonce := attr(page.find(t, "input[name=nonce]")[0], "value")
	if linkKey.check(herLink, purposeSure+"acknowledge", nonce, time.Now().Add(time.Minute)) != fresh {
		t.Fatalf("nonce %q", nonce)
	}
	sure := form(url.Values{"verb": {"acknowledge"}, "nonce": {linkKey.nonce(herLink, "sure/acknowledge", time.Now().Add(-5*time.Second))}, "sure": {"yes"}}).with("Origin", "null")
	send(t, client(t), "POST", base+"/a/"+herLink, sure).want(t, 303)
	if w.cases[412].Incident.State != alerting.StateAcknowledged {
		t.Error("it is not acknowledged")
	}
}

func TestAPressThatTheScriptSawCounts(t *testing.T) {
	w, base := start(t)
	seen := form(url.Values{"verb": {"acknowledge"}, "nonce": {linkKey.nonce(herLink, purposePage, time.Now().Add(-5*time.Second))}, "hand": {"pressed"}}).
		with("Sec-Fetch-Mode", "navigate").with("Sec-Fetch-Dest", "document").with("Sec-Fetch-Site", "same-origin")
	send(t, client(t), "POST", base+"/a/"+herLink, seen).want(t, 303)
	if len(w.answers) != 1 {
		t.Error("it did not act")
	}
}

func TestANonceIsGoodFromASecondToAnHour(t *testing.T) {
	k := nonceKey("key")
	served := time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC)
	n := k.nonce("token", purposePage, served)
	for after, want := range map[time.Duration]freshness{
		-time.Hour: early, 0: early, 999 * time.Millisecond: early, time.Second: fresh, 59 * time.Minute: fresh, time.Hour: stale, 24 * time.Hour: stale,
	} {
		if got := k.check("token", purposePage, n, served.Add(after)); got != want {
			t.Errorf("%s after: %d, want %d", after, got, want)
		}
	}
	now := served.Add(time.Minute)
	if k.check("other", purposePage, n, now) != foreign || k.check("token", "sure/resolve", n, now) != foreign || nonceKey("other").check("token", purposePage, n, now) != foreign {
		t.Error("a nonce is good for another link, purpose or key")
	}
}

func FuzzNonce(f *testing.F) {
	k := nonceKey("key")
	served := time.UnixMilli(1772330400000)
	n := k.nonce("token", purposePage, served)
	for _, seed := range []string{n, "", ".", "0.", n + "=", "+" + n, strings.ToUpper(n), n[:len(n)-1], "-1." + n} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if s != n && k.check("token", purposePage, s, served.Add(time.Minute)) != foreign {
			t.Fatalf("%q is accepted", s)
		}
	})
}

// The ruling is made of headers and fields only: whatever they say, nobody gets in without a nonce.
func FuzzRuling(f *testing.F) {
	f.Add("navigate", "document", "?1", "nonce=x&verb=acknowledge&hand=pressed&sure=yes")
	f.Fuzz(func(t *testing.T, mode, dest, user, body string) {
		r := httptest.NewRequest(http.MethodPost, "/a/x", strings.NewReader(body))
		r.Header = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}, "Sec-Fetch-Mode": {mode}, "Sec-Fetch-Dest": {dest}, "Sec-Fetch-User": {user}}
		_ = r.ParseForm()
		ruled, err := nonceKey("key").rule(r, "x", escalation.Acknowledge, time.UnixMilli(1772330400000))
		if ruled.counts || err == nil && ruled.text == "" {
			t.Fatalf("%+v, %v", ruled, err)
		}
	})
}
