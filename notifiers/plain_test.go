package notifiers_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

func TestPlainIsOneLineWithoutTricks(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nBcc: b":            "a Bcc: b",
		"  a \t b\x00c ":         "a b c",
		"\u202egnp.exe":          "gnp.exe",
		"zero\u200bwidth":        "zerowidth",
		"\xffx":                  "\ufffdx",
		"line\u2028separator":    "line separator",
		"next\u0085line":         "next line",
		"tag\U000e0041":          "tag",
		"Größe <b>&</b> 🔥":       "Größe <b>&</b> 🔥",
		"family 👩\u200d👩\u200d👧": "family 👩\u200d👩\u200d👧",
	} {
		if got := notifiers.Plain(in); got != want {
			t.Errorf("Plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCutKeepsWholeRunes(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"", 3, ""},
		{"äöü", 3, "äöü"},
		{"äöüß", 3, "äö…"},
		{"a bcd", 3, "a…"},
	} {
		if got := notifiers.Cut(c.in, c.n); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

func TestOnlyWebAddressesAreLinks(t *testing.T) {
	for in, want := range map[string]string{
		"https://a.example/b?c=d&e":    "https://a.example/b?c=d&e",
		" http://a.example ":           "http://a.example",
		"javascript:alert(1)":          "",
		"data:text/html,x":             "",
		"//a.example":                  "",
		"https://":                     "",
		"https://user:pass@a.example/": "", // shows one host and goes to another
		"not a link":                   "",
		"https://\"a.example":          "",
		"https://'a.example":           "",
		"https://a.example|b":          "",
		"https://bücher.example:8443/": "https://b%C3%BCcher.example:8443/",
		"http://[::1]:9090/graph":      "http://[::1]:9090/graph",
		"https://a.example/\"x<y>":     "https://a.example/%22x%3Cy%3E",
	} {
		if got := notifiers.WebURL(in); got != want {
			t.Errorf("WebURL(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range notifierstest.Hostile() {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		p := notifiers.Plain(s)
		if !utf8.ValidString(p) || strings.ContainsAny(p, "\r\n\x00\u202e") || p != notifiers.Plain(p) {
			t.Errorf("Plain(%q) = %q", s, p)
		}
		n = 1 + max(n, -n)%1000
		if c := notifiers.Cut(p, max(n, 1)); utf8.RuneCountInString(c) > max(n, 1) {
			t.Errorf("Cut(%q, %d) = %q", p, n, c)
		}
	})
}
