package config

import (
	"strings"
	"testing"
	"time"

	"github.com/expr-lang/expr/parser"
)

// Whatever is written, every parser answers with a value or one readable line; none panics.
func FuzzFormats(f *testing.F) {
	for _, s := range []string{
		"1w2d3h", "0 9 * * MON#1", "TZ=0", `a=~"b|c"`, "2026-12-20T09:00", "0 business hours", "https://u:p@h/x.ics", "+4930123456", "a@b", "Tocsin <t@b>", "https://u:p@h/x?#", "postgres://u:p@h/d",
		"6 per minute", "20%", "S0ONCALL", "xapp-1", "10.0.0.0/8", "[::1]:80", "Europe/Berlin", "$argon2id$v=19$m=1,t=1,p=1$YQ$YQ", `share("!up", "5m") > 0.10`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDuration(s)
		if d < 0 {
			t.Fatalf("%q is %s", s, d)
		}
		errs := []error{err}
		add := func(_ any, err error) { errs = append(errs, err) }
		add(parseCron(s))
		add(parseMatchers(s))
		add(parsePhone(s))
		add(parseMailbox(s))
		add(parseSender(s))
		add(parseURL(s))
		add(parseBaseURL(s))
		add(parseSlackURL(s))
		add(parseDatabase(s))
		add(parseCIDR(s))
		add(parseListen(s))
		add(parseServer(s))
		add(parseZone(s))
		add(parseHash(s))
		add(parseLocalTime(s))
		add(parseRuleDelay(s))
		add(parseRepeatDelay(s))
		add(parseIcalURL(s))
		add(parseRate(s))
		add(parsePercent(s))
		add(parseDigest(s))
		add(parseFailover(s))
		add(parseRemind(s))
		add(parseAllowed(s))
		add(parseCountry(s))
		add(parseUnsubscribe(s))
		add(parseUserGroup(s))
		add(parseAppToken(s))
		for _, err := range errs {
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Fatalf("more than one line: %v", err)
			}
		}
		begin := time.Now()
		_, _ = parser.Parse(s)
		if took := time.Since(begin); took > 5*time.Second {
			t.Fatalf("parsing %q took %s", s, took)
		}
	})
}
