package config

import (
	"slices"
	"strings"
	"testing"
)

func expectWarning(t *testing.T, src, want string) {
	t.Helper()
	_, r := read(t, src)
	if !slices.Contains(lines(r.Warnings), want) {
		t.Errorf("missing\n  %s\nin\n  %s", want, strings.Join(lines(r.Warnings), "\n  "))
	}
}

const noTimezone = `people: {ada: {email: ada@example.com, only: [P1, P2, P3]}, bob: {}}
roles: {on-call: {people: [ada]}}
catch_all: bob
matrix:
  P0: {channels: [email], steps: [{after: 0m, page: on-call}, {after: 5m, page: on-call}]}
  P1:
    channels: [sms, slack]
    steps:
      - {after: 0m, page: on-call}
  P2: {channels: [email], steps: [{after: 0m, page: on-call}]}
  P3: {channels: [email], steps: []}
notifiers: {slack: {bot_token: x}}
`

func TestWarnings(t *testing.T) {
	for _, want := range []string{
		"1: bob has no phone, email, slack, webhook or url and can be told nothing",
		"3: catch_all bob has no phone, email, slack, webhook or url: a step that reaches nobody tells nobody",
		"5: P0: the role on-call reaches nobody over email, so catch_all is paged instead", // ada is not told of P0
		"9: P1: the role on-call reaches nobody over sms and slack, so catch_all is paged instead",
		"11: P3 has no steps: nobody is told of such an incident",
		"12: slack has no signing_secret: its buttons are refused",
		"12: slack has no channel: incidents are shown in none, only people are told",
		"0: intake.sources names no source: no alert can come in",
		"0: timezone is missing: business hours and hand-offs are counted in UTC",
	} {
		expectWarning(t, noTimezone, want)
	}
	expectWarning(t, strings.Replace(smallest, "name: Ada", "reach: on-call", 1),
		"0: P0: the role on-call reaches nobody over sms, email and slack, so catch_all is paged instead") // ada is in no rotation
	_, r := read(t, noTimezone)
	for _, w := range r.Warnings {
		if strings.HasPrefix(w.Message, "P2") || strings.Contains(w.Message, "ada has no") {
			t.Errorf("needless: %s", w.Message)
		}
	}
}

func TestOnlyWhatTheFileContainsIsStillToCome(t *testing.T) {
	for add, want := range map[string]string{
		"suppress: {inhibit: [], maintenance: []}\nwatchdog: {url: '', every: 1m}\nauth: {oidc: {issuer: ''}}\nprobes: {}": "",
		"auth: {oidc: {issuer: 'https://x', client_id: y}}":                                                                "auth.oidc",
		"watchdog: {url: 'https://x'}":                                                        "watchdog",
		"suppress: {inhibit: [{source: [a=b], target: [c=d]}]}":                               "suppress.inhibit",
		"suppress: {maintenance: [{name: w, match: [a=b], every: '@daily', lasts: 1h}]}":      "",
		"rotations: {r: {people: [ada], since: 2026-01-05T09:00, layers: [{people: [ada]}]}}": "",
	} {
		_, r := read(t, smallest+add+"\n")
		got := ""
		for _, w := range r.Warnings {
			if w.Kind == KindToCome {
				got = strings.TrimPrefix(w.Message, "read and checked, but not acted on yet: ")
			}
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", add, got, want)
		}
	}
}

func TestFormats(t *testing.T) {
	for s, want := range map[string]string{
		"90s": "1m30s", "1h30m": "1h30m0s", "400d": "9600h0m0s", "2w": "336h0m0s", "1w1d12h": "204h0m0s", "0": "0s", "0s": "0s", "1.5h": "1h30m0s",
	} {
		if got, err := parseDuration(s); err != nil || got.String() != want {
			t.Errorf("%s: %s, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "d", "1", "-1d", "1d-2h", "1h1d", "1 day", "9999999d", "1e9h"} {
		if got, err := parseDuration(s); err == nil {
			t.Errorf("%q is %s", s, got)
		}
	}
	for _, s := range []string{"0 9 * * MON#1", "*/5 * * * *", "@daily", "0 3 * * SUN", "0 0 29 2 *", "0 9 ? * fri#5", "0 9 * * FRIL"} {
		if _, err := parseCron(s); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"", "TZ=0", "CRON_TZ=UTC 0 0 * * *", "0 9 * * MON#6", "0 9 * * MON-FRI#1", "0 0 30 2 *", "* * * *", "@every", "0 9 * * #1", "*/0 * * * *"} {
		if _, err := parseCron(s); err == nil {
			t.Errorf("%q is a schedule", s)
		}
	}
}
