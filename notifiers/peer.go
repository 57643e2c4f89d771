package notifiers

import (
	"net/http"
	"net/netip"
)

// Peer is the address at the other end of a request, for the audit log: RemoteAddr without its port.
// It is empty if there is none.
func Peer(r *http.Request) string {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return peer.Addr().Unmap().String()
	}
	if peer, err := netip.ParseAddr(r.RemoteAddr); err == nil {
		return peer.Unmap().String()
	}
	return ""
}
