// Package netguard keeps calls to addresses that people configure, or that a redirect names, out of networks
// that are nobody's business: this host, private networks, the cloud's metadata. It looks at the address that
// is dialled, after names have been resolved, so that a name which answers differently the second time gains
// nothing.
package netguard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Options say what may be called besides public addresses.
type Options struct {
	Allow []netip.Prefix // networks that are called although they would be refused
	Hosts []string       // names that are called whatever address they have, as the caller writes them
	Ports []uint16       // if any: no other port is called
}

// Guard decides which addresses may be called. It is safe for concurrent use. The zero Guard lets public
// addresses through and nothing else.
type Guard struct {
	allow []netip.Prefix
	hosts []string
	ports []uint16
}

// New makes a guard.
func New(o Options) *Guard {
	g := &Guard{ports: slices.Clone(o.Ports)}
	for _, p := range o.Allow {
		g.allow = append(g.allow, unmapped(p).Masked())
	}
	for _, h := range o.Hosts {
		g.hosts = append(g.hosts, canonical(h))
	}
	return g
}

// Refused is the error of a call that was not made.
type Refused struct {
	Addr netip.Addr // not valid where the port is what was refused
	Why  string     // "a private network"
}

func (r *Refused) Error() string {
	if !r.Addr.IsValid() {
		return fmt.Sprintf("Tocsin does not call %s", r.Why)
	}
	return fmt.Sprintf("Tocsin does not call %s, which is %s: name it among the allowed addresses if it should", r.Addr, r.Why)
}

// Check is nil if addr may be called, else a *Refused.
func (g *Guard) Check(addr netip.Addr) error {
	addr = addr.WithZone("").Unmap()
	target := addr
	if inner, ok := translated(addr); ok {
		target = inner
	}
	for _, p := range g.allow {
		if p.Contains(addr) || p.Contains(target) {
			return nil
		}
	}
	if why := reserved(target); why != "" {
		return &Refused{Addr: addr, Why: why}
	}
	return nil
}

// Control is a net.Dialer's: it is asked about each address as it is dialled.
func (g *Guard) Control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("the address %q cannot be told to be harmless: %w", address, err)
	}
	if err := g.checkPort(at.Port()); err != nil {
		return err
	}
	return g.Check(at.Addr())
}

func (g *Guard) checkPort(port uint16) error {
	if len(g.ports) > 0 && !slices.Contains(g.ports, port) {
		return &Refused{Why: "port " + strconv.Itoa(int(port)) + ": it is not among the allowed ports"}
	}
	return nil
}

// DialContext is a net.Dialer's, for what makes connections of its own.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second, Control: g.Control}
	if host, _, err := net.SplitHostPort(address); err == nil && slices.Contains(g.hosts, canonical(host)) {
		dialer.Control = g.controlPort
	}
	return dialer.DialContext(ctx, network, address)
}

func (g *Guard) controlPort(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return g.checkPort(at.Port())
}

// Transport is base with every connection guarded; a nil base stands for sound defaults. It uses no proxy:
// the proxy would be what is dialled, and nobody would look at what it dials.
func (g *Guard) Transport(base *http.Transport) *http.Transport {
	t := &http.Transport{
		ForceAttemptHTTP2: true, MaxIdleConns: 100, IdleConnTimeout: 90 * time.Second,
		TLSHandshakeTimeout: 5 * time.Second, ExpectContinueTimeout: time.Second, MaxResponseHeaderBytes: 64 << 10,
	}
	if base != nil {
		t = base.Clone()
	}
	t.Proxy, t.DialContext = nil, g.DialContext
	t.DialTLSContext = nil
	//lint:ignore SA1019 one that base has would be used in place of DialContext
	t.DialTLS = nil
	return t
}

// Redirects is an http.Client's CheckRedirect that follows at most most redirects, each of them guarded by
// the Transport as any other call, and none from HTTPS to HTTP. With 0 the redirect is the answer; so is one
// that would make another method of the call, and drop its body: 301, 302 and 303 make GET of POST.
func (g *Guard) Redirects(most int) func(*http.Request, []*http.Request) error {
	return func(next *http.Request, via []*http.Request) error {
		switch {
		case most == 0, next.Method != via[0].Method:
			return http.ErrUseLastResponse
		case len(via) > most:
			return fmt.Errorf("it redirects more than %d times", most)
		case next.URL.Scheme != "https" && next.URL.Scheme != "http":
			return errors.New("it redirects to something that is not the web")
		case via[len(via)-1].URL.Scheme == "https" && next.URL.Scheme != "https":
			return errors.New("it redirects from HTTPS to HTTP")
		}
		return nil
	}
}

// CheckURL is nil unless u is no http or https address, or names an address or port that would be refused. A
// name is not resolved: what it stands for is looked at when it is called.
func (g *Guard) CheckURL(u *url.URL) error {
	if u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return errors.New("it is no http or https address with a host")
	}
	if p, err := strconv.ParseUint(u.Port(), 10, 16); err == nil {
		if err := g.checkPort(uint16(p)); err != nil {
			return err
		}
	}
	host := canonical(u.Hostname())
	if slices.Contains(g.hosts, host) {
		return nil
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		return g.Check(addr)
	}
	return nil
}

// canonical is a host's name without case and final dot.
func canonical(host string) string {
	return strings.ToLower(strings.TrimSuffix(strings.Trim(strings.TrimSpace(host), "[]"), "."))
}

// unmapped is p as a network of IPv4 if it is one in IPv6's clothes.
func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}
