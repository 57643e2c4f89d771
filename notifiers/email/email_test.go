package email_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
)

func TestAPageArrivesAsAMailInTheIncidentsThread(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	e := channel(t, email.Options{SMTP: server.Addr, RootCAs: server.RootCAs, Username: notifierstest.SMTPUsername, Password: notifierstest.SMTPPassword})
	n := notifierstest.Notice()
	receipt, err := e.Send(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	n.AttemptID = "another"
	if _, err := e.Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	ms, err := server.Wait(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	want(t, ms[0].Subject, "P0 #412 SystemDown backend")
	want(t, ms[0].Header.Get("To"), `"System Admin" <sysadmin@example.com>`)
	want(t, ms[0].Header.Get("Message-Id"), "<attempt-0198f6a2-7c1e-7d30-9c55-2f1f0c8d4b11@tocsin.example.com>")
	for _, m := range ms {
		want(t, m.Header.Get("In-Reply-To"), "<incident-412@tocsin.example.com>")
		want(t, m.Header.Get("References"), "<incident-412@tocsin.example.com>")
		want(t, m.User, notifierstest.SMTPUsername)
		if !m.TLS {
			t.Error("it came over an open line")
		}
	}
	if ms[0].Header.Get("Message-Id") == ms[1].Header.Get("Message-Id") {
		t.Error("two attempts have the same message id")
	}
	if !strings.Contains(receipt.ProviderID, "queued as "+ms[0].QueueID) {
		t.Errorf("the receipt %q does not carry the server's queue id", receipt.ProviderID)
	}
}

func TestTLSFromTheFirstByteAndNoneWork(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	if _, err := channel(t, email.Options{SMTP: server.TLSAddr, TLS: email.Implicit, RootCAs: server.RootCAs}).Send(t.Context(), notifierstest.Notice()); err != nil {
		t.Fatal(err)
	}
	if _, err := channel(t, email.Options{SMTP: server.Addr, TLS: email.NoTLS}).Send(t.Context(), notifierstest.Notice()); err != nil {
		t.Fatal(err)
	}
	if ms := server.Messages(); !ms[0].TLS || ms[1].TLS {
		t.Errorf("TLS was %v and %v", ms[0].TLS, ms[1].TLS)
	}
}

func TestWithoutSTARTTLSNothingIsSent(t *testing.T) {
	server := notifierstest.NewPlainSMTP(t)
	e := channel(t, email.Options{SMTP: server.Addr, Username: notifierstest.SMTPUsername, Password: notifierstest.SMTPPassword})
	_, err := e.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Misconfigured, "")
	if !strings.Contains(fmt.Sprint(err), "STARTTLS") || len(server.Messages()) > 0 {
		t.Errorf("%v, %d mails", err, len(server.Messages()))
	}
}

func TestACertificateThatNobodyTrustsStopsTheMail(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	for _, o := range []email.Options{{SMTP: server.Addr}, {SMTP: server.TLSAddr, TLS: email.Implicit}} {
		o.RootCAs = x509.NewCertPool()
		_, err := channel(t, o).Send(t.Context(), notifierstest.Notice())
		expectFailure(t, err, notifiers.Temporary, "")
	}
	if len(server.Messages()) > 0 {
		t.Error("a mail went out all the same")
	}
}

func TestAWrongPasswordIsTheChannelsFaultAndNotShown(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	e := channel(t, email.Options{SMTP: server.Addr, RootCAs: server.RootCAs, Username: "tocsin", Password: "secretsecret"})
	_, err := e.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Misconfigured, "535")
	if strings.Contains(fmt.Sprint(err), "secretsecret") {
		t.Errorf("the error shows the password: %v", err)
	}
}

func TestWhatTheServerRefusesDecidesWhoseFaultItIs(t *testing.T) {
	for name, c := range map[string]struct {
		stage, reply string
		class        notifiers.FailureClass
	}{
		"a 554 instead of a greeting":       {"", "554 go away", notifiers.Misconfigured},
		"a 421 instead of a greeting":       {"", "421 too busy", notifiers.Temporary},
		"a 550 to EHLO and HELO":            {"EHLO HELO", "550 no such client", notifiers.Misconfigured},
		"a sender that is not allowed":      {"MAIL", "553 not your address", notifiers.Misconfigured},
		"a sender that must sign in":        {"MAIL", "530 sign in first", notifiers.Misconfigured},
		"a sender that is greylisted":       {"MAIL", "451 later", notifiers.Temporary},
		"a recipient after no sign-in":      {"RCPT", "530 sign in first", notifiers.Misconfigured},
		"a recipient that is not there":     {"RCPT", "550 no such mailbox", notifiers.Permanent},
		"a recipient that is not taken":     {"RCPT", "554 relay access denied", notifiers.Permanent},
		"a mail that is not taken":          {"DATA", "554 no", notifiers.Permanent},
		"a recipient whose mailbox is full": {"RCPT", "452 full", notifiers.Temporary},
	} {
		t.Run(name, func(t *testing.T) {
			addr := refusing(t, c.stage, c.reply)
			_, err := channel(t, email.Options{SMTP: addr, TLS: email.NoTLS}).Send(t.Context(), notifierstest.Notice())
			expectFailure(t, err, c.class, c.reply[:3])
		})
	}
}

// refusing is a mail server that says yes to every command but those of a stage; "" is the greeting.
func refusing(t *testing.T, stage, reply string) (addr string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		say := func(s string) { _, _ = io.WriteString(conn, s+"\r\n") }
		if stage == "" {
			say(reply)
			return
		}
		say("220 hello")
		for in := bufio.NewScanner(conn); in.Scan(); {
			command, _, _ := strings.Cut(in.Text(), " ")
			if slices.Contains(strings.Fields(stage), command) {
				say(reply)
			} else {
				say("250 ok")
			}
		}
	}()
	return l.Addr().String()
}

func TestAnAddressThatIsNoneIsPermanent(t *testing.T) {
	for _, address := range []string{"", "nobody", "a@b\r\nRCPT TO:<c@d>", "a@b, c@d"} {
		n := notifierstest.Notice()
		n.Person.Email = address
		_, err := channel(t, email.Options{}).Send(t.Context(), n)
		expectFailure(t, err, notifiers.Permanent, "address")
	}
}

func TestEachFaultIsWhatItIs(t *testing.T) {
	for name, c := range map[string]struct {
		fault    notifierstest.Fault
		class    notifiers.FailureClass
		code     string
		accepted int
	}{
		"a 451 is temporary":                     {notifierstest.ServerError, notifiers.Temporary, "451", 0},
		"a 450 is temporary":                     {notifierstest.RateLimited, notifiers.Temporary, "450", 0},
		"a 550 is permanent":                     {notifierstest.Refused, notifiers.Permanent, "550", 0},
		"no answer after the final dot is lost":  {notifierstest.Hang, notifiers.Lost, "", 0},
		"a connection closed unanswered is lost": {notifierstest.Drop, notifiers.Lost, "", 0},
		"accepted, the answer lost":              {notifierstest.AcceptAndDrop, notifiers.Lost, "", 1},
	} {
		t.Run(name, func(t *testing.T) {
			server := notifierstest.NewSMTP(t)
			e := channel(t, email.Options{SMTP: server.Addr, RootCAs: server.RootCAs})
			server.FailNext(1, c.fault)
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			_, err := e.Send(ctx, notifierstest.Notice())
			expectFailure(t, err, c.class, c.code)
			if got := len(server.Messages()); got != c.accepted {
				t.Errorf("%d mails accepted, want %d", got, c.accepted)
			}
			if _, err := e.Send(t.Context(), notifierstest.Notice()); err != nil {
				t.Errorf("the next mail did not go out: %v", err)
			}
		})
	}
}

func TestAServerThatFallsSilentBeforeTheFinalDotIsTemporary(t *testing.T) {
	for name, script := range map[string][]string{
		"at once":          {},
		"after its name":   {"220 mail"},
		"after the hello":  {"220 mail", "250 mail"},
		"after the sender": {"220 mail", "250 mail", "250 ok"},
		"at DATA":          {"220 mail", "250 mail", "250 ok", "250 ok"},
	} {
		for _, hangUp := range []bool{true, false} {
			ctx, cancel := context.WithTimeout(t.Context(), 150*time.Millisecond)
			_, err := channel(t, email.Options{SMTP: scripted(t, script, hangUp), TLS: email.NoTLS}).Send(ctx, notifierstest.Notice())
			cancel()
			if f := notifiers.AsFailure(err); err == nil || f.Class != notifiers.Temporary {
				t.Errorf("%s (hangs up: %v): %v", name, hangUp, err)
			}
		}
	}
}

func TestNobodyListeningIsTemporary(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	server.Close()
	_, err := channel(t, email.Options{SMTP: server.Addr}).Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Temporary, "")
}

// scripted is a server that answers each line with the next of script, then hangs up or says no more.
func scripted(t *testing.T, script []string, hangUp bool) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { l.Close(); close(done) })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		in := bufio.NewScanner(conn)
		for i, line := range script {
			if i > 0 && !in.Scan() {
				return
			}
			fmt.Fprintf(conn, "%s\r\n", line)
		}
		if !hangUp {
			<-done
		}
	}()
	return l.Addr().String()
}

func expectFailure(t *testing.T, err error, class notifiers.FailureClass, code string) {
	t.Helper()
	if err == nil {
		t.Fatal("it went out")
	}
	if f := notifiers.AsFailure(err); f.Class != class || f.Code != code {
		t.Errorf("got %v, code %q (%v); want %v, %q", f.Class, f.Code, err, class, code)
	}
}
