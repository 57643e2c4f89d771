package shoutrrr_test

import (
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/shoutrrr"
)

// mailChannel may call hosts by these names, and believes the server's certificate.
func mailChannel(t *testing.T, server *notifierstest.SMTP, names ...string) *shoutrrr.Shoutrrr {
	t.Helper()
	cert := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(cert, server.CertPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := shoutrrr.New(shoutrrr.Options{
		Command: []string{os.Args[0]}, Env: []string{"TOCSIN_TEST_SERVE=serve", "SSL_CERT_FILE=" + cert}, Allow: netguard.Options{Hosts: names},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// at is an address of a mail server, called by a host's name.
func at(addr, host, user, recipients, more string) string {
	_, port, _ := net.SplitHostPort(addr)
	return "smtp://" + user + host + ":" + port + "/?from=tocsin@example.com&fromname=T%C3%B6csin&to=" + recipients + more
}

const account = notifierstest.SMTPUsername + ":" + notifierstest.SMTPPassword + "@"

func TestAMailServerThatIsAllowedByNameIsCalledAndMustHaveThatName(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	for name, c := range map[string]struct {
		address string
		allow   string
		tls     bool
		class   notifiers.FailureClass
		sent    bool
	}{
		"STARTTLS":         {at(server.Addr, "localhost", account, "ada@example.com", ""), "localhost", true, 0, true},
		"TLS":              {at(server.TLSAddr, "localhost", account, "ada@example.com", "&encryption=ImplicitTLS"), "localhost", true, 0, true},
		"an open line":     {at(server.Addr, "localhost", "", "ada@example.com", "&usestarttls=no"), "localhost", false, 0, true},
		"not allowed":      {at(server.Addr, "localhost", account, "ada@example.com", ""), "mail.internal", true, notifiers.Permanent, false},
		"by address":       {at(server.Addr, "127.0.0.1", account, "ada@example.com", ""), "localhost", true, notifiers.Permanent, false},
		"a wrong password": {at(server.Addr, "localhost", "tocsin:TOKENTOKEN@", "ada@example.com", ""), "localhost", true, notifiers.Misconfigured, false},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(server.Messages())
			_, err := mailChannel(t, server, c.allow).Send(t.Context(), notice(c.address))
			if !c.sent {
				expect(t, err, c.class, c.address)
				if len(server.Messages()) != before {
					t.Error("it was sent")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			m := server.Messages()[before]
			if m.TLS != c.tls || !strings.Contains(m.Subject, "#412") || m.To != "ada@example.com" || !strings.Contains(m.Text, "https://tocsin.example.com/a/") {
				t.Errorf("arrived: %+v", m)
			}
		})
	}
}

func TestAMailsFateIsWhatTheServerMadeOfIt(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	ch := mailChannel(t, server, "localhost")
	address := at(server.Addr, "localhost", account, "ada@example.com", "")
	for fault, class := range map[notifierstest.Fault]notifiers.FailureClass{
		notifierstest.ServerError: notifiers.Temporary, notifierstest.RateLimited: notifiers.Temporary, notifierstest.Refused: notifiers.Permanent,
		notifierstest.Drop: notifiers.Lost, notifierstest.AcceptAndDrop: notifiers.Lost, notifierstest.Hang: notifiers.Lost,
	} {
		t.Run(fault.String(), func(t *testing.T) {
			server.FailNext(1, fault)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := ch.Send(ctx, notice(address))
			expect(t, err, class, address)
		})
	}
	server.Close()
	_, err := ch.Send(t.Context(), notice(address))
	expect(t, err, notifiers.Temporary, address)
}

func TestOneRecipientThatIsRefusedKeepsTheMailFromNobodyElse(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	ch := mailChannel(t, server, "localhost")
	address := at(server.Addr, "localhost", account, "gone@example.com,ada@example.com", "")
	for code, class := range map[int]notifiers.FailureClass{550: notifiers.Permanent, 450: notifiers.Lost} {
		server.RefuseRecipient("gone@example.com", code, [3]int{code / 100, 1, 1}, "not this one")
		before := len(server.Messages())
		_, err := ch.Send(t.Context(), notice(address))
		expect(t, err, class, address)
		if ms := server.Messages()[before:]; len(ms) != 1 || ms[0].To != "ada@example.com" {
			t.Errorf("%d: %d mails arrived", code, len(ms))
		}
	}
}

func TestAMailServerWithoutTLSIsNotUsedWhereTheAddressRequiresIt(t *testing.T) {
	server := notifierstest.NewPlainSMTP(t)
	address := at(server.Addr, "localhost", "", "ada@example.com", "&requirestarttls=yes")
	_, err := mailChannel(t, server, "localhost").Send(t.Context(), notice(address))
	expect(t, err, notifiers.Temporary, address)
	if len(server.Messages()) > 0 {
		t.Error("it was sent over an open line")
	}
}

func TestHostileTextIsNoHeaderOfAMail(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	ch := mailChannel(t, server, "localhost")
	address := at(server.Addr, "localhost", account, "ada@example.com", "&subject="+url.QueryEscape("x\r\nBcc: evil@example.com"))
	for i, s := range notifierstest.Hostile() {
		if i%5 > 0 && !strings.ContainsAny(s, "\r\n=") {
			continue
		}
		before := len(server.Messages())
		if _, err := ch.Send(t.Context(), tainting(s, address)); err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		m := server.Messages()[before]
		if m.Header.Get("Bcc") != "" || m.HTML != "" || len(m.Header["Subject"]) != 1 || m.To != "ada@example.com" {
			t.Fatalf("%q became %v", s, m.Header)
		}
	}
}

func tainting(s, address string) notifiers.Notice {
	n := notifierstest.Tainted(s)
	n.Person.URL = address
	return n
}
