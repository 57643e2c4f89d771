package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"syscall"
	"time"
)

const (
	calendarTimeout = 20 * time.Second
	mostOfCalendar  = 1 << 20 // bytes
	mostRedirects   = 5
)

// calendarClient asks for iCalendars. It goes where the configuration says and no further: a redirect
// leads to the same host, and from the public network to no private address.
type calendarClient struct {
	roots *x509.CertPool // nil: the system's
}

// get is the body at an https address, at most 1 MiB. Its errors show nothing of the address, which is
// its own password.
func (c calendarClient) get(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, calendarTimeout)
	defer cancel()
	first, err := url.Parse(address)
	if err != nil || first.Scheme != "https" {
		return nil, errors.New("its address is no https URL")
	}
	w := &way{host: first.Host}
	transport := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, Control: w.dial}).DialContext,
		TLSClientConfig:       &tls.Config{RootCAs: c.roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: 10 * time.Second,
		DisableKeepAlives:     true,
	}
	client := http.Client{Transport: transport, CheckRedirect: w.redirect}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("its address is no URL")
	}
	req.Header.Set("Accept", "text/calendar")
	resp, err := client.Do(req)
	if err != nil {
		return nil, withoutURL(err)
	}
	defer resp.Body.Close()
	return bodyOf(resp)
}

func bodyOf(resp *http.Response) ([]byte, error) {
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("its server answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, mostOfCalendar+1))
	if err != nil {
		return nil, withoutURL(err)
	}
	if len(body) > mostOfCalendar {
		return nil, errors.New("it is larger than 1 MiB")
	}
	return body, nil
}

// withoutURL is err without the address that net/http puts before it.
func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	return fmt.Errorf("its server is not reached: %w", err)
}

// way is where one request has been led so far.
type way struct {
	host string

	mu         sync.Mutex
	redirected bool
	private    bool // the address that the configuration names is a private one
}

func (w *way) redirect(req *http.Request, via []*http.Request) error {
	switch {
	case len(via) > mostRedirects:
		return fmt.Errorf("it is redirected more than %d times", mostRedirects)
	case req.URL.Scheme != "https" || req.URL.Host != w.host:
		return errors.New("it is redirected to another host: name that one in the configuration")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.redirected = true
	return nil
}

// dial looks at each address before it is connected to.
func (w *way) dial(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	private := ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsUnspecified()
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.redirected {
		w.private = w.private || private
		return nil
	}
	if private && !w.private {
		return errors.New("it is redirected from a public to a private address")
	}
	return nil
}
