package netguard

import (
	"fmt"
	"net/netip"
	"strings"
)

// Parse reads what an operator allows: networks ("10.20.0.0/16"), addresses ("192.168.1.5", "[fd00::5]") and
// names of hosts ("hooks.internal"). A network that would allow every address is an error.
func Parse(entries []string) (Options, error) {
	var o Options
	for _, entry := range entries {
		e := canonical(entry)
		if p, ok := network(e); ok {
			if p.Bits() == 0 {
				return Options{}, fmt.Errorf("%q allows every address: name the networks that are meant", entry)
			}
			o.Allow = append(o.Allow, p)
			continue
		}
		if !isName(e) {
			return Options{}, fmt.Errorf("%q is no network, address or host's name: write 10.20.0.0/16, 192.168.1.5 or hooks.internal", entry)
		}
		o.Hosts = append(o.Hosts, e)
	}
	return o, nil
}

// network is e as a network, an address being one of a single address.
func network(e string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(e); err == nil {
		return unmapped(p).Masked(), true
	}
	addr, err := netip.ParseAddr(e)
	if err != nil {
		return netip.Prefix{}, false
	}
	addr = addr.WithZone("").Unmap()
	return netip.PrefixFrom(addr, addr.BitLen()), true
}

// isName reports whether e can be the name of a host: letters, digits, hyphens and underscores between dots,
// and the last part not a number, which resolvers would read as an address ("0x7f.1", "2130706433").
func isName(e string) bool {
	parts := strings.Split(e, ".")
	for _, part := range parts {
		if part == "" || len(part) > 63 || strings.Trim(part, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := parts[len(parts)-1]
	return len(e) <= 253 && strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}
