package notifiers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/sony/gobreaker/v2"
)

// newHooks is newPost for webhooks, with a person for each address.
func newHooks(t *testing.T, addresses map[string]string, do sending) *post {
	p := &post{
		t: t, sender: &script{do: do}, breaker: NewBreaker(escalation.Webhook),
		outbox: &outbox{stolen: map[int64]bool{}, brief: Brief{Incident: alerting.Incident{ID: 412, Round: 1, Rev: 3, State: alerting.StateOpen}}},
	}
	p.d = NewDispatcher(Lane{escalation.Webhook, true}, Options{
		Outbox: p.outbox, Sender: p.sender, Breaker: p.breaker,
		Person: func(id string) (escalation.Person, bool) {
			return escalation.Person{ID: id, Webhook: addresses[id]}, addresses[id] != ""
		},
		URL: func(int64) string { return "" }, Seen: func(Finish, time.Duration) {}, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.d.Run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended; p.drain(0) })
	synctest.Wait()
	return p
}

// hook is page to somebody's webhook.
func (p *post) hook(person string, ids ...int64) {
	for _, id := range ids {
		p.outbox.add(Page{ID: id, IncidentID: 412, Round: 1, Kind: escalation.PageStep, Person: person, Channel: escalation.Webhook, Until: escalation.UntilAcknowledged})
	}
	p.d.WakeIn(0)
	synctest.Wait()
}

func (p *post) left(id int64) bool {
	for _, f := range p.outbox.done() {
		if f.Claim.Page.ID == id && f.State == Sent {
			return true
		}
	}
	return false
}

func TestOneAddressThatFailsShutsNobodyElseOff(t *testing.T) {
	addresses := map[string]string{
		"ada": "https://gone.example.com/ada", "bob": "https://hooks.example.com/bob", "cy": "https://gone.example.com/cy",
	}
	for name, c := range map[string]struct {
		failure Failure
		state   gobreaker.State
	}{
		"404":            {Failure{Class: Misconfigured, Code: "404"}, gobreaker.StateClosed},
		"a redirect":     {Failure{Class: Misconfigured, Code: "302"}, gobreaker.StateClosed},
		"it is not told": {Failure{Class: Temporary}, gobreaker.StateOpen},
		"503":            {Failure{Class: Temporary, Code: "503"}, gobreaker.StateOpen},
		"no answer":      {Failure{Class: Lost}, gobreaker.StateOpen},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := newHooks(t, addresses, func(_ context.Context, n Notice, _ int) (Receipt, error) {
					if n.Person.ID != "ada" {
						return Receipt{}, nil
					}
					f := c.failure
					f.Err = errors.New("x")
					return Receipt{}, &f
				})
				p.hook("ada", span(breakAfter)...)
				if s := p.breaker.State(); s != c.state {
					t.Errorf("the channel is %v", s)
				}
				start := time.Now()
				p.hook("bob", 101)
				if !p.left(101) || time.Since(start) > 0 {
					t.Error("a healthy receiver waits")
				}
				p.hook("cy", 102)
				if p.left(102) != (c.state == gobreaker.StateClosed) {
					t.Errorf("one at the same host has left: %v", p.left(102))
				}
				p.outbox.drop()
				p.hook("cy", 103)
				p.pass(5 * time.Second)
				if !p.left(103) || p.breaker.State() != gobreaker.StateClosed {
					t.Errorf("the host answers again, and is %v", p.breaker.State())
				}
			})
		})
	}
}

func TestASettingOfTheChannelsOwnThatIsMissingOpensItsBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newHooks(t, map[string]string{"ada": "https://hooks.example.com/ada"}, func(context.Context, Notice, int) (Receipt, error) {
			return Receipt{}, &Failure{Class: Misconfigured, Code: "secret", Err: errors.New("no secret")}
		})
		p.hook("ada", span(breakAfter)...)
		if p.breaker.State() != gobreaker.StateOpen {
			t.Errorf("without a secret it looks healthy: %v", p.breaker.State())
		}
	})
}

func TestPagesForAHostThatRestsComeBackUntriedAndSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newHooks(t, map[string]string{"ada": "https://gone.example.com/ada"}, failing(Temporary))
		p.hook("ada", span(breakAfter)...)
		p.outbox.drop()
		p.hook("ada", 101)
		p.pass(1900 * time.Millisecond)
		f := p.outbox.done()[breakAfter]
		if n := len(p.outbox.done()); n != breakAfter+1 || f.Outcome != OutcomeUntried || f.Retry != breakFor {
			t.Errorf("%d attempts, %+v", n-breakAfter, f)
		}
	})
}

func TestHostsThatRestAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBreaker(escalation.URL)
		try := func(address string, err error) {
			_, _ = b.guarded(address, func() (Receipt, error) { return Receipt{}, err })
		}
		for i := range 1000 {
			try(fmt.Sprintf("ntfy://h%d.example/topic", i), nil)
		}
		if n := len(b.circuits); n != 0 {
			t.Errorf("%d hosts are remembered that are well", n)
		}
		for i := range 1000 {
			try(fmt.Sprintf("ntfy://h%d.example/topic", i), errors.New("refused"))
		}
		if n := len(b.circuits); n != 1000 {
			t.Errorf("%d hosts are remembered that have failed", n)
		}
		for range breakAfter {
			try("ntfy://h0.example/topic", errors.New("refused"))
		}
		if b.State() != gobreaker.StateOpen {
			t.Errorf("the worst host is %v", b.State())
		}
		time.Sleep(forgetAfter)
		if b.State() != gobreaker.StateClosed || len(b.circuits) != 0 {
			t.Errorf("%v, %d hosts are remembered that nothing has been sent to", b.State(), len(b.circuits))
		}
	})
}

func TestAddressesOfOneHostShareItsCircuit(t *testing.T) {
	for address, want := range map[string]string{
		" https://user:pw@Hooks.example.com:8443/a?x=1": "https://hooks.example.com:8443", "https://hooks.example.com:8443/b": "https://hooks.example.com:8443",
		"telegram://token@telegram?chats=1": "telegram://telegram", "discord://token@123": "discord://123", "%%": "%%", "ifttt:x": "ifttt:x", "": "",
	} {
		if got := hostOf(address); got != want {
			t.Errorf("%q is at %q, want %q", address, got, want)
		}
	}
}
