package config

import (
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
)

func TestAMaintenanceWindowLastsOnTheClockOfItsZone(t *testing.T) {
	c, _ := read(t, smallest+`suppress:
  maintenance:
    - {name: weekly, match: ['service="postgres"'], every: "0 3 * * SUN", lasts: 1h}
    - {name: patch day, match: ['env="test"', 'service="web"'], every: "0 20 * * TUE#2", lasts: 3h, timezone: America/New_York}
`)
	ws := c.Policy().Maintenance
	if len(ws) != 2 || ws[0].Name != "weekly" || ws[1].Name != "patch day" {
		t.Fatalf("windows %+v", ws)
	}
	for _, tc := range []struct {
		window int
		at     string
		active bool
	}{
		{0, "2026-11-29T02:00:00Z", true},
		{0, "2026-11-29T03:00:00Z", false},
		{0, "2026-07-05T01:00:00Z", true},
		{1, "2026-12-09T01:00:00Z", true},
		{1, "2026-12-09T04:00:00Z", false},
		{1, "2026-12-02T01:00:00Z", false},
	} {
		at, err := time.Parse(time.RFC3339, tc.at)
		if err != nil {
			t.Fatal(err)
		}
		if _, active := ws[tc.window].Active(at); active != tc.active {
			t.Errorf("%s lasts at %s: %t", ws[tc.window].Name, tc.at, active)
		}
	}
	if got := ws[1].Match.String(); got != `{env="test",service="web"}` {
		t.Errorf("patch day is about %s", got)
	}
}

func TestErrorsOfMaintenance(t *testing.T) {
	expectErrors(t, smallest+`suppress:
  maintenance:
    - {name: a, match: [a=b], every: "0 * * * *", lasts: 1h}
    - {name: b, match: [a=b], every: "0 3 * * SUN,MON", lasts: 23h59m}
    - {name: c, match: [a=b], every: "0 3 * * *", lasts: 24h}
    - {name: d, match: [a=b], every: "0,30 3 * * SUN", lasts: 45m}
    - {name: d, match: [], every: "@every 6h", lasts: 1h, timezone: Berlin}
    - {name: e}
`, []string{
		"7: lasts: the window that begins on Thu 1 January 2026 at 02:00 CET begins again after 1h, before it would end",
		"9: lasts: the window that begins on Sat 28 March 2026 at 03:00 CET begins again after 23h, before it would end", // when the clocks go forward
		"10: lasts: the window that begins on Sun 4 January 2026 at 03:00 CET begins again after 30m, before it would end",
		"11: this name stands twice in maintenance: first in line 10",
		"11: match is an empty list",
		`11: every: "@every 6h" names no time at which a maintenance window begins: write it as in "0 3 * * SUN"`,
		`11: timezone: "Berlin" is no time zone: write one as in Europe/Berlin or UTC`,
		"12: match is missing: the incidents that it is about",
		`12: every is missing: when it begins, as in "0 3 * * SUN"`,
		"12: lasts is missing: how long it lasts, as in 1h",
	})
}

func TestTheMatrixsTimeoutAndRepeatReachDecisions(t *testing.T) {
	row := "{channels: [email], ack_timeout: 30m, repeat: {after: 2 business hours, times: 3}, steps: [{after: 0m, page: on-call}]}"
	c, _ := read(t, smallest+"matrix: {P0: "+row+", P1: "+row+", P2: "+row+", P3: {channels: [email], steps: []}}\n")
	m := c.Policy().Matrix
	for sev, want := range map[alerting.Severity]time.Duration{alerting.P0: 30 * time.Minute, alerting.P3: 0} {
		if got := m[sev].AckTimeout; got != want {
			t.Errorf("%s: acknowledged for %s", sev, got)
		}
	}
	if r := m[alerting.P2].Repeat; r.Times != 3 || r.After.String() != "2 business hours" {
		t.Errorf("repeat is %+v", r)
	}
	if r := m[alerting.P3].Repeat; r.Times != 0 {
		t.Errorf("P3's repeat is %+v", r)
	}
}

func TestErrorsOfRepeat(t *testing.T) {
	_, r := Parse([]byte(smallest+`matrix:
  P0: {channels: [email], repeat: {after: 0m, times: 0}, steps: [{after: 0m, page: on-call}]}
  P1: {channels: [email], repeat: {after: 0 business hours, times: 101}, steps: [{after: 0m, page: on-call}]}
  P2: {channels: [email], repeat: {times: many}, steps: [{after: 0m, page: on-call}]}
  P3: {channels: [email], repeat: {after: next business day, times: 1}, ack_timeout: 0s, steps: []}
`), t.TempDir(), environment)
	want := []string{
		`6: after: "0m" is too short: the steps begin again some time after the last`,
		`6: times: "0" is no whole number from 1 to 100`,
		`7: after: "0 business hours" is too short: the steps begin again some time after the last`,
		`7: times: "101" is no whole number from 1 to 100`,
		"8: after is missing: how long after the last step, as in 30m",
		`8: times: "many" is no whole number from 1 to 100`,
		"9: P3 has a repeat, but no steps to begin again",
		`9: ack_timeout: "0s" is too short: it must be more than 0`,
	}
	if got := lines(r.Errors); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
