package main

import (
	"context"
	"crypto/md5"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"tocsin/cmd/tocsin/config"
	"tocsin/notifiers/notifierstest"

	"github.com/alexedwards/argon2id"
	"github.com/go-chi/chi/v5"
	"github.com/jackc/pgx/v5"
)

const testPassword = "correct horse battery staple"

// everyRole are the accounts and tokens of siteWithRoles, each named after its role.
var everyRole = []string{"viewer", "responder", "manager", "admin"}

// siteWithRoles has an account and a token of every role; email is a sandbox.
func siteWithRoles(t *testing.T) *site {
	t.Helper()
	var users, tokens strings.Builder
	for _, role := range everyRole {
		fmt.Fprintf(&users, "    - {name: %s, role: %s, password: \"${env:TEST_HASH}\"}\n", role, role)
		fmt.Fprintf(&tokens, "    - {name: %s-token, role: %s, token: \"${env:TEST_TOKEN_%s}\"}\n", role, role, strings.ToUpper(role))
	}
	return newSite(t,
		"    - {name: manager, role: manager, password: \"${env:TOCSIN_MANAGER_HASH}\"}\n", users.String(),
		"    - {name: ci, role: responder, token: \"${env:TOCSIN_API_TOKEN}\"}\n", tokens.String(),
		"tls: starttls}", "tls: starttls, sandbox: true}",
	)
}

// roleToken is the API token of a role.
func roleToken(role string) string { return role + "-token-of-the-test" }

// inside runs the whole service in this process until the test ends.
func (s *site) inside() *app {
	s.t.Helper()
	hash, err := argon2id.CreateHash(testPassword, &argon2id.Params{Memory: 8 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	must(s.t, err)
	env := map[string]string{
		"TEST_HASH": hash, "TOCSIN_DATABASE_URL": s.url, "TOCSIN_PROMETHEUS_TOKEN": sourceToken,
		"SLACK_BOT_TOKEN": notifierstest.SlackToken, "SLACK_SIGNING_SECRET": notifierstest.SlackSecret,
		"TWILIO_ACCOUNT_SID": notifierstest.TwilioSID, "TWILIO_AUTH_TOKEN": notifierstest.TwilioToken,
	}
	for _, role := range everyRole {
		env["TEST_TOKEN_"+strings.ToUpper(role)] = roleToken(role)
	}
	getenv := func(name string) string { return env[name] }
	cfg, report := config.Load(s.config, getenv)
	if !report.OK() {
		s.t.Fatalf("the configuration: %+v", report.Errors)
	}
	ctx, cancel := context.WithCancel(context.Background())
	up, ended := make(chan *app, 1), make(chan error, 1)
	go func() {
		ended <- serve(ctx, cfg, origin{path: s.config, getenv: getenv}, slog.New(slog.DiscardHandler), func(a *app, _ net.Addr) { up <- a })
	}()
	select {
	case a := <-up:
		s.t.Cleanup(func() {
			cancel()
			if err := <-ended; err != nil {
				s.t.Errorf("serve: %v", err)
			}
		})
		return a
	case err := <-ended:
		cancel()
		s.t.Fatalf("serve: %v", err)
		return nil
	}
}

// routesOf are all routes of the router, as "METHOD /pattern".
func routesOf(t *testing.T, a *app) (out []string) {
	t.Helper()
	router, ok := a.current().handler.(chi.Routes)
	if !ok {
		t.Fatalf("the handler is a %T and tells no routes", a.current().handler)
	}
	must(t, chi.Walk(router, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		out = append(out, method+" "+route)
		return nil
	}))
	return out
}

// signedIn is a browser of somebody who has signed in; it does not follow redirects.
func (s *site) signedIn(name string) *http.Client {
	s.t.Helper()
	jar, _ := cookiejar.New(nil)
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := url.Values{"name": {name}, "password": {testPassword}}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.base+"/signin", strings.NewReader(form.Encode()))
	must(s.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := c.Do(req)
	must(s.t, err)
	resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("signing in as %s: %s", name, resp.Status)
	}
	return c
}

// digest is every table as it stands, and every sequence; but for replicas, whose heartbeats go on, and
// the ledger, whose entries are sealed and anchored a while after they came: what they tell of is in here.
func (s *site) digest(t *testing.T) map[string]string {
	t.Helper()
	var tables []string
	s.each(t, `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT IN ('replicas', 'ledger', 'ledger_heads', 'anchors')`,
		func(rows pgx.Rows) error {
			var name string
			err := rows.Scan(&name)
			tables = append(tables, name)
			return err
		})
	out := map[string]string{}
	for _, table := range tables {
		s.digestOf(t, out, table, `SELECT x::text FROM `+pgx.Identifier{table}.Sanitize()+` AS x ORDER BY 1`)
	}
	s.digestOf(t, out, "sequences", `SELECT sequencename || ' ' || coalesce(last_value, 0) FROM pg_sequences ORDER BY 1`)
	return out
}

func (s *site) digestOf(t *testing.T, out map[string]string, name, rows string) {
	t.Helper()
	sum, n := md5.New(), 0
	s.each(t, rows, func(rows pgx.Rows) error {
		var text string
		err := rows.Scan(&text)
		fmt.Fprintln(sum, text)
		n++
		return err
	})
	out[name] = fmt.Sprintf("%d rows, %x", n, sum.Sum(nil))
}

// unchanged fails the test for each table that is not as it was.
func (s *site) unchanged(t *testing.T, before map[string]string, by string) {
	t.Helper()
	for table, now := range s.digest(t) {
		if now != before[table] {
			t.Errorf("%s changed %s: %s, was %s", by, table, now, before[table])
		}
	}
}
