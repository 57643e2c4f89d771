package shoutrrr

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"os"
	"strconv"
	"time"

	"github.com/jordan-wright/email"
	library "github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
)

// mailing is one mail to the recipients of an smtp:// address. The library would resolve the server's name and dial
// it by itself, where no guard looks on; so it reads the address, and Tocsin sends.
type mailing struct {
	config   *library.Config
	guard    *netguard.Guard
	accepted int  // recipients for whom the server has taken it
	pending  bool // the final dot may have left, and has no answer: it may be taken
}

// mail sends to each recipient of the address. One that is refused keeps it from nobody else.
func (w *wire) mail(j job, c *library.Config) result {
	c.FixEmailTags()
	ctx, cancel := context.WithTimeout(w.ctx, cmp.Or(c.Timeout, library.DefaultTimeout*time.Second))
	defer cancel()
	m := &mailing{config: c, guard: w.guard}
	return m.result(j.Address, m.send(ctx, j.Title, j.Text))
}

func (m *mailing) send(ctx context.Context, title, text string) error {
	c := m.config
	conn, err := m.guard.DialContext(ctx, "tcp", net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))))
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	client, err := m.greet(ctx, conn)
	if err != nil {
		return err
	}
	defer client.Close()
	var refused error
	for _, to := range c.ToAddresses {
		err := m.deliver(client, to, title, text)
		if _, answered := errors.AsType[*textproto.Error](err); err != nil && !answered {
			return err
		}
		if err != nil {
			refused = cmp.Or(refused, err) // the first says enough
			if err := client.Reset(); err != nil {
				return refused
			}
		}
	}
	_ = client.Quit() // a courtesy: what was taken is theirs already
	return refused
}

// greet says hello, over TLS as the address asks for it, and signs in.
func (m *mailing) greet(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	c := m.config
	secure := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: c.SkipTLSVerify}
	implicit := c.Encryption == library.EncImplicitTLS || c.Encryption == library.EncAuto && c.Port == library.ImplicitTLSPort
	if implicit {
		tc := tls.Client(conn, secure)
		if err := tc.HandshakeContext(ctx); err != nil {
			return nil, fmt.Errorf("securing the line: %w", err)
		}
		conn = tc
	}
	client, err := smtp.NewClient(conn, c.Host)
	if err == nil {
		err = client.Hello(clientName(c.ClientHost))
	}
	if err != nil {
		return nil, fmt.Errorf("greeting the mail server: %w", err)
	}
	if c.UseStartTLS && !implicit {
		offered, _ := client.Extension("STARTTLS")
		if !offered && c.RequireStartTLS {
			return nil, errors.New("the mail server offers no STARTTLS, which the address requires")
		}
		if offered {
			if err := client.StartTLS(secure); err != nil {
				return nil, fmt.Errorf("securing the line: %w", err)
			}
		}
	}
	return client, m.signIn(client)
}

func (m *mailing) signIn(client *smtp.Client) error {
	c := m.config
	var auth smtp.Auth
	switch c.Auth {
	case library.AuthPlain:
		auth = smtp.PlainAuth("", c.Username, c.Password, c.Host)
	case library.AuthCRAMMD5:
		auth = smtp.CRAMMD5Auth(c.Username, c.Password)
	case library.AuthOAuth2:
		auth = library.OAuth2Auth(c.Username, c.Password)
	default:
		return nil
	}
	if err := client.Auth(auth); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	return nil
}

// deliver hands the mail over for one recipient.
func (m *mailing) deliver(client *smtp.Client, to, title, text string) error {
	c := m.config
	from := mail.Address{Name: c.FromName, Address: c.FromAddress}
	message := email.Email{From: from.String(), To: []string{to}, Subject: cmp.Or(title, c.Subject), Text: []byte(text + "\n")}
	raw, err := message.Bytes()
	if err != nil {
		return fmt.Errorf("writing the mail: %w", err)
	}
	if err := client.Mail(c.FromAddress); err != nil {
		return fmt.Errorf("naming the sender: %w", err)
	}
	if err := client.Rcpt(to); err != nil {
		return fmt.Errorf("naming the recipient: %w", err)
	}
	body, err := client.Data()
	if err != nil {
		return fmt.Errorf("starting the message: %w", err)
	}
	if _, err := body.Write(raw); err != nil {
		return fmt.Errorf("sending the message: %w", err)
	}
	if err := body.Close(); err != nil {
		_, answered := errors.AsType[*textproto.Error](err)
		m.pending = !answered
		return fmt.Errorf("waiting for the server to take the message: %w", err)
	}
	m.accepted++
	return nil
}

// result is what came of a mail, by how far it got and by the server's code (RFC 5321, RFC 4954).
func (m *mailing) result(address string, err error) result {
	if err == nil {
		return result{Sent: true}
	}
	r := result{Class: notifiers.Temporary, Error: scrub(address, err.Error())}
	if _, refused := errors.AsType[*netguard.Refused](err); refused {
		r.Class, r.Code = notifiers.Permanent, "guard"
		return r
	}
	if e, ok := errors.AsType[*textproto.Error](err); ok {
		r.Code = strconv.Itoa(e.Code)
		switch {
		case e.Code == 530, e.Code == 534, e.Code == 535, e.Code == 538:
			r.Class = notifiers.Misconfigured
		case e.Code >= 500:
			r.Class = notifiers.Permanent
		}
	}
	if m.pending || r.Class == notifiers.Temporary && m.accepted > 0 { // one of several recipients has it
		r.Class = notifiers.Lost
	}
	return r
}

// clientName is what the server is greeted with; "auto" stands for this host's name.
func clientName(configured string) string {
	if configured != "auto" {
		return cmp.Or(configured, "localhost")
	}
	name, err := os.Hostname()
	if err != nil {
		return "localhost"
	}
	return name
}
