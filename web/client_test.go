package web

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestTheClientIsWhomTrustedProxiesSpeakFor(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, test := range []struct{ peer, forwarded, want string }{
		{"203.0.113.7:1", "", "203.0.113.7"},
		{"203.0.113.7:1", "198.51.100.1", "203.0.113.7"}, // not trusted: its word does not count
		{"10.0.0.1:1", "198.51.100.1", "198.51.100.1"},
		{"10.0.0.1:1", "6.6.6.6, 198.51.100.1", "198.51.100.1"}, // what stands before may be forged
		{"10.0.0.1:1", "198.51.100.1, 10.0.0.2", "198.51.100.1"},
		{"10.0.0.1:1", "nonsense", "10.0.0.1"},
		{"10.0.0.1:1", "10.0.0.3", "10.0.0.3"},
		{"[::1]:1", "2001:db8::1", "2001:db8::1"},
		{"[::ffff:10.0.0.1]:1", "198.51.100.1", "198.51.100.1"},
		{"@", "198.51.100.1", "invalid IP"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = test.peer
		if test.forwarded != "" {
			r.Header.Set("X-Forwarded-For", test.forwarded)
		}
		if got := findClient(r, trusted).String(); got != test.want {
			t.Errorf("peer %s, forwarded %q: %s, want %s", test.peer, test.forwarded, got, test.want)
		}
	}
}
