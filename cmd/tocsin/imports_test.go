package main

import (
	"crypto/x509"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/storage"
	"tocsin/storage/storagetest"
)

// calendarOf says that one person is on call from yesterday until the day after tomorrow.
func calendarOf(person string) string {
	const layout = "20060102T150405Z"
	now := time.Now().UTC()
	return strings.Join([]string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//test//EN", "BEGIN:VEVENT", "UID:1", "DTSTAMP:20260101T000000Z",
		"DTSTART:" + now.AddDate(0, 0, -1).Format(layout), "DTEND:" + now.AddDate(0, 0, 2).Format(layout), "SUMMARY:" + person, "END:VEVENT", "END:VCALENDAR", "",
	}, "\r\n")
}

// calendarServer answers over https, with a certificate that only its client trusts.
func calendarServer(t *testing.T, h http.HandlerFunc) (address string, client calendarClient) {
	t.Helper()
	server := httptest.NewTLSServer(h)
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server.URL, calendarClient{roots: roots}
}

func TestACalendarThatCannotBeHadLeavesTheLastGoodOneInForceOverARestartToo(t *testing.T) {
	body, status := calendarOf("ada"), http.StatusOK
	address, client := calendarServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
	cfg := importing(t, address+"/secret.ics")
	ctx := patience(t)
	store, err := storage.Open(ctx, storagetest.New(t).URL, slog.New(slog.DiscardHandler), storage.Options{})
	must(t, err)
	defer store.Close()
	first := newImports(store, slog.New(slog.DiscardHandler))
	first.client = client
	first.meet(ctx, cfg)
	if got := holderBy(first, cfg); got != "ada" {
		t.Fatalf("%q holds the rotation, its calendar says ada", got)
	}

	for what, fault := range map[string]func(){
		"an error":        func() { body, status = calendarOf("bob"), http.StatusInternalServerError },
		"no calendar":     func() { body, status = "<html>sign in</html>", http.StatusOK },
		"far too much":    func() { body, status = calendarOf("bob")+strings.Repeat(" ", 1<<20), http.StatusOK },
		"nothing to read": func() { body, status = "", http.StatusOK },
	} {
		fault()
		first.ask(ctx, cfg, []string{"primary"})
		if got := holderBy(first, cfg); got != "ada" {
			t.Errorf("after %s %q holds the rotation", what, got)
		}
		if c, ok := first.health(cfg); !ok || c.Status != "degraded" || strings.Contains(c.Error, "secret") {
			t.Errorf("after %s health says %+v", what, c)
		}
	}

	after := newImports(store, slog.New(slog.DiscardHandler))
	after.client = client
	after.meet(ctx, cfg)
	if got := holderBy(after, cfg); got != "ada" {
		t.Errorf("after a restart %q holds the rotation", got)
	}
	body, status = calendarOf("bob"), http.StatusOK
	after.ask(ctx, cfg, []string{"primary"})
	if got := holderBy(after, cfg); got != "bob" {
		t.Errorf("the new calendar says bob, and %q holds the rotation", got)
	}
	if c, _ := after.health(cfg); c.Status != "healthy" {
		t.Errorf("with the new calendar health says %+v", c)
	}
}

func TestACalendarIsFollowedToNoOtherHostAndItsAddressIsNotTold(t *testing.T) {
	for what, location := range map[string]string{
		"another host": "https://calendar.example.net/secret.ics", "plain http": "http://127.0.0.1/secret.ics",
		"another port": "https://127.0.0.1:1/secret.ics", "itself for ever": "/secret.ics",
	} {
		address, client := calendarServer(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, location, http.StatusFound) })
		_, err := client.get(patience(t), address+"/secret.ics")
		if err == nil || !strings.Contains(err.Error(), "redirected") {
			t.Errorf("a redirect to %s: %v", what, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the address: %v", err)
		}
	}
	if _, err := (calendarClient{}).get(patience(t), "http://127.0.0.1/secret.ics"); err == nil {
		t.Error("plain http is asked")
	}
}

func TestACalendarIsFollowedFromNoPublicToAPrivateAddress(t *testing.T) {
	for _, c := range []struct {
		first, second string
		ok            bool
	}{
		{"203.0.113.7:443", "203.0.113.8:443", true},
		{"203.0.113.7:443", "10.0.0.8:443", false},
		{"203.0.113.7:443", "[::1]:443", false},
		{"203.0.113.7:443", "[::ffff:169.254.169.254]:443", false},
		{"10.0.0.7:443", "10.0.0.8:443", true},
	} {
		w := &way{host: "calendar.example.com"}
		must(t, w.dial("tcp", netip.MustParseAddrPort(c.first).String(), nil))
		must(t, w.redirect(&http.Request{URL: &url.URL{Scheme: "https", Host: w.host}}, nil))
		if err := w.dial("tcp", c.second, nil); (err == nil) != c.ok {
			t.Errorf("from %s to %s: %v", c.first, c.second, err)
		}
	}
}

func TestACalendarErrorShowsNoAddress(t *testing.T) {
	err := withoutURL(&url.Error{Op: "Get", URL: "https://calendar.example.com/secret.ics", Err: errors.New("no such host")})
	if strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

// importing is a configuration whose rotation primary is imported from an address.
func importing(t *testing.T, address string) *config.Config {
	t.Helper()
	cfg, report := config.Parse([]byte(`
people:
  ada: {name: Ada, email: ada@example.com}
  bob: {name: Bob, email: bob@example.com}
catch_all: ada
rotations:
  primary: {ical: "`+address+`"}
roles:
  on-call: {rotation: primary}
  engineer: {rotation: primary}
  manager: {people: [ada]}
`), t.TempDir(), func(string) string { return "" })
	if !report.OK() {
		t.Fatalf("%+v", report.Errors)
	}
	return cfg
}

// holderBy is who holds primary now, by what is imported.
func holderBy(i *imports, cfg *config.Config) string {
	now := time.Now()
	for _, s := range i.shifts(cfg, now)["primary"] {
		if !s.From.After(now) && now.Before(s.Until) {
			return s.Person
		}
	}
	return ""
}
