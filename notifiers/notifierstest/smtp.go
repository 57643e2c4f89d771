package notifierstest

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/mail"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The account that the mail server knows.
const (
	SMTPUsername = "tocsin"
	SMTPPassword = "notifierstest"
)

// Mail is a mail that was accepted, as its envelope and its parsed parts say.
type Mail struct {
	At       time.Time // when it came
	From, To string    // the envelope's
	TLS      bool      // it came over an encrypted line
	User     string    // who had signed in, empty if nobody
	QueueID  string
	Raw      []byte
	Header   mail.Header
	Subject  string // decoded
	Text     string
	HTML     string
}

// SMTP is a mail server with a certificate of its own making, for 127.0.0.1 and localhost. It offers
// STARTTLS and sign-in; it asks for neither.
type SMTP struct {
	*faults
	Addr    string         // plain, with STARTTLS
	TLSAddr string         // TLS from the first byte
	RootCAs *x509.CertPool // that trust its certificate
	CertPEM []byte         // the certificate itself
	mails   *box[Mail]

	servers []*smtp.Server
	refusal refusals
}

// NewSMTP starts one for a test.
func NewSMTP(t Cleaner) *SMTP { return begin(t, StartSMTP) }

// NewPlainSMTP starts one that offers no STARTTLS.
func NewPlainSMTP(t Cleaner) *SMTP {
	return begin(t, func() (*SMTP, error) { return startSMTP(false) })
}

// StartSMTP starts one; Close ends it.
func StartSMTP() (*SMTP, error) { return startSMTP(true) }

func startSMTP(starttls bool) (*SMTP, error) {
	id, err := newIdentity()
	if err != nil {
		return nil, err
	}
	s := &SMTP{faults: newFaults(), mails: newBox[Mail](), RootCAs: id.pool, CertPEM: id.pem}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listening: %w", err)
	}
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		plain.Close()
		return nil, fmt.Errorf("listening: %w", err)
	}
	s.Addr, s.TLSAddr = plain.Addr().String(), secure.Addr().String()
	s.run(plain, id, starttls)
	s.run(id.listener(secure), id, false)
	return s, nil
}

func (s *SMTP) run(l net.Listener, id identity, starttls bool) {
	server := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{smtp: s, conn: c}, nil }))
	server.Domain = "localhost"
	server.AllowInsecureAuth = true // whether a password may be sent is for the sender to know
	server.ErrorLog = silence{}
	if starttls {
		server.TLSConfig = id.config
	}
	s.servers = append(s.servers, server)
	go server.Serve(l) //nolint:errcheck // its end is Close
}

// Close ends the server and every connection.
func (s *SMTP) Close() {
	s.Lift()
	for _, server := range s.servers {
		server.Close()
	}
}

// Messages are all mails that were accepted, in order.
func (s *SMTP) Messages() []Mail { return s.mails.all() }

// Wait returns once n mails have been accepted.
func (s *SMTP) Wait(ctx context.Context, n int) ([]Mail, error) {
	return s.WaitFor(ctx, func(ms []Mail) bool { return len(ms) >= n })
}

// WaitFor returns once ok holds; it is asked at each mail.
func (s *SMTP) WaitFor(ctx context.Context, ok func([]Mail) bool) ([]Mail, error) {
	return s.mails.wait(ctx, ok)
}

// silence is a logger for connections that tests break on purpose.
type silence struct{}

func (silence) Printf(string, ...any) {}
func (silence) Println(...any)        {}

// session is one connection's.
type session struct {
	smtp           *SMTP
	conn           *smtp.Conn
	from, to, user string
}

func (s *session) Reset()        { s.from, s.to = "", "" }
func (s *session) Logout() error { return nil }

func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.to != "" {
		return errors.New("one recipient a mail is all that is taken here")
	}
	if err := s.smtp.refusal.of(to); err != nil {
		return err
	}
	s.to = to
	return nil
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if username != SMTPUsername || password != SMTPPassword {
			return smtp.ErrAuthFailed
		}
		s.user = username
		return nil
	}), nil
}

// Data meets the drawn fault.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	fault, _, took := s.smtp.draw(AttemptIn(messageID(raw)), false)
	switch fault {
	case ServerError:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	case RateLimited:
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "Too many mails"}
	case Refused:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox"}
	case Hang:
		<-s.smtp.lifted
		return s.conn.Conn().Close()
	case Drop:
		return s.conn.Conn().Close()
	case Reset:
		resetConn(s.conn.Conn())
		return nil
	}
	id, err := s.accept(raw)
	if err != nil {
		took(err.Error())
		return err
	}
	took("")
	switch fault {
	case AcceptAndDrop, Garbage:
		return s.conn.Conn().Close()
	case Slow:
		time.Sleep(SlowStep)
	case Trickle:
		if err := trickle(s.conn.Conn(), "250 2.0.0 Ok: queued as "+id+"\r\n", TrickleStep, s.smtp.lifted); err != nil {
			return err
		}
		return s.conn.Conn().Close()
	}
	return &smtp.SMTPError{Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: "Ok: queued as " + id}
}

// accept keeps the mail; one that cannot be parsed is refused.
func (s *session) accept(raw []byte) (string, error) {
	m, err := ParseMail(raw)
	if err != nil {
		return "", &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "Malformed mail: " + err.Error()}
	}
	_, m.TLS = s.conn.TLSConnectionState()
	m.At, m.From, m.To, m.User, m.Raw = time.Now(), s.from, s.to, s.user, bytes.Clone(raw)
	s.smtp.mails.change(func(ms []Mail) []Mail {
		m.QueueID = fmt.Sprintf("Q%06d", len(ms)+1)
		return append(ms, m)
	})
	return m.QueueID, nil
}

// messageID is a mail's, empty if it has none.
func messageID(raw []byte) string {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	return m.Header.Get("Message-Id")
}
