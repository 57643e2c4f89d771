package webhook_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/webhook"
)

func TestASignatureHoldsForItsBodySecretAndTimeOnly(t *testing.T) {
	now, body := time.Unix(1767000000, 0), []byte(`{"version":1}`)
	header := webhook.Sign(now, body, "new", "old")
	if want := "t=1767000000,v1="; !strings.HasPrefix(header, want) || strings.Count(header, ",v1=") != 2 {
		t.Fatalf("signed %q", header)
	}
	for name, c := range map[string]struct {
		header, body, secret string
		now                  time.Time
		ok                   bool
	}{
		"the new secret":            {header, string(body), "new", now, true},
		"the old secret":            {header, string(body), "old", now.Add(5 * time.Minute), true},
		"a later version's part":    {header + ",v2=xyz", string(body), "old", now, true},
		"another secret":            {header, string(body), "other", now, false},
		"another body":              {header, `{"version":2}`, "new", now, false},
		"another time":              {strings.Replace(header, "1767000000", "1767000001", 1), string(body), "new", now, false},
		"the same time as 01767...": {strings.Replace(header, "1767000000", "01767000000", 1), string(body), "new", now, false},
		"two times":                 {"t=1," + header, string(body), "new", now, false},
		"too old":                   {header, string(body), "new", now.Add(301 * time.Second), false},
		"from the future":           {header, string(body), "new", now.Add(-301 * time.Second), false},
		"no signature":              {"t=1767000000", string(body), "new", now, false},
		"no time":                   {header[len("t=1767000000,"):], string(body), "new", now, false},
		"a short signature":         {"t=1767000000,v1=00", string(body), "new", now, false},
		"nothing":                   {"", string(body), "new", now, false},
	} {
		if err := webhook.Verify(c.header, []byte(c.body), c.secret, c.now, 5*time.Minute); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzVerify(f *testing.F) {
	now := time.Unix(1767000000, 0)
	f.Add(webhook.Sign(now, []byte("{}"), "secret"), "{}")
	for _, s := range []string{"", "t=,v1=", "t=1,t=2,v1=00", "v1=00,t=1", "t=9223372036854775807,v1=" + strings.Repeat("0", 64), ",,,==,"} {
		f.Add(s, "{}")
	}
	f.Fuzz(func(t *testing.T, header, body string) {
		if webhook.Verify(header, []byte(body), "another secret, which signed nothing", now, time.Hour) == nil {
			t.Fatalf("%q is believed", header)
		}
		if webhook.Verify(webhook.Sign(now, []byte(body), "s"), []byte(body), "s", now, 0) != nil {
			t.Fatalf("%q is signed and not believed", body)
		}
	})
}
