package notifierstest

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// SlackProxy is what a proxy between Slack and Tocsin makes of a request; it leaves the body as it is.
type SlackProxy struct {
	Name    string
	Host    string
	Path    string // in front of the request's own
	Headers []string
	Chunked bool                     // instead of Content-Length
	Spell   func(name string) string // of headers' names; nil: as they are
}

// SlackProxies are six set-ups: none at all, and what nginx, Traefik, HAProxy, a cloud's balancer and a mesh's
// sidecar are known to do.
func SlackProxies() []SlackProxy {
	return []SlackProxy{
		{Name: "none", Host: "tocsin.example.com"},
		{Name: "nginx", Host: "127.0.0.1:8080", Path: "/", Headers: []string{"X-Real-IP: 192.0.2.7", "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https", "Connection: close"}},
		{Name: "traefik", Host: "tocsin.example.com", Headers: []string{"X-Forwarded-For: 192.0.2.7, 10.0.0.1", "X-Forwarded-Host: tocsin.example.com", "X-Forwarded-Port: 443", "X-Forwarded-Server: edge"}, Chunked: true},
		{Name: "haproxy", Host: "tocsin.internal", Headers: []string{"Forwarded: for=192.0.2.7;proto=https;host=tocsin.example.com"}, Spell: strings.ToLower},
		{Name: "balancer", Host: "10.0.0.7", Path: "//ops", Headers: []string{"X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678", "Via: 1.1 google"}, Spell: strings.ToUpper},
		{Name: "sidecar", Host: "tocsin.default.svc:80", Headers: []string{"X-Envoy-External-Address: 192.0.2.7", "X-Request-Id: a-b", "Accept-Encoding: gzip,deflate", "X-Forwarded-Proto: http"}, Spell: strings.ToLower, Chunked: true},
	}
}

// Through is the request as it arrives behind the proxy at a path, read from the wire. The error says that
// no server takes it for a request.
func (r SlackRequest) Through(p SlackProxy, path string) (*http.Request, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s%s HTTP/1.1\r\nHost: %s\r\n", p.Path, path, p.Host)
	for name, values := range r.Header {
		if p.Spell != nil {
			name = p.Spell(name)
		}
		for _, v := range values {
			fmt.Fprintf(&b, "%s: %s\r\n", name, v)
		}
	}
	for _, line := range p.Headers {
		b.WriteString(line + "\r\n")
	}
	if p.Chunked {
		b.WriteString("Transfer-Encoding: chunked\r\n\r\n")
		for part := range slices.Chunk(r.Body, 700) {
			fmt.Fprintf(&b, "%x\r\n%s\r\n", len(part), part)
		}
		b.WriteString("0\r\n\r\n")
	} else {
		fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(r.Body), r.Body)
	}
	return http.ReadRequest(bufio.NewReader(&b))
}
