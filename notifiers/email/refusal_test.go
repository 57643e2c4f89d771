package email_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
)

func TestAnEnhancedCodeSaysWhoseFaultARefusalIs(t *testing.T) {
	for _, c := range []struct {
		stage    string
		code     int
		enhanced string
		want     notifiers.FailureClass
	}{
		{"RCPT", 550, "5.1.1", notifiers.Permanent},      // no such user
		{"RCPT", 550, "5.1.10", notifiers.Permanent},     // no such recipient (null MX)
		{"RCPT", 553, "5.1.8", notifiers.Misconfigured},  // the sender's domain
		{"RCPT", 550, "5.2.1", notifiers.Permanent},      // the mailbox is shut
		{"RCPT", 552, "5.2.2", notifiers.Temporary},      // full, though it says for good
		{"RCPT", 452, "4.2.2", notifiers.Temporary},      // full
		{"RCPT", 450, "4.7.1", notifiers.Temporary},      // greylisted
		{"RCPT", 554, "5.7.1", notifiers.Permanent},      // this recipient's policy, or relaying
		{"RCPT", 550, "5.7.26", notifiers.Permanent},     // what this recipient's server makes of the sender
		{"RCPT", 550, "5.7.133", notifiers.Permanent},    // a group that takes mail of its members only
		{"RCPT", 550, "5.7.8", notifiers.Misconfigured},  // sign in first
		{"RCPT", 550, "5.7.13", notifiers.Misconfigured}, // the account is disabled
		{"RCPT", 550, "5.4.4", notifiers.Permanent},      // nowhere to send it
		{"RCPT", 550, "5.5.0", notifiers.Permanent},      // what some say of a mailbox that is not there
		{"RCPT", 503, "5.5.1", notifiers.Misconfigured},
		{"RCPT", 503, "", notifiers.Misconfigured},
		{"RCPT", 421, "4.3.2", notifiers.Temporary},
		{"RCPT", 550, "", notifiers.Permanent},
		{"RCPT", 535, "5.7.8", notifiers.Misconfigured},
		{"DATA", 552, "5.3.4", notifiers.Permanent},     // too big
		{"DATA", 554, "5.3.0", notifiers.Misconfigured}, // the server itself
		{"DATA", 554, "5.6.0", notifiers.Permanent},     // what it says
		{"DATA", 550, "5.7.1", notifiers.Misconfigured}, // taken for spam
		{"DATA", 451, "4.3.0", notifiers.Temporary},
		{"MAIL", 550, "5.1.1", notifiers.Misconfigured}, // nobody has been named yet
		{"", 421, "", notifiers.Temporary},
		{"", 454, "4.7.0", notifiers.Temporary}, // sign-in is out of order
	} {
		if got := email.Classify(email.Stages[c.stage], c.code, c.enhanced); got != c.want {
			t.Errorf("%s %d %s is %v, want %v", c.stage, c.code, c.enhanced, got, c.want)
		}
	}
}

func TestOneRecipientsRefusalIsNotAnothers(t *testing.T) {
	server := notifierstest.NewSMTP(t)
	e := channel(t, email.Options{SMTP: server.Addr, RootCAs: server.RootCAs})
	for _, c := range []struct {
		code     int
		enhanced [3]int
		want     notifiers.FailureClass
	}{
		{550, [3]int{5, 1, 1}, notifiers.Permanent},
		{452, [3]int{4, 2, 2}, notifiers.Temporary},
		{554, [3]int{5, 7, 1}, notifiers.Permanent},
	} {
		server.RefuseRecipient("gone@example.com", c.code, c.enhanced, "not this one")
		gone := notifierstest.Notice()
		gone.Person.Email = "gone@example.com"
		_, err := e.Send(t.Context(), gone)
		expectFailure(t, err, c.want, fmt.Sprint(c.code))
		if _, err := e.Send(t.Context(), notifierstest.Notice()); err != nil {
			t.Errorf("after %d the next recipient's mail did not go out: %v", c.code, err)
		}
	}
	server.RefuseRecipient("gone@example.com", 0, [3]int{}, "")
	gone := notifierstest.Notice()
	gone.Person.Email = "gone@example.com"
	if _, err := e.Send(t.Context(), gone); err != nil {
		t.Errorf("a mailbox that came back was not tried: %v", err)
	}
}

func TestEachPartOfADeliveryHasADeadlineOfItsOwn(t *testing.T) {
	yes := []string{"220 mail", "250 mail", "250 ok", "250 ok", "354 go on"}
	for i, doing := range []string{"greeting the mail server", "greeting the mail server", "naming the sender", "naming the recipient", "starting the message", "waiting for the server to take the message"} {
		e := channel(t, email.Options{SMTP: scripted(t, yes[:i], false), TLS: email.NoTLS})
		e.Hurry(100 * time.Millisecond)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := e.Send(ctx, notifierstest.Notice())
		if ctx.Err() != nil || err == nil || !strings.Contains(err.Error(), doing+": no answer within 100ms") {
			t.Errorf("%d: %v", i, err)
		}
		want := notifiers.Temporary
		if i == 5 {
			want = notifiers.Lost
		}
		if f := notifiers.AsFailure(err); f.Class != want {
			t.Errorf("%s is %v, want %v", doing, f.Class, want)
		}
		cancel()
	}
}

func TestAServerThatNeverFinishesTheHandshakeIsTemporary(t *testing.T) {
	e := channel(t, email.Options{SMTP: scripted(t, nil, false), TLS: email.Implicit})
	e.Hurry(100 * time.Millisecond)
	_, err := e.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Temporary, "")
	if !strings.Contains(fmt.Sprint(err), "securing the line with TLS: no answer within 100ms") {
		t.Error(err)
	}
}
