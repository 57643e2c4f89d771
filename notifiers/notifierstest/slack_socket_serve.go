package notifierstest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// Disconnect tells every connection to go for a reason (warning, refresh_requested, link_disabled). What is
// delivered before there is another comes over it still. It leaves the closing to the other side.
func (s *Slack) Disconnect(reason string) {
	for _, c := range s.connections() {
		c.send(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink"}})
	}
}

// Break cuts every connection without a word.
func (s *Slack) Break() {
	for _, c := range s.connections() {
		c.conn.NetConn().Close()
	}
}

// Freeze makes every connection silent though it stays open, as where a router between has lost it.
func (s *Slack) Freeze() {
	for _, c := range s.connections() {
		c.frozen.Store(true)
	}
}

// Scribble sends a text over every connection.
func (s *Slack) Scribble(text string) {
	for _, c := range s.connections() {
		c.send(json.RawMessage(text))
	}
}

func (s *Slack) connections() []*socket {
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	return slices.Clone(s.sockets.open)
}

// openConnection is apps.connections.open, which takes an app-level token in its header alone.
func (s *Slack) openConnection(r *http.Request) []byte {
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.sockets.mu.Lock()
	defer s.sockets.mu.Unlock()
	switch {
	case !bearer || token == "":
		return refusal("not_authed")
	case strings.HasPrefix(token, "xoxb-"):
		return refusal("not_allowed_token_type")
	case token != SlackAppToken:
		return refusal("invalid_auth")
	}
	ticket := rand.Text()
	s.sockets.tickets[ticket] = true
	return ok(map[string]any{"url": "ws://" + s.addr + "/link/?ticket=" + ticket + "&app_id=A0TOCSIN"})
}

// link is a websocket's address; its ticket serves once.
func (s *Slack) link(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	s.sockets.mu.Lock()
	known := s.sockets.tickets[ticket] && len(s.sockets.open) < socketLimit
	delete(s.sockets.tickets, ticket)
	s.sockets.mu.Unlock()
	if !known {
		http.Error(w, "expired", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	c := &socket{conn: conn}
	conn.SetPingHandler(func(data string) error {
		s.sockets.change(func() { s.sockets.pings++ })
		if c.frozen.Load() {
			return nil
		}
		return conn.WriteControl(websocket.PongMessage, []byte(data), time.Now().Add(time.Second))
	})
	s.greet(c)
	s.listen(c)
	s.sockets.change(func() {
		s.sockets.open = slices.DeleteFunc(s.sockets.open, func(o *socket) bool { return o == c })
	})
}

// greet says hello, and sends again what nobody has acknowledged.
func (s *Slack) greet(c *socket) {
	s.sockets.change(func() {
		s.sockets.open = append(s.sockets.open, c)
		s.sockets.greeted++
		c.send(map[string]any{
			"type": "hello", "num_connections": len(s.sockets.open), "connection_info": map[string]any{"app_id": "A0TOCSIN"},
			"debug_info": map[string]any{"host": "applink", "approximate_connection_time": 18060},
		})
		for _, p := range s.sockets.waiting {
			p.Retry++
			p.Reason = "timeout"
			c.send(*p)
		}
	})
}

// listen takes acknowledgements until the connection ends.
func (s *Slack) listen(c *socket) {
	for {
		_, text, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		a := SlackAck{At: time.Now()}
		err = json.Unmarshal(text, &a)
		s.sockets.mu.Lock()
		at := slices.IndexFunc(s.sockets.waiting, func(p *parcel) bool { return p.Envelope == a.Envelope })
		switch {
		case err != nil || a.Envelope == "":
			s.sockets.objects = append(s.sockets.objects, fmt.Sprintf("no acknowledgement: %.80q", text))
		case at >= 0 && a.Payload != nil && !s.sockets.waiting[at].Accepts:
			s.sockets.objects = append(s.sockets.objects, "a payload where none is accepted: "+string(a.Payload))
		}
		if at >= 0 {
			s.sockets.waiting = slices.Delete(s.sockets.waiting, at, at+1)
		}
		s.sockets.mu.Unlock()
		s.sockets.acks.add(a)
	}
}
