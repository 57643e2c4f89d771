package netguard

import "net/netip"

// block is a network that is not the public internet.
type block struct {
	first [16]byte // an IPv4 address in its first four
	bits  int
	why   string
}

func v4(a, b, c, d byte, bits int, why string) block {
	return block{[16]byte{a, b, c, d}, bits, why}
}

// blocks4 are the special networks of IPv4. Sources: the IANA IPv4 Special-Purpose Address Registry
// (RFC 6890), RFC 5771 for multicast; the metadata services by their providers' documents.
func blocks4() []block {
	return []block{
		v4(0, 0, 0, 0, 8, "this host"),
		v4(10, 0, 0, 0, 8, "a private network"),
		v4(100, 64, 0, 0, 10, "a carrier's own network (CGNAT)"), // Alibaba's metadata too: 100.100.100.200
		v4(127, 0, 0, 0, 8, "this host"),
		v4(168, 63, 129, 16, 32, "Azure's metadata service"),
		v4(169, 254, 0, 0, 16, "link-local, where clouds keep their metadata"),
		v4(172, 16, 0, 0, 12, "a private network"),
		v4(192, 0, 0, 0, 24, "set aside for protocols"), // Oracle's metadata too: 192.0.0.192
		v4(192, 0, 2, 0, 24, "set aside for documents"),
		v4(192, 88, 99, 0, 24, "a relay to IPv6"),
		v4(192, 168, 0, 0, 16, "a private network"),
		v4(198, 18, 0, 0, 15, "set aside for benchmarks"),
		v4(198, 51, 100, 0, 24, "set aside for documents"),
		v4(203, 0, 113, 0, 24, "set aside for documents"),
		v4(224, 0, 0, 0, 4, "multicast"),
		v4(240, 0, 0, 0, 4, "set aside"), // with the broadcast address
	}
}

// blocks6 are those of IPv6 within the global unicast addresses (2000::/3); what is outside these is refused
// as a whole. Source: the IANA IPv6 Special-Purpose Address Registry.
func blocks6() []block {
	return []block{
		{[16]byte{0x20, 0x01, 0x00, 0x00}, 23, "set aside for protocols"}, // with Teredo's 2001::/32
		{[16]byte{0x20, 0x01, 0x0d, 0xb8}, 32, "set aside for documents"},
		{[16]byte{0x20, 0x02}, 16, "an IPv4 address behind a relay (6to4)"},
		{[16]byte{0x3f, 0xff}, 20, "set aside for documents"},
	}
}

// reserved says what addr is if it is no public address; empty if it is one.
func reserved(addr netip.Addr) string {
	if !addr.IsValid() {
		return "no address"
	}
	blocks := blocks4()
	if !addr.Is4() {
		if why := outside6(addr); why != "" {
			return why
		}
		blocks = blocks6()
	}
	for _, b := range blocks {
		if b.prefix(addr.Is4()).Contains(addr) {
			return b.why
		}
	}
	return ""
}

func (b block) prefix(is4 bool) netip.Prefix {
	if is4 {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte(b.first[:4])), b.bits)
	}
	return netip.PrefixFrom(netip.AddrFrom16(b.first), b.bits)
}

// outside6 says what an IPv6 address is that is no global unicast address.
func outside6(addr netip.Addr) string {
	global := netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20}), 3)
	switch {
	case global.Contains(addr):
		return ""
	case addr.IsLoopback(), addr.IsUnspecified():
		return "this host"
	case addr.IsLinkLocalUnicast():
		return "link-local"
	case addr.IsMulticast():
		return "multicast"
	case addr.IsPrivate():
		return "a private network" // with AWS's metadata: fd00:ec2::254
	}
	return "no public address"
}

// translated is the IPv4 address that a NAT64 gateway would call for addr (64:ff9b::/96, RFC 6052).
func translated(addr netip.Addr) (netip.Addr, bool) {
	wellKnown := netip.PrefixFrom(netip.AddrFrom16([16]byte{0x00, 0x64, 0xff, 0x9b}), 96)
	if !addr.Is6() || !wellKnown.Contains(addr) {
		return netip.Addr{}, false
	}
	b := addr.As16()
	return netip.AddrFrom4([4]byte(b[12:])), true
}
