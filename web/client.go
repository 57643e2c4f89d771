package web

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
)

type clientKey struct{}

// clientAddress finds out who is at the other end and keeps it in the request's context.
func clientAddress(trusted []netip.Prefix) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := context.WithValue(r.Context(), clientKey{}, findClient(r, trusted))
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}

// clientOf is the address found by clientAddress; invalid if the peer has none.
func clientOf(ctx context.Context) netip.Addr {
	a, _ := ctx.Value(clientKey{}).(netip.Addr)
	return a
}

// addressOf is clientOf in words; empty if there is none.
func addressOf(ctx context.Context) string {
	if a := clientOf(ctx); a.IsValid() {
		return a.String()
	}
	return ""
}

// passAddress makes the client's address the request's RemoteAddr, for handlers of others.
func passAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := clientOf(r.Context()); a.IsValid() {
			r.RemoteAddr = netip.AddrPortFrom(a, 0).String()
		}
		next.ServeHTTP(w, r)
	})
}

// findClient is the peer; or, while that is a trusted proxy, whom it says it speaks for: the list in
// X-Forwarded-For is read from its end, as what stands before the first untrusted address can be forged.
func findClient(r *http.Request, trusted []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	client := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && anyContains(trusted, client); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = hop.Unmap().WithZone("")
	}
	return client
}

func anyContains(prefixes []netip.Prefix, a netip.Addr) bool {
	for _, p := range prefixes {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
