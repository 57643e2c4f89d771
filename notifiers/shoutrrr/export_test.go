package shoutrrr

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
)

// ServeVia is Serve where the services with a fixed host on the internet are at an address of this host.
func ServeVia(in io.Reader, out io.Writer, addr string) error {
	return serve(in, out, func(g *netguard.Guard) *http.Transport {
		t := g.Transport(nil)
		t.TLSClientConfig = &tls.Config{InsecureSkipVerify: true}
		t.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
			if strings.HasPrefix(to, "api.telegram.org:") || strings.HasPrefix(to, "discord.com:") {
				to = addr
			}
			return g.DialContext(ctx, network, to)
		}
		return t
	})
}

// Scrub is scrub.
func Scrub(address, text string) string { return scrub(address, text) }

// Tame is tame.
func Tame(s string) string { return tame(s) }

// Formatting are the services that read text as markup, or look in it for people to mention.
func Formatting() []string {
	return slices.DeleteFunc(Services(), func(s string) bool { return !formats(s) })
}

// Tamed is tamed.
func Tamed(t notifiers.Text) notifiers.Text { return tamed(t) }
