package slack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// dialTime bounds asking for an address and connecting to it.
const dialTime = 20 * time.Second

// socketAddress asks for a websocket's address, which serves once: there is a ticket in it. asked is how long
// Slack wants to be left alone, after an error.
func (s *Slack) socketAddress(ctx context.Context) (address string, asked time.Duration, err error) {
	trip := notifiers.NewTrip(ctx, s.opts.HTTP)
	api := slack.New("", slack.OptionAppLevelToken(s.opts.AppToken), slack.OptionAPIURL(s.opts.APIURL), slack.OptionHTTPClient(trip.Client()))
	_, address, err = api.StartSocketModeContext(ctx)
	if err != nil {
		return "", trip.RetryAfter(), notOpened(trip, err)
	}
	if !s.socketOf(address) {
		return "", 0, errors.New("Slack names no address of a websocket with TLS: see that api_url is right")
	}
	return address, 0, nil
}

// notOpened is the failure of asking, with what to look at where the settings are at fault.
func notOpened(trip *notifiers.Trip, err error) error {
	f := asked(trip, "asking Slack for a Socket Mode connection", err)
	if notifiers.AsFailure(f).Class == notifiers.Misconfigured {
		return fmt.Errorf("%w: see that app_token is an app-level token (xapp-...) with the scope connections:write, and that Socket Mode is on", f)
	}
	return f
}

// socketOf reports whether an address is one to connect to: with TLS, unless the API is without it too.
func (s *Slack) socketOf(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	return u.Scheme == "wss" || u.Scheme == "ws" && strings.HasPrefix(s.opts.APIURL, "http://")
}

// dial connects over the proxy and with the TLS of the HTTP client, where that has them.
func (s *Slack) dial(ctx context.Context, address string) (*websocket.Conn, error) {
	d := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTime}
	if s.opts.HTTP != nil {
		if t, ok := s.opts.HTTP.Transport.(*http.Transport); ok {
			d.Proxy, d.NetDialContext = t.Proxy, t.DialContext
			if t.TLSClientConfig != nil {
				d.TLSClientConfig = t.TLSClientConfig.Clone()
				d.TLSClientConfig.NextProtos = nil // a websocket is HTTP/1.1
			}
		}
	}
	conn, resp, err := d.DialContext(ctx, address, nil)
	if resp != nil && err != nil {
		return nil, fmt.Errorf("%w (status %d)", err, resp.StatusCode)
	}
	return conn, err
}
