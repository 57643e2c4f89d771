package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/notifiers"
)

// patience bounds a delivery whose context has no deadline.
const patience = 30 * time.Second

// deliver hands raw to the server for one recipient and returns what the server said of it. Only once
// the final dot has left can the mail's fate be unknown. Errors are *notifiers.Failure.
func (e *Email) deliver(ctx context.Context, to string, raw []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", e.opts.SMTP)
	if err != nil {
		return "", failure("reaching the mail server", err)
	}
	defer conn.Close()
	// A done ctx makes every read and write fail at once; whatever stage this is in says so.
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()

	c, err := e.greet(ctx, conn)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := e.signIn(c); err != nil {
		return "", err
	}
	if err := c.Mail(e.from.Address); err != nil {
		return "", refused("naming the sender", err)
	}
	if err := c.Rcpt(to); err != nil {
		return "", failure("naming the recipient", err)
	}
	return data(c.Text, raw)
}

// greet says hello over a connection that is protected as configured, or fails: there is no way back to
// an open line.
func (e *Email) greet(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	config := &tls.Config{ServerName: e.host, RootCAs: e.opts.RootCAs, MinVersion: tls.VersionTLS12}
	if e.opts.TLS == Implicit {
		tc := tls.Client(conn, config)
		if err := tc.HandshakeContext(ctx); err != nil {
			return nil, failure("securing the line with TLS", err)
		}
		conn = tc
	}
	c, err := smtp.NewClient(conn, e.host)
	if err != nil {
		return nil, refused("greeting the mail server", err)
	}
	if err := c.Hello(e.id); err != nil {
		return nil, refused("greeting the mail server", err)
	}
	if e.opts.TLS != StartTLS {
		return c, nil
	}
	if ok, _ := c.Extension("STARTTLS"); !ok {
		return nil, unfit("securing the line", "the mail server offers no STARTTLS, and nothing is sent over an open line")
	}
	if err := c.StartTLS(config); err != nil {
		return nil, refused("securing the line with STARTTLS", err)
	}
	return c, nil
}

func (e *Email) signIn(c *smtp.Client) error {
	if e.opts.Username == "" {
		return nil
	}
	ok, mechanisms := c.Extension("AUTH")
	if !ok {
		return unfit("signing in", "a user name is configured, but the mail server offers no sign-in")
	}
	var auth smtp.Auth = smtp.PlainAuth("", e.opts.Username, e.opts.Password, e.host)
	if m := strings.Fields(strings.ToUpper(mechanisms)); !slices.Contains(m, "PLAIN") && slices.Contains(m, "LOGIN") {
		auth = loginAuth{e.opts.Username, e.opts.Password}
	}
	if err := c.Auth(auth); err != nil {
		return refused("signing in", err)
	}
	return nil
}

// data sends the message itself. It speaks to the connection directly: smtp.Client throws the server's
// last words away, and does not say whether the final dot had left when an error came.
func data(text *textproto.Conn, raw []byte) (string, error) {
	if _, _, err := command(text, 354, "DATA"); err != nil {
		return "", failure("starting the message", err)
	}
	w := text.DotWriter()
	if _, err := w.Write(raw); err != nil {
		return "", failure("sending the message", err)
	}
	if err := w.Close(); err != nil {
		return "", failure("sending the message", err)
	}
	_, said, err := text.ReadResponse(2)
	if err != nil {
		f := failure("waiting for the server to take the message", err)
		if f.Code == "" {
			f.Class = notifiers.Lost
		}
		return "", f
	}
	_ = text.PrintfLine("QUIT") // a courtesy: the message is theirs already
	return notifiers.Cut(notifiers.Plain(said), 200), nil
}

func command(text *textproto.Conn, expect int, line string) (int, string, error) {
	id, err := text.Cmd("%s", line)
	if err != nil {
		return 0, "", err
	}
	text.StartResponse(id)
	defer text.EndResponse(id)
	return text.ReadResponse(expect)
}

// signInFirst are the answers that want another sign-in, at whatever stage they come (RFC 4954, section 6).
var signInFirst = []int{530, 534, 535, 538}

// failure is an error before the final dot: temporary unless the server answered 5xx, which is the
// recipient's or the mail's fault unless it speaks of signing in.
func failure(doing string, err error) *notifiers.Failure {
	f := &notifiers.Failure{Err: fmt.Errorf("%s: %w", doing, err)}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		f.Code = strconv.Itoa(reply.Code)
		f.Err = fmt.Errorf("%s: the mail server answered %s", doing, notifiers.Cut(notifiers.Plain(reply.Error()), 300))
		switch {
		case slices.Contains(signInFirst, reply.Code):
			f.Class = notifiers.Misconfigured
		case reply.Code >= 500:
			f.Class = notifiers.Permanent
		}
	}
	return f
}

// refused is an error before the server has heard of a recipient: a 5xx is meant for Tocsin, not for
// anybody's mail.
func refused(doing string, err error) *notifiers.Failure {
	f := failure(doing, err)
	if f.Class == notifiers.Permanent {
		f.Class = notifiers.Misconfigured
	}
	return f
}

// unfit is a server that does not offer what the configuration asks for.
func unfit(doing, why string) *notifiers.Failure {
	return &notifiers.Failure{Class: notifiers.Misconfigured, Err: fmt.Errorf("%s: %s", doing, why)}
}
