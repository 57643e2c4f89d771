package receive

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestNoBodyTakesLong reads the bodies that cost most for their size. A megabyte may take 100 ms; the
// bound here is ten times that, for a machine that has other things to do.
func TestNoBodyTakesLong(t *testing.T) {
	deep := strings.Repeat("[", 100_000)
	for name, body := range map[string]string{
		"deep nesting":        `{"version":"4","x":` + deep,
		"deep nested label":   `{"version":"4","alerts":[{"labels":{"a":` + deep,
		"deep closed nesting": `{"version":"4","x":` + deep + strings.Repeat("]", 100_000) + `,"alerts":[]}`,
		"10 MB of one label":  payloadAround(`{"labels":{"a":"` + strings.Repeat("\\u0001", 10<<20/6) + `"}}`),
		"10 MB of one number": payloadAround(`{"labels":{"a":` + strings.Repeat("9", 10<<20) + `}}`),
		"a million labels":    payloadAround(`{"labels":{` + numbered(400_000, `"%":"x",`) + `"z":""}}`),
		"one label for ever":  payloadAround(`{"labels":{` + strings.Repeat(`"a":"\u0001",`, 300_000) + `"z":""}}`),
		"empty alerts":        payloadAround(strings.Repeat("{},", maxAlerts-1) + "{}"),
		"bad alerts":          payloadAround(strings.Repeat("0,", maxAlerts-1) + "0"),
		"too many alerts":     payloadAround(strings.Repeat("{},", 2_000_000) + "{}"),
	} {
		t.Run(name, func(t *testing.T) {
			begin := time.Now()
			b, err := Alertmanager("prometheus", []byte(body), testNow)
			took, allowed := time.Since(begin), time.Second+time.Duration(len(body)>>20)*time.Second
			t.Logf("%.1f MB took %s: %d events, %d rejected, %v", float64(len(body))/1e6, took, len(b.Events), len(b.Rejected), err)
			if took > allowed {
				t.Errorf("took %s, allowed %s", took, allowed)
			}
		})
	}
}

// A group of 500 with long annotations is an ordinary evening.
func TestLargeGroupIsReadWhole(t *testing.T) {
	body := payloadOf(500)
	body = bytes.ReplaceAll(body, []byte("See the dashboard."), bytes.Repeat([]byte("See the dashboard. "), 42))
	b := read(t, body)
	if len(body) < 700_000 || len(b.Events) != 500 || len(b.Rejected) != 0 {
		t.Errorf("%d bytes read as %d events, %d rejected", len(body), len(b.Events), len(b.Rejected))
	}
}

func payloadAround(alerts string) string { return `{"version":"4","alerts":[` + alerts + `]}` }

func numbered(n int, pattern string) string {
	var b strings.Builder
	before, after, _ := strings.Cut(pattern, "%")
	for i := range n {
		b.WriteString(before)
		for v := i + 1; v > 0; v /= 26 {
			b.WriteByte(byte('a' + v%26))
		}
		b.WriteString(after)
	}
	return b.String()
}
