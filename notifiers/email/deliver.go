package email

import (
	"context"
	"crypto/tls"
	"net"
	"net/smtp"
	"net/textproto"
	"slices"
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
	conn, err := (&net.Dialer{Timeout: e.limits.dial}).DialContext(ctx, "tcp", e.opts.SMTP)
	if err != nil {
		return "", failure(before, "reaching the mail server", late(err, e.limits.dial))
	}
	defer conn.Close()
	l := line{ctx, conn}
	// A done ctx makes every read and write fail at once; whatever stage this is in says so.
	defer context.AfterFunc(ctx, l.end)()

	c, err := e.greet(l)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := e.signIn(l, c); err != nil {
		return "", err
	}
	l.phase(e.limits.command)
	if err := c.Mail(e.from.Address); err != nil {
		return "", failure(before, "naming the sender", late(err, e.limits.command))
	}
	l.phase(e.limits.command)
	if err := c.Rcpt(to); err != nil {
		return "", failure(recipient, "naming the recipient", late(err, e.limits.command))
	}
	return e.data(l, c.Text, raw)
}

// greet says hello over a connection that is protected as configured, or fails: there is no way back to
// an open line.
func (e *Email) greet(l line) (*smtp.Client, error) {
	config := &tls.Config{ServerName: e.host, RootCAs: e.opts.RootCAs, MinVersion: tls.VersionTLS12}
	conn := l.conn
	if e.opts.TLS == Implicit {
		l.phase(e.limits.secure)
		tc := tls.Client(conn, config)
		if err := tc.HandshakeContext(l.ctx); err != nil {
			return nil, failure(before, "securing the line with TLS", late(err, e.limits.secure))
		}
		conn = tc
	}
	l.phase(e.limits.greet)
	c, err := smtp.NewClient(conn, e.host)
	if err != nil {
		return nil, failure(before, "greeting the mail server", late(err, e.limits.greet))
	}
	if err := c.Hello(e.id); err != nil {
		return nil, failure(before, "greeting the mail server", late(err, e.limits.greet))
	}
	if e.opts.TLS != StartTLS {
		return c, nil
	}
	if ok, _ := c.Extension("STARTTLS"); !ok {
		return nil, unfit("securing the line", "the mail server offers no STARTTLS, and nothing is sent over an open line")
	}
	l.phase(e.limits.secure)
	if err := c.StartTLS(config); err != nil {
		return nil, failure(before, "securing the line with STARTTLS", late(err, e.limits.secure))
	}
	return c, nil
}

func (e *Email) signIn(l line, c *smtp.Client) error {
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
	l.phase(e.limits.signIn)
	if err := c.Auth(auth); err != nil {
		return failure(before, "signing in", late(err, e.limits.signIn))
	}
	return nil
}

// data sends the message itself. It speaks to the connection directly: smtp.Client throws the server's
// last words away, and does not say whether the final dot had left when an error came.
func (e *Email) data(l line, text *textproto.Conn, raw []byte) (string, error) {
	l.phase(e.limits.command)
	if _, _, err := command(text, 354, "DATA"); err != nil {
		return "", failure(content, "starting the message", late(err, e.limits.command))
	}
	l.phase(e.limits.body)
	w := text.DotWriter()
	if _, err := w.Write(raw); err != nil {
		return "", failure(content, "sending the message", late(err, e.limits.body))
	}
	if err := w.Close(); err != nil {
		return "", failure(content, "sending the message", late(err, e.limits.body))
	}
	l.phase(e.limits.answer)
	_, said, err := text.ReadResponse(2)
	if err != nil {
		f := failure(content, "waiting for the server to take the message", late(err, e.limits.answer))
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
