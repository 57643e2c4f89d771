package notifiers_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

// onePage is an Outbox with one page in it, and the Sender that it leaves by.
type onePage struct {
	mu       sync.Mutex
	notice   notifiers.Notice
	claimed  bool
	sent     []notifiers.Notice
	finished []notifiers.Finish
}

func (o *onePage) ClaimPages(context.Context, notifiers.Lane, notifiers.Slots, notifiers.Rate) ([]notifiers.Claim, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.claimed {
		return nil, nil
	}
	o.claimed = true
	return []notifiers.Claim{{Page: o.notice.Page, AttemptID: o.notice.AttemptID}}, nil
}

func (o *onePage) Recheck(context.Context, notifiers.Claim) (notifiers.Brief, bool, error) {
	return o.notice.Brief, true, nil
}

func (*onePage) Gathered(context.Context, notifiers.Claim) ([]notifiers.Brief, bool, error) {
	return nil, false, nil
}

func (o *onePage) FinishPage(_ context.Context, f notifiers.Finish) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.finished = append(o.finished, f)
	return nil
}

func (*onePage) NextPage(context.Context, notifiers.Lane, []string) (time.Duration, bool, error) {
	return 0, false, nil
}

func (o *onePage) Send(_ context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sent = append(o.sent, n)
	return notifiers.Receipt{ProviderID: "1"}, nil
}

func TestAPageCarriesItsReadersOwnLink(t *testing.T) {
	for want, act := range map[string]func(int64, string) string{
		"https://tocsin.example.com/a/412-system-admin": func(incident int64, person string) string {
			return fmt.Sprintf("https://tocsin.example.com/a/%d-%s", incident, person)
		},
		"": nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			o := &onePage{notice: notifierstest.Notice()}
			o.notice.Page.Channel = escalation.Email
			d := notifiers.NewDispatcher(notifiers.Lane{Channel: escalation.Email, Urgent: true}, notifiers.Options{
				Outbox: o, Sender: o, Breaker: notifiers.NewBreaker(escalation.Email), Act: act,
				Person: func(string) (escalation.Person, bool) { return o.notice.Person, true },
				URL:    func(int64) string { return "https://tocsin.example.com/incidents/412" },
				Seen:   func(notifiers.Finish, time.Duration) {}, Log: slog.New(slog.DiscardHandler),
			})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() { d.Run(ctx); close(done) }()
			synctest.Wait()
			cancel()
			<-done
			d.Drain(t.Context())
			if len(o.sent) != 1 || o.sent[0].ActURL != want || len(o.finished) != 1 || o.finished[0].State != notifiers.Sent {
				t.Errorf("sent %+v, finished %+v", o.sent, o.finished)
			}
		})
	}
}

func TestALinkToAnswerIsNotGivenOnceResolved(t *testing.T) {
	for name, n := range notifierstest.Samples() {
		if got := n.ActLink(); (got == "") != (name == "resolved") {
			t.Errorf("%s: %q", name, got)
		}
	}
	n := notifierstest.Notice()
	n.ActURL = "javascript:alert(1)"
	if got := n.ActLink(); got != "" {
		t.Errorf("it would lead to %q", got)
	}
}
