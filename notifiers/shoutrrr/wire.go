package shoutrrr

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/discord"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/mattermost"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/gotify"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/push/ntfy"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
)

const answerLimit = 64 << 10 // bytes of an answer that a service gets to read

// wire is what a service calls through while it sends one message: every call is guarded, bound to the
// message's deadline and looked at. After the first call that fails there is no other: trying again, and a
// redirect, are not the service's to decide.
type wire struct {
	ctx   context.Context
	guard *netguard.Guard
	base  *http.Transport

	mu       sync.Mutex
	trip     *notifiers.Trip // the last call, or the one that failed; nil: none was made
	broke    error           // why there was no answer
	failed   bool
	accepted int // answers of 2xx to a POST
	said     bytes.Buffer
}

func newWire(ctx context.Context, guard *netguard.Guard, base *http.Transport) *wire {
	return &wire{ctx: ctx, guard: guard, base: base}
}

func (w *wire) close() { w.base.CloseIdleConnections() }

// RoundTrip is http.RoundTripper's.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) { return w.call(w.base, req) }

func (w *wire) call(base *http.Transport, req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed {
		return nil, errors.New("the call before has failed")
	}
	w.trip = notifiers.NewTrip(w.ctx, &http.Client{Transport: base})
	w.said.Reset()
	resp, err := w.trip.RoundTrip(req)
	if err != nil {
		w.failed, w.broke = true, err
		return nil, err
	}
	switch {
	case resp.StatusCode >= 300:
		w.failed = true
	case req.Method == http.MethodPost:
		w.accepted++
	}
	resp.Body = &heard{resp.Body, io.LimitReader(resp.Body, answerLimit), w}
	return resp, nil
}

// heard is an answer's body: bounded, and its beginning kept for the error.
type heard struct {
	io.Closer
	from io.Reader
	wire *wire
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.from.Read(p)
	h.wire.mu.Lock()
	defer h.wire.mu.Unlock()
	h.wire.said.Write(p[:min(n, max(0, 1024-h.wire.said.Len()))])
	return n, err
}

// into puts the wire into those services that bring a transport of their own, which keeps its TLS settings.
// All others call through http.DefaultTransport.
func (w *wire) into(service types.Service) {
	switch s := service.(type) {
	case *discord.Service:
		s.Sleeper = awake{}
	case *ntfy.Service:
		base := &http.Transport{}
		if s.Config.DisableTLSVerification {
			base.TLSClientConfig = unverified()
		}
		s.SetHTTPClient(&http.Client{Transport: w.over(base)})
	case *gotify.Service:
		w.wrap(s.GetHTTPClient())
	case *mattermost.Service:
		w.wrap(s.GetHTTPClient())
	}
}

func (w *wire) wrap(client *http.Client) {
	base, _ := client.Transport.(*http.Transport)
	client.Transport = w.over(base)
}

func (w *wire) over(base *http.Transport) http.RoundTripper {
	guarded := w.guard.Transport(base)
	guarded.DisableKeepAlives = true
	return overBase{w, guarded}
}

// overBase is the wire over another transport than its own.
type overBase struct {
	wire *wire
	base *http.Transport
}

func (o overBase) RoundTrip(req *http.Request) (*http.Response, error) {
	return o.wire.call(o.base, req)
}

// awake is a discord.Sleeper: Discord's service would wait and try again.
type awake struct{}

func (awake) Sleep(time.Duration) {}
