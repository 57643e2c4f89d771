package email

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

// limits is how long each part of a delivery may take, at most; ctx may end it sooner. The dispatcher gives
// an attempt 10 s in all, so that one part that hangs shows as what it is, and never as a lost answer.
type limits struct {
	dial    time.Duration // to reach the server
	greet   time.Duration // until it has said its name and what it can do
	secure  time.Duration // the TLS handshake, and what it can do then
	signIn  time.Duration
	command time.Duration // each of MAIL, RCPT and DATA
	body    time.Duration // to hand over the message, up to its final dot
	answer  time.Duration // until the server says what it made of it
}

func usual() limits {
	return limits{
		dial: 4 * time.Second, greet: 5 * time.Second, secure: 5 * time.Second, signIn: 5 * time.Second,
		command: 5 * time.Second, body: 8 * time.Second, answer: patience,
	}
}

// line is a connection whose reads and writes fail once the present phase is over, or ctx is done.
type line struct {
	ctx  context.Context
	conn net.Conn
}

// phase begins the next part, which may take at most d.
func (l line) phase(d time.Duration) {
	_ = l.conn.SetDeadline(time.Now().Add(d))
	if l.ctx.Err() != nil { // it may have ended between the two, and would be forgotten
		l.end()
	}
}

// end makes every read and write fail at once.
func (l line) end() { _ = l.conn.SetDeadline(time.Unix(1, 0)) }

// late says which part took too long, if that is what err is.
func late(err error, d time.Duration) error {
	if slow, ok := errors.AsType[net.Error](err); ok && slow.Timeout() {
		return fmt.Errorf("no answer within %v: %w", d, err)
	}
	return err
}
