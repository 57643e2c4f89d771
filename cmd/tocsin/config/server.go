package config

import (
	"net"
	"net/netip"
)

// Server says where Tocsin listens.
type Server struct {
	Listen         string         `json:"listen" jsonschema:"default=127.0.0.1:8080" jsonschema_description:"Host and port to listen on. Port 0 is any free one."`
	PublicURL      string         `json:"public_url" jsonschema:"example=https://tocsin.example.com" jsonschema_description:"The address that people and providers reach Tocsin at: in links, and what Twilio's signatures are checked against. Left out: http:// and listen."`
	TrustedProxies []netip.Prefix `json:"trusted_proxies" jsonschema:"example=10.0.0.0/8" jsonschema_description:"Networks (CIDR) whose X-Forwarded-For is believed."`
}

func readServer(v value) Server {
	s := Server{Listen: "127.0.0.1:8080"}
	v.object(
		key("listen", &s.Listen, parsed("address to listen on", parseListen)),
		key("public_url", &s.PublicURL, hidden(parsePublicURL)),
		key("trusted_proxies", &s.TrustedProxies, unique(list(parsed("network", parseCIDR)))),
	)
	if !v.has("public_url") {
		s.PublicURL = "http://" + reachable(s.Listen)
	}
	return s
}

// reachable is where a program on the same host finds what listens on addr.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip, bad := netip.ParseAddr(host); err == nil && (host == "" || bad == nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return addr
}

// Database says which PostgreSQL holds everything.
type Database struct {
	URL Secret `json:"url" jsonschema:"example=postgres://tocsin:secret@db.example.com/tocsin" jsonschema_description:"Connection URL or keywords. Empty or left out: a private PostgreSQL under data_dir."`
}

func readDatabase(v value) Database {
	var d Database
	v.object(key("url", &d.URL, hidden(parseDatabase)))
	return d
}
