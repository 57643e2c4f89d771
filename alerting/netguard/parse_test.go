package netguard_test

import (
	"net/netip"
	"testing"

	"tocsin/alerting/netguard"
)

func TestWhatCannotBeMeantIsAnError(t *testing.T) {
	for _, s := range []string{"0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "10.0.0.0/33", "", " ", "a b", "https://x.example", "2130706433", "0x7f.1", "127.1", "host.0x1", "a..b", "*.example.com", "x/8"} {
		if o, err := netguard.Parse([]string{s}); err == nil {
			t.Errorf("%q is read as %+v", s, o)
		}
	}
	o, err := netguard.Parse([]string{"10.1.2.3/8", "[FD00::5]", "Hooks.Internal."})
	if err != nil || len(o.Allow) != 2 || o.Allow[0].String() != "10.0.0.0/8" || o.Allow[1].String() != "fd00::5/128" || o.Hosts[0] != "hooks.internal" {
		t.Errorf("%+v, %v", o, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "::1", "[fe80::1%eth0]", "::ffff:10.0.0.0/104", "hooks.internal", "0/0", "1.2.3.4/0", "a_b-c.d", "0x7f000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := netguard.Parse([]string{s})
		if err != nil {
			return
		}
		if len(o.Allow)+len(o.Hosts) != 1 {
			t.Fatalf("%q is read as %+v", s, o)
		}
		g := netguard.New(o)
		for _, p := range o.Allow {
			if g.Check(p.Addr()) != nil {
				t.Fatalf("%q allows %s and does not let %s through", s, p, p.Addr())
			}
		}
		for _, h := range o.Hosts {
			if _, err := netip.ParseAddr(h); err == nil {
				t.Fatalf("%q is an address and is taken for a name", s)
			}
		}
		const metadata = "169.254.169.254"
		if len(o.Allow) == 0 && g.Check(netip.MustParseAddr(metadata)) == nil {
			t.Fatalf("%q lets %s through", s, metadata)
		}
	})
}
