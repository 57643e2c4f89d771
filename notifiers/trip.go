package notifiers

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Trip is one HTTP call to a provider. As the transport of that call's client it binds the call to a
// context, and it knows afterwards how far the request got: that tells "certainly not sent" from "may
// have been accepted".
type Trip struct {
	ctx  context.Context
	base http.RoundTripper

	mu         sync.Mutex
	left       bool // the request was on its way, and writing it did not fail
	status     int  // 0 if no answer's head came back
	retryAfter time.Duration
}

// NewTrip prepares one call over hc's connections (http.DefaultTransport if hc is nil), under ctx.
func NewTrip(ctx context.Context, hc *http.Client) *Trip {
	t := &Trip{ctx: ctx, base: http.DefaultTransport}
	if hc != nil && hc.Transport != nil {
		t.base = hc.Transport
	}
	return t
}

// Client makes the call. It follows no redirects: credentials go to the configured address only.
func (t *Trip) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// RoundTrip is http.RoundTripper's.
func (t *Trip) RoundTrip(req *http.Request) (*http.Response, error) {
	trace := &httptrace.ClientTrace{
		WroteHeaders: func() { t.setLeft(true) },
		WroteRequest: func(info httptrace.WroteRequestInfo) { t.setLeft(info.Err == nil) },
	}
	resp, err := t.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(t.ctx, trace)))
	if err == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.status, t.retryAfter = resp.StatusCode, retryAfter(resp.Header)
	}
	return resp, err
}

func (t *Trip) setLeft(left bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = left
}

// Status is the answer's HTTP status, 0 if no answer came.
func (t *Trip) Status() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.status
}

// RetryAfter is how long the provider asked to wait; 0 if it did not.
func (t *Trip) RetryAfter() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.retryAfter
}

// broken are the statuses of a provider that broke, or of a gateway that had no good answer of the
// provider behind it: the message may have been taken before. 503 says that it was not.
var broken = []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout}

// shut are the statuses that refuse the caller or its address, whatever the message; as a redirect does,
// since none is followed.
var shut = []int{
	http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound,
	http.StatusMethodNotAllowed, http.StatusProxyAuthRequired,
}

// Failure classifies err by how far the call got and by its HTTP status alone. A channel looks at its
// provider's own codes first.
func (t *Trip) Failure(err error) *Failure {
	f := &Failure{Err: err, RetryAfter: t.RetryAfter()}
	status := t.Status()
	if status != 0 {
		f.Code = strconv.Itoa(status)
	}
	switch {
	case status == 0 && !t.hasLeft():
		f.Class = Temporary
	case status < 300: // no answer, or accepted in words that cannot be read
		f.Class = Lost
	case slices.Contains(broken, status):
		f.Class = Lost
	case status >= 500, status == http.StatusTooManyRequests,
		status == http.StatusRequestTimeout, status == http.StatusTooEarly:
		f.Class = Temporary
	case status < 400, slices.Contains(shut, status):
		f.Class = Misconfigured
	default:
		f.Class = Permanent
	}
	return f
}

func (t *Trip) hasLeft() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.left
}

// retryAfter reads Retry-After: seconds, or a date, which is compared with the answer's own Date.
func retryAfter(h http.Header) time.Duration {
	v := h.Get("Retry-After")
	if secs, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(secs) * time.Second
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}
