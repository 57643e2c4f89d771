package notifierstest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

// SlackAppToken is the app-level token that the stand-in knows.
const SlackAppToken = "xapp-notifierstest"

// socketLimit is how many connections of one app Slack keeps open.
const socketLimit = 10

// SlackAck is an acknowledgement that came over a websocket.
type SlackAck struct {
	Envelope string          `json:"envelope_id"`
	Payload  json.RawMessage `json:"payload"`
	At       time.Time       `json:"-"`
}

// sockets are the stand-in's side of Socket Mode: it keeps what is not acknowledged, and sends it again over
// the next connection, as Slack does.
type sockets struct {
	acks *box[SlackAck]

	mu      sync.Mutex
	tickets map[string]bool
	open    []*socket // in the order of their greeting
	greeted int
	pings   int
	changed chan struct{} // closed at the next greeting, ping or end of a connection
	waiting []*parcel     // not acknowledged yet, in order
	objects []string      // what Slack would object to in acknowledgements
}

// parcel is an envelope on its way.
type parcel struct {
	Envelope string          `json:"envelope_id"`
	Type     string          `json:"type"`
	Payload  json.RawMessage `json:"payload"`
	Accepts  bool            `json:"accepts_response_payload"`
	Retry    int             `json:"retry_attempt"`
	Reason   string          `json:"retry_reason"`
}

type socket struct {
	conn   *websocket.Conn
	write  sync.Mutex
	frozen atomic.Bool // it says nothing any more
}

func (c *socket) send(v any) {
	c.write.Lock()
	defer c.write.Unlock()
	if c.frozen.Load() {
		return
	}
	_ = c.conn.WriteJSON(v) // a connection that broke is taken out by its reader
}

// Deliver sends a request over Socket Mode instead of HTTP, over the newest connection or else the next one,
// and returns its envelope's ID.
func (s *Slack) Deliver(r SlackRequest) string {
	return s.deliver(r, func(open []*socket) []*socket { return open[max(0, len(open)-1):] })
}

// DeliverTwice sends a request in one envelope over every open connection.
func (s *Slack) DeliverTwice(r SlackRequest) string {
	return s.deliver(r, func(open []*socket) []*socket { return open })
}

func (s *Slack) deliver(r SlackRequest, over func(open []*socket) []*socket) string {
	p := parcel{Envelope: rand.Text()}
	p.Type, p.Payload, p.Accepts = r.enclosed()
	s.sockets.mu.Lock()
	s.sockets.waiting = append(s.sockets.waiting, &p)
	sent := p
	to := over(slices.Clone(s.sockets.open))
	s.sockets.mu.Unlock()
	for _, c := range to {
		c.send(sent)
	}
	return sent.Envelope
}

// enclosed is the request as Socket Mode has it: the payload of a form, or its fields, or a JSON body.
func (r SlackRequest) enclosed() (kind string, payload json.RawMessage, accepts bool) {
	if r.Header.Get("Content-Type") == "application/json" {
		return "events_api", r.Body, false
	}
	form, _ := url.ParseQuery(string(r.Body)) // the stand-in made it
	if p := form.Get("payload"); p != "" {
		return "interactive", json.RawMessage(p), strings.Contains(p, `"view_submission"`)
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	b, _ := json.Marshal(fields) // strings
	return "slash_commands", b, true
}

// Acks are the acknowledgements that came, in order.
func (s *Slack) Acks() []SlackAck { return s.sockets.acks.all() }

// WaitForAcks returns once n acknowledgements have come.
func (s *Slack) WaitForAcks(ctx context.Context, n int) ([]SlackAck, error) {
	return s.sockets.acks.wait(ctx, func(as []SlackAck) bool { return len(as) >= n })
}

// Unacknowledged counts the envelopes that wait to be.
func (s *Slack) Unacknowledged() int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return len(s.sockets.waiting)
}

// Objections are what Slack would object to in acknowledgements.
func (s *Slack) Objections() []string {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return slices.Clone(s.sockets.objects)
}

// Greetings counts the connections that there have been.
func (s *Slack) Greetings() int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return s.sockets.greeted
}

// Pings counts the signs of life that were asked for.
func (s *Slack) Pings() int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return s.sockets.pings
}

// SocketChange is closed at the next greeting, ping or end of a connection.
func (s *Slack) SocketChange() <-chan struct{} {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return s.sockets.changed
}

// change does something to the connections and wakes who waits for it.
func (k *sockets) change(do func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	do()
	close(k.changed)
	k.changed = make(chan struct{})
}

// Connections counts the websockets that are open.
func (s *Slack) Connections() int {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return len(s.sockets.open)
}
