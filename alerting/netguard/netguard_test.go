package netguard_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tocsin/alerting/netguard"
)

func TestOnlyPublicAddressesAreCalled(t *testing.T) {
	g := netguard.New(netguard.Options{})
	for _, s := range []string{
		"127.0.0.1", "127.255.0.9", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "192.0.2.1", "192.88.99.1",
		"198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254",
		"64:ff9b:1::1", "2002:7f00:1::1", "2001::1", "2001:db8::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd00:ec2::254",
		"ff02::1", "100::1", "3fff::1", "4000::1",
	} {
		if err := g.Check(netip.MustParseAddr(s)); err == nil {
			t.Errorf("%s would be called", s)
		} else if _, ok := errors.AsType[*netguard.Refused](err); !ok {
			t.Errorf("%s: %v is no *Refused", s, err)
		}
	}
	for _, s := range []string{
		"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "168.63.129.17", "192.0.1.1", "223.255.255.255",
		"2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:4860:4860::8888",
	} {
		if err := g.Check(netip.MustParseAddr(s)); err != nil {
			t.Errorf("%s: %v", s, err)
		}
	}
	if g.Check(netip.Addr{}) == nil {
		t.Error("no address at all would be called")
	}
}

func TestWhatIsAllowedIsCalledInEachOfItsForms(t *testing.T) {
	o, err := netguard.Parse([]string{"10.20.0.0/16", "::ffff:192.168.1.5", "fd00::/8"})
	if err != nil {
		t.Fatal(err)
	}
	g := netguard.New(o)
	for s, allowed := range map[string]bool{
		"10.20.3.4": true, "::ffff:10.20.3.4": true, "64:ff9b::10.20.3.4": true, "192.168.1.5": true, "fd12::1": true,
		"10.21.0.1": false, "192.168.1.6": false, "fe80::1": false, "169.254.169.254": false,
	} {
		if err := g.Check(netip.MustParseAddr(s)); (err == nil) != allowed {
			t.Errorf("%s: %v, allowed should be %v", s, err, allowed)
		}
	}
}

func TestEveryFormOfAnIPv4AddressIsJudgedAlike(t *testing.T) {
	g := netguard.New(netguard.Options{})
	rapid.Check(t, func(t *rapid.T) {
		b := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address"))
		plain := netip.AddrFrom4(b)
		nat64 := [16]byte{0x00, 0x64, 0xff, 0x9b, 12: b[0], b[1], b[2], b[3]}
		want := g.Check(plain) == nil
		for _, form := range []netip.Addr{netip.AddrFrom16(plain.As16()), netip.AddrFrom16(nat64), netip.AddrFrom16(plain.As16()).WithZone("eth0")} {
			if got := g.Check(form) == nil; got != want {
				t.Fatalf("%s is called: %v; %s: %v", plain, want, form, got)
			}
		}
		if want && (plain.IsPrivate() || plain.IsLoopback() || plain.IsLinkLocalUnicast() || plain.IsMulticast() || plain.IsUnspecified()) {
			t.Fatalf("%s would be called", plain)
		}
	})
}

func TestANameThatStandsForThisHostIsNotCalled(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	get := func(g *netguard.Guard, target string) error {
		client := &http.Client{Transport: g.Transport(nil), CheckRedirect: g.Redirects(0)}
		defer client.CloseIdleConnections()
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
		resp, err := client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	for _, host := range []string{"localhost", "127.0.0.1", "[::ffff:127.0.0.1]"} {
		if _, ok := errors.AsType[*netguard.Refused](get(netguard.New(netguard.Options{}), "http://"+host+":"+port)); !ok {
			t.Errorf("%s was called", host)
		}
	}
	if err := get(netguard.New(netguard.Options{Hosts: []string{"LocalHost."}}), "http://localhost:"+port); err != nil {
		t.Errorf("the allowed name was not called: %v", err)
	}
	if get(netguard.New(netguard.Options{Hosts: []string{"localhost"}}), "http://127.0.0.1:"+port) == nil {
		t.Error("an address was called because a name is allowed")
	}
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	if err := get(netguard.New(netguard.Options{Allow: loopback}), server.URL); err != nil {
		t.Errorf("the allowed network was not called: %v", err)
	}
	if get(netguard.New(netguard.Options{Allow: loopback, Ports: []uint16{443}}), server.URL) == nil {
		t.Error("a port was called that is not allowed")
	}
	if get(netguard.New(netguard.Options{Hosts: []string{"localhost"}, Ports: []uint16{443}}), "http://localhost:"+port) == nil {
		t.Error("a port of an allowed name was called that is not allowed")
	}
}

func TestEachRedirectIsGuarded(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect reached this host") }))
	defer inner.Close()
	outer := httptest.NewServer(http.RedirectHandler(strings.Replace(inner.URL, "127.0.0.1", "localhost", 1), http.StatusTemporaryRedirect))
	defer outer.Close()
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(outer.URL, "http://"))
	g := netguard.New(netguard.Options{Hosts: []string{"outer.test"}})
	transport := g.Transport(&http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return nil, errors.New("a proxy was asked for") }})
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "outer.test:"+port { // what DNS would say
			return (&net.Dialer{}).DialContext(ctx, network, "127.0.0.1:"+port)
		}
		return dial(ctx, network, address)
	}
	client := &http.Client{Transport: transport, CheckRedirect: g.Redirects(3)}
	defer client.CloseIdleConnections()
	resp, err := client.Get("http://outer.test:" + port)
	if err == nil {
		resp.Body.Close()
	}
	if _, ok := errors.AsType[*netguard.Refused](err); !ok {
		t.Errorf("the redirect: %v", err)
	}
	client.CheckRedirect = g.Redirects(0)
	if resp, err = client.Get("http://outer.test:" + port); err != nil || resp.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("a redirect that is not followed is no answer: %v", err)
	} else {
		resp.Body.Close()
	}
}

func TestRedirectsLeaveNeitherHTTPSNorTheWeb(t *testing.T) {
	at := func(u string) *http.Request { r, _ := http.NewRequest(http.MethodGet, u, nil); return r }
	follow := netguard.New(netguard.Options{}).Redirects(2)
	https := at("https://a.example")
	for name, c := range map[string]struct {
		next *http.Request
		via  []*http.Request
		ok   bool
	}{
		"from HTTPS to HTTPS": {at("https://b.example"), []*http.Request{https}, true},
		"from HTTPS to HTTP":  {at("http://b.example"), []*http.Request{https}, false},
		"to a file":           {at("file:///etc/passwd"), []*http.Request{https}, false},
		"once too often":      {https, []*http.Request{https, https, https}, false},
	} {
		if err := follow(c.next, c.via); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestARedirectThatChangesTheMethodIsTheAnswer(t *testing.T) {
	for status, kept := range map[int]bool{301: false, 302: false, 303: false, 307: true, 308: true} {
		var got []string
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = append(got, r.Method+" "+string(body))
			if r.URL.Path == "/" {
				http.Redirect(w, r, "/new", status)
			}
		}))
		client := &http.Client{CheckRedirect: netguard.New(netguard.Options{}).Redirects(3)}
		resp, err := client.Post(server.URL, "text/plain", strings.NewReader("page"))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		server.Close()
		want, answer := []string{"POST page"}, status
		if kept {
			want, answer = []string{"POST page", "POST page"}, http.StatusOK
		}
		if !slices.Equal(got, want) || resp.StatusCode != answer {
			t.Errorf("%d: %q, and the answer is %d", status, got, resp.StatusCode)
		}
	}
}

func TestAnAddressIsJudgedBeforeItIsCalled(t *testing.T) {
	g := netguard.New(netguard.Options{Hosts: []string{"intern"}, Ports: []uint16{443, 8443}})
	for s, ok := range map[string]bool{
		"https://hooks.example.com/x": true, "https://intern:8443": true, "https://8.8.8.8": true,
		"https://127.0.0.1": false, "https://[::1]/": false, "ftp://example.com": false, "https://": false, "https://example.com:22": false, "/x": false,
	} {
		u, err := url.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.CheckURL(u); (err == nil) != ok {
			t.Errorf("%s: %v", s, err)
		}
	}
}
