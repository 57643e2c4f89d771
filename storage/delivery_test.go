package storage_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// carrier is a world whose SMS of P0 leave through a stand-in for Twilio, which reports what became of them.
type carrier struct {
	*world
	twilio *notifierstest.Twilio
	d      *notifiers.Dispatcher
	tried  chan notifiers.Finish
}

func newCarrier(t *testing.T) *carrier {
	t.Helper()
	c := &carrier{world: newWorld(t), twilio: notifierstest.NewTwilio(t), tried: make(chan notifiers.Finish, 100)}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	tw := twilio.New(twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom,
		PublicURL: server.URL, APIURL: c.twilio.URL,
	})
	mux.Handle("POST /twilio/status", tw.StatusHandler(c))
	c.d = notifiers.NewDispatcher(urgentSMS, notifiers.Options{
		Outbox: c, Sender: tw, Breaker: notifiers.NewBreaker(escalation.SMS),
		Person: func(id string) (escalation.Person, bool) { p, ok := c.policy.Directory.People[id]; return p, ok },
		URL:    func(int64) string { return "https://tocsin.example.com" },
		Budget: notifiers.DefaultBudget,
		Seen:   func(f notifiers.Finish, _ time.Duration) { c.tried <- f },
		Log:    slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { c.d.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done; c.d.Drain(ctx) })
	return c
}

// next is what comes of the next message that leaves.
func (c *carrier) next() notifiers.Finish {
	c.t.Helper()
	c.d.WakeIn(0)
	select {
	case f := <-c.tried:
		return f
	case <-time.After(20 * time.Second):
		c.t.Fatal("nothing leaves")
		return notifiers.Finish{}
	}
}

// quiet looks once and expects that nothing leaves.
func (c *carrier) quiet(what string, messages int) {
	c.t.Helper()
	before := c.d.Beat()
	for c.d.Beat().Equal(before) {
		c.d.WakeIn(0)
		time.Sleep(time.Millisecond)
	}
	if n := c.twilio.Requests(); n != messages {
		c.t.Errorf("%s: %d requests, want %d", what, n, messages)
	}
}

// report sends Twilio's word on the message numbered from 0.
func (c *carrier) report(message int, statuses ...string) {
	c.t.Helper()
	for _, status := range statuses {
		code, err := c.twilio.Report(c.context(), c.twilio.Messages()[message], status, "")
		c.must(err)
		if code != http.StatusNoContent {
			c.t.Errorf("%s is answered %d", status, code)
		}
	}
}

func TestALostAnswerIsRepeatedOnceMarkedAndOnlyAfterItsReceiptCouldHaveCome(t *testing.T) {
	c := newCarrier(t)
	c.twilio.FailNext(1, notifierstest.AcceptAndDrop)
	c.down()
	if f := c.next(); f.Outcome != notifiers.OutcomeUnknown {
		t.Fatalf("%+v", f)
	}
	c.pass(notifiers.ReceiptWait - 10*time.Millisecond)
	c.quiet("before 5 s", 1)
	c.pass(time.Second)
	again := c.next()
	if again.Outcome != notifiers.OutcomeSent || !again.Claim.PossibleRepeat || len(c.twilio.Messages()) != 2 {
		t.Errorf("%+v", again)
	}
	// What Twilio tells of both comes late, twice and out of order.
	c.report(1, "delivered", "sent", "delivered")
	c.report(0, "undelivered", "sent", "undelivered")
	c.pass(time.Minute)
	c.quiet("a minute later", 2)
	p := c.page(again.Claim.Page.ID)
	if p.State != notifiers.Delivered || len(p.Attempts) != 2 || p.Attempts[0].PossibleRepeat || !p.Attempts[1].PossibleRepeat {
		t.Errorf("%+v", p)
	}
}

func TestACallbackMakesTheRepeatOfALostAnswerUnneeded(t *testing.T) {
	c := newCarrier(t)
	c.twilio.FailNext(1, notifierstest.AcceptAndDrop)
	c.down()
	f := c.next()
	c.pass(3 * time.Second)
	c.report(0, "delivered", "sent", "delivered")
	c.pass(time.Minute)
	c.quiet("a minute later", 1)
	if p := c.page(f.Claim.Page.ID); p.State != notifiers.Delivered {
		t.Errorf("%+v", p)
	}
}

func TestAMessageOfManyWhoseAnswerIsLostIsRepeatedAsOne(t *testing.T) {
	c := newCarrier(t)
	c.twilio.FailNext(1, notifierstest.AcceptAndDrop)
	c.owed("system-admin", 0, 0, 30)
	if f := c.next(); f.Outcome != notifiers.OutcomeUnknown || len(f.Claim.Pages()) != 30 {
		t.Fatalf("%d pages, %s", len(f.Claim.Pages()), f.Outcome)
	}
	c.pass(7 * time.Second)
	if f := c.next(); !f.Claim.PossibleRepeat || len(f.Claim.Pages()) != 30 {
		t.Errorf("%d pages", len(f.Claim.Pages()))
	}
	c.report(0, "delivered")
	if got := c.states(); got["delivered"] != 30 {
		t.Errorf("%v", got)
	}
	c.pass(time.Minute)
	c.quiet("a minute later", 2)
}

func TestNothingIsSentAgainBeforeTheProviderAsked(t *testing.T) {
	c := newCarrier(t)
	c.twilio.RetryAfter(time.Second)
	c.twilio.FailNext(1, notifierstest.RateLimited)
	c.owed("system-admin", 0, 0, 3)
	c.next()
	c.owed("devops-lead", 0, 10, 1) // nobody else's page leaves either
	c.quiet("while the provider is left alone", 1)
	start := time.Now()
	c.next()
	if waited := time.Since(start); waited < 500*time.Millisecond {
		t.Errorf("it leaves after %s", waited)
	}
	c.pass(5 * time.Second)
	if f := c.next(); len(f.Claim.Pages()) != 3 || f.Claim.PossibleRepeat {
		t.Errorf("%d pages", len(f.Claim.Pages()))
	}
}
