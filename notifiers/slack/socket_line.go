package slack

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

const (
	beat      = 20 * time.Second // between two pings
	deadAfter = 3                // beats without a sign of life
	writeTime = 5 * time.Second
	atOnce    = 16 // envelopes of a line that are worked on at the same time
)

// socketLine is one websocket to Slack.
type socketLine struct {
	*Socket
	conn    *websocket.Conn
	from    time.Time       // when it was connected
	hello   chan struct{}   // closed when Slack has greeted
	leaving chan struct{}   // closed when another line is needed
	slots   chan struct{}   // taken by the envelopes that are worked on
	greet   func()          // closes hello, once
	leave   func(why error) // closes leaving, once
	why     error           // of leaving; nil where Slack asked for another line in time

	write   sync.Mutex // held while an acknowledgement is written
	mu      sync.Mutex
	retired bool
}

func newSocketLine(k *Socket, conn *websocket.Conn) *socketLine {
	l := &socketLine{
		Socket: k, conn: conn, from: time.Now(),
		hello: make(chan struct{}), leaving: make(chan struct{}), slots: make(chan struct{}, atOnce),
	}
	l.greet = sync.OnceFunc(func() { close(l.hello) })
	var once sync.Once
	l.leave = func(why error) { once.Do(func() { l.why = why; close(l.leaving) }) }
	return l
}

// held reports whether a line stood for so long.
func (l *socketLine) held(span time.Duration) bool { return l != nil && time.Since(l.from) >= span }

// greeted waits for Slack's hello.
func (l *socketLine) greeted(ctx context.Context) error {
	t := time.NewTimer(dialTime)
	defer t.Stop()
	select {
	case <-l.hello:
		return nil
	case <-l.leaving:
		return l.why
	case <-t.C:
		return errors.New("Slack sends no greeting over its websocket")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// replaced returns when another line is needed: nil if Slack asked for it in time.
func (l *socketLine) replaced(ctx context.Context) error {
	select {
	case <-l.leaving:
		return l.why
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retire ends a line: what has been read is acknowledged first, what has not is left for its successor.
// Without a line it does nothing.
func (l *socketLine) retire() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.retired = true
	_ = l.conn.SetReadDeadline(time.Now()) // a line that is broken already ends by itself
}

// alive puts off the time at which the line is given up.
func (l *socketLine) alive() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retired {
		return nil
	}
	return l.conn.SetReadDeadline(time.Now().Add(deadAfter * l.beat))
}

// run reads until the line ends, and sees to it that all that was read is answered.
func (l *socketLine) run() {
	var work, pings sync.WaitGroup
	over := make(chan struct{})
	pings.Go(func() { l.ping(over) })
	err := l.read(&work)
	l.leave(fmt.Errorf("the line to Slack broke: %w", err))
	work.Wait()
	close(over)
	pings.Wait()
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(writeTime))
	_ = l.conn.Close() // it is over either way
}

// ping asks for a sign of life at each beat: a line that broke without a word would be thought open for ever.
func (l *socketLine) ping(over chan struct{}) {
	t := time.NewTicker(l.beat)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			_ = l.conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(writeTime)) // reading notices what is broken
		case <-over:
			return
		}
	}
}

// read takes in what comes until nothing can.
func (l *socketLine) read(work *sync.WaitGroup) error {
	l.conn.SetReadLimit(bodyLimit)
	l.conn.SetPongHandler(func(string) error { return l.alive() })
	answer := l.conn.PingHandler()
	l.conn.SetPingHandler(func(data string) error { return errors.Join(l.alive(), answer(data)) })
	for {
		if err := l.alive(); err != nil {
			return err
		}
		kind, text, err := l.conn.ReadMessage()
		if err != nil {
			return err
		}
		if kind == websocket.TextMessage {
			l.slots <- struct{}{}
			work.Go(func() {
				defer func() { <-l.slots }()
				l.take(text)
			})
		}
	}
}
