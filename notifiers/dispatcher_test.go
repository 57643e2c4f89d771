package notifiers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/sony/gobreaker/v2"
)

type sending = func(ctx context.Context, n Notice, call int) (Receipt, error)

// post is the dispatcher of the urgent SMS lane on a made-up clock, with an outbox in memory.
type post struct {
	t       *testing.T
	d       *Dispatcher
	outbox  *outbox
	sender  *script
	breaker *Breaker
	stop    func() // ends the loop, not what is under way
}

// newPost starts a dispatcher whose sender does as told.
func newPost(t *testing.T, do sending) *post {
	p := &post{
		t: t, sender: &script{do: do}, breaker: NewBreaker(escalation.SMS),
		outbox: &outbox{stolen: map[int64]bool{}, brief: Brief{Incident: alerting.Incident{ID: 412, Round: 1, Rev: 3, State: alerting.StateOpen}}},
	}
	people := map[string]escalation.Person{"ada": {ID: "ada", Phone: "+15005550001"}, "bob": {ID: "bob"}}
	p.d = NewDispatcher(Lane{escalation.SMS, true}, Options{
		Outbox: p.outbox, Sender: p.sender, Breaker: p.breaker,
		Person: func(id string) (escalation.Person, bool) {
			x, ok := people[id]
			if strings.HasPrefix(id, "crowd") {
				x, ok = escalation.Person{ID: id, Phone: "+15005550001"}, true
			}
			return x, ok
		},
		URL:  func(int64) string { return "https://tocsin.example.com/incidents/412" },
		Seen: func(Finish, time.Duration) {},
		Log:  slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { p.d.Run(ctx); close(ended) }()
	p.stop = func() { cancel(); <-ended }
	t.Cleanup(func() { p.stop(); p.drain(0) })
	synctest.Wait()
	return p
}

func (p *post) page(ids ...int64) {
	for _, id := range ids {
		p.outbox.add(Page{ID: id, IncidentID: 412, Round: 1, Kind: escalation.PageStep, Person: "ada", Channel: escalation.SMS, Until: escalation.UntilAcknowledged})
	}
	p.d.WakeIn(0)
	synctest.Wait()
}

// crowd is page to people of whom each has but one.
func (p *post) crowd(ids ...int64) {
	for _, id := range ids {
		p.outbox.add(Page{ID: id, IncidentID: 412, Round: 1, Kind: escalation.PageStep, Person: fmt.Sprintf("crowd%d", id), Channel: escalation.SMS, Until: escalation.UntilAcknowledged})
	}
	p.d.WakeIn(0)
	synctest.Wait()
}

func (p *post) pass(d time.Duration) { time.Sleep(d); synctest.Wait() }

func (p *post) drain(within time.Duration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.t.Context()), within)
	defer cancel()
	p.d.Drain(ctx)
}

// one is the finish of the only page.
func (p *post) one() Finish {
	p.t.Helper()
	done := p.outbox.done()
	if len(done) != 1 {
		p.t.Fatalf("%d attempts finished, want one: %+v", len(done), done)
	}
	return done[0]
}

func accept(context.Context, Notice, int) (Receipt, error) { return Receipt{ProviderID: "SM1"}, nil }

// hang waits until it is cut off, with the request gone.
func hang(ctx context.Context, _ Notice, _ int) (Receipt, error) {
	<-ctx.Done()
	return Receipt{Receipts: true}, &Failure{Class: Lost, Err: ctx.Err()}
}

func after(d time.Duration) sending {
	return func(context.Context, Notice, int) (Receipt, error) { time.Sleep(d); return Receipt{}, nil }
}

func failing(c FailureClass) sending {
	return func(context.Context, Notice, int) (Receipt, error) {
		return Receipt{}, &Failure{Class: c, Err: errors.New("503")}
	}
}

func span(n int64) (ids []int64) {
	for i := range n {
		ids = append(ids, i+1)
	}
	return ids
}

func TestAPageLeavesAtOnceWithAllThatItsChannelNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.page(7)
		f, n := p.one(), p.sender.sent()[0]
		if f.State != Sent || f.ProviderID != "SM1" || f.Rev != 3 || f.Claim.AttemptID != "7-1" {
			t.Errorf("%+v", f)
		}
		if n.AttemptID != "7-1" || n.Person.Phone == "" || !strings.HasSuffix(n.Brief.URL, "/412") || n.PossibleRepeat {
			t.Errorf("%+v", n)
		}
	})
}

func TestAtMostSoManyMessagesAreUnderWayAndAllGetTheirTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, after(time.Second))
		p.crowd(span(100)...)
		p.pass(500 * time.Millisecond)
		if n := len(p.sender.sent()); n != slots {
			t.Errorf("%d under way", n)
		}
		p.pass(4 * time.Second)
		if len(p.outbox.done()) != 100 || p.sender.most != slots {
			t.Errorf("%d done, at most %d at once", len(p.outbox.done()), p.sender.most)
		}
	})
}

func TestAMessageThatFinishesMakesRoomForTheNextAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, after(100*time.Millisecond))
		p.crowd(span(slots * 3)...)
		p.pass(301 * time.Millisecond)
		if n := len(p.outbox.done()); n != slots*3 {
			t.Errorf("%d done after three times a message's time", n)
		}
	})
}

func TestASlowMessageDelaysNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, func(ctx context.Context, n Notice, _ int) (Receipt, error) {
			if n.Page.ID == 1 {
				return hang(ctx, n, 0)
			}
			return Receipt{}, nil
		})
		p.page(1, 2, 3)
		if len(p.outbox.done()) != 2 {
			t.Errorf("%d done", len(p.outbox.done()))
		}
		p.pass(sendTimeout)
		if f := p.outbox.done()[2]; f.State != Unknown || f.Outcome != OutcomeUnknown || f.Retry != ReceiptWait {
			t.Errorf("%+v", f)
		}
	})
}

func TestDrainWaitsForWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, after(3*time.Second))
		p.page(1)
		p.stop()
		p.page(2) // too late for this process
		start := time.Now()
		p.drain(7 * time.Second)
		if p.one().State != Sent || time.Since(start) != 3*time.Second {
			t.Errorf("%+v after %v", p.outbox.done(), time.Since(start))
		}
	})
}

func TestWhatIsCutOffIsStoredAsUnknown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, hang)
		p.page(1)
		p.stop()
		p.drain(7 * time.Second)
		if f := p.one(); f.State != Unknown || f.Entry.Kind != alerting.KindPageUnknown {
			t.Errorf("%+v", f)
		}
	})
}

func TestDrainEndsAlsoWhileTheStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, after(time.Second))
		p.page(1)
		p.outbox.leave(time.Hour)
		p.stop()
		start := time.Now()
		p.drain(7 * time.Second)
		if took := time.Since(start); took > 8*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestWhatTheStoreCannotTakeNowIsStoredWhenItCan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, after(time.Second))
		p.page(1)
		p.outbox.leave(time.Minute)
		p.pass(62 * time.Second)
		if f := p.one(); f.State != Sent || len(p.sender.sent()) != 1 {
			t.Errorf("%+v, sent %d times", f, len(p.sender.sent()))
		}
	})
}

func TestAClaimLostMeanwhileIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.outbox.stolen[1] = true
		p.page(1, 2)
		if n := p.sender.sent(); len(n) != 1 || n[0].Page.ID != 2 || p.one().Claim.Page.ID != 2 {
			t.Errorf("sent %+v", n)
		}
	})
}

func TestAPageThatCannotBeReadGoesBackInsteadOfBeingHeldForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.outbox.unread = errors.New("its incident's plan is not JSON")
		p.page(1)
		if f := p.one(); f.State != Queued || len(p.sender.sent()) != 0 || !strings.Contains(f.Error, "not JSON") {
			t.Errorf("%+v", f)
		}
	})
}

func TestAPageNoLongerNeededIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.outbox.brief.Incident.State, p.outbox.brief.Incident.AcknowledgedBy = alerting.StateAcknowledged, "bob"
		p.page(1)
		if f := p.one(); f.State != Skipped || len(p.sender.sent()) != 0 || !strings.Contains(f.Entry.Text, "acknowledged by bob") {
			t.Errorf("%+v", f)
		}
	})
}

func TestAPersonWithoutAnAddressFailsForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.outbox.add(Page{ID: 1, Round: 1, Person: "bob", Channel: escalation.SMS}, Page{ID: 2, Round: 1, Person: "eve", Channel: escalation.SMS})
		p.d.WakeIn(0)
		synctest.Wait()
		for _, f := range p.outbox.done() {
			if f.State != Failed || f.Outcome != OutcomeFailed {
				t.Errorf("%+v", f)
			}
		}
		if len(p.outbox.done()) != 2 || len(p.sender.sent()) != 0 {
			t.Errorf("%d done, %d sent", len(p.outbox.done()), len(p.sender.sent()))
		}
	})
}

func TestAP0IsTriedAgainForAsLongAsItsIncidentNeedsIt(t *testing.T) {
	for _, class := range []FailureClass{Temporary, Lost, Misconfigured} {
		synctest.Test(t, func(t *testing.T) {
			p := newPost(t, failing(class))
			p.page(1)
			p.pass(24 * time.Hour)
			tries := len(p.sender.sent())
			if day := int(24 * time.Hour / (10 * time.Second)); tries < day || tries > 2*day {
				t.Errorf("%v: %d tries in a day", class, tries)
			}
			p.outbox.answer("bob")
			p.pass(time.Minute)
			done := p.outbox.done()
			if last := done[len(done)-1]; last.State != Skipped || len(p.sender.sent()) > tries {
				t.Errorf("%v: in the end %s after %d tries more", class, last.State, len(p.sender.sent())-tries)
			}
		})
	}
}

func TestAPageBecomesWellWhenItsChannelIsMended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mended atomic.Bool
		p := newPost(t, func(ctx context.Context, n Notice, call int) (Receipt, error) {
			if mended.Load() {
				return Receipt{}, nil
			}
			return failing(Misconfigured)(ctx, n, call)
		})
		p.page(span(breakAfter)...)
		if p.breaker.State() != gobreaker.StateOpen {
			t.Errorf("wrong credentials look healthy: the breaker is %v", p.breaker.State())
		}
		p.pass(time.Hour)
		mended.Store(true)
		p.pass(time.Minute)
		ids := map[int64]bool{}
		for _, f := range p.outbox.done() {
			if f.State == Sent && !f.Claim.PossibleRepeat {
				ids[f.Claim.Page.ID] = true
			}
		}
		if len(ids) != breakAfter {
			t.Errorf("%d of %d left", len(ids), breakAfter)
		}
	})
}

func TestARefusedP2IsTriedAgainUntilItIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, failing(Temporary))
		p.outbox.add(Page{ID: 1, Round: 1, Person: "ada", Channel: escalation.SMS, Severity: alerting.P2})
		p.d.WakeIn(0)
		p.pass(24 * time.Hour)
		done := p.outbox.done()
		last := done[len(done)-1]
		tries := len(slices.DeleteFunc(done, func(f Finish) bool { return f.Outcome == OutcomeUntried }))
		if tries != patienceFor(alerting.P2).tries || len(p.sender.sent()) != tries || last.State != Failed {
			t.Errorf("%d tries, %d sent, in the end %s", tries, len(p.sender.sent()), last.State)
		}
	})
}

func TestASenderThatPanicsTakesNobodyWithIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, func(_ context.Context, n Notice, _ int) (Receipt, error) {
			if n.Page.ID == 1 {
				panic("a label nobody thought of")
			}
			return Receipt{}, nil
		})
		p.page(1, 2)
		for _, f := range p.outbox.done() {
			if want := map[int64]PageState{1: Unknown, 2: Sent}[f.Claim.Page.ID]; f.State != want {
				t.Errorf("page %d: %s (%s)", f.Claim.Page.ID, f.State, f.Error)
			}
		}
		if len(p.outbox.done()) != 2 {
			t.Errorf("%d done", len(p.outbox.done()))
		}
	})
}

func TestTheBreakerOpensAndTriesWithOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var well atomic.Bool
		p := newPost(t, func(ctx context.Context, n Notice, call int) (Receipt, error) {
			if well.Load() {
				return Receipt{}, nil
			}
			return failing(Temporary)(ctx, n, call)
		})
		p.page(span(breakAfter)...)
		p.page(span(200)[breakAfter:]...)
		if p.breaker.State() != gobreaker.StateOpen || len(p.sender.sent()) != breakAfter {
			t.Fatalf("%v after %d", p.breaker.State(), len(p.sender.sent()))
		}
		claims := p.outbox.asked()
		p.pass(1900 * time.Millisecond)
		if p.outbox.asked() != claims || len(p.sender.sent()) != breakAfter {
			t.Errorf("%d more claims, %d sent while the breaker was open", p.outbox.asked()-claims, len(p.sender.sent()))
		}
		p.pass(600 * time.Millisecond)
		if n := len(p.sender.sent()); n != breakAfter+1 {
			t.Errorf("%d tried when the breaker was half open", n-breakAfter)
		}
		well.Store(true)
		p.pass(40 * time.Second)
		ids := map[int64]bool{}
		for _, f := range p.outbox.done() {
			if f.State == Sent {
				ids[f.Claim.Page.ID] = true
			}
		}
		if len(ids) != 200 {
			t.Errorf("%d of 200 left when it was well again", len(ids))
		}
	})
}

func TestWhatTheBreakerKeepsCountsAsNoTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var well atomic.Bool
		p := newPost(t, func(ctx context.Context, n Notice, call int) (Receipt, error) {
			if well.Load() {
				return Receipt{}, nil
			}
			time.Sleep(time.Duration(n.Page.ID) * time.Millisecond)
			return failing(Temporary)(ctx, n, call)
		})
		p.crowd(span(breakAfter)...)
		p.pass(breakAfter * time.Millisecond) // it is open now
		p.outbox.add(Page{ID: 99, Round: 1, Person: "ada", Channel: escalation.SMS})
		claims, _ := p.outbox.ClaimPages(t.Context(), Lane{}, Slots{Messages: 1}, Rate{}) // as the other lane would, just before
		p.d.send(claims[0])
		f := p.outbox.done()[breakAfter]
		if f.Outcome != OutcomeUntried || f.State != Queued || f.Entry.Text != "" {
			t.Fatalf("%+v", f)
		}
		well.Store(true)
		p.pass(time.Minute)
		for _, n := range p.sender.sent() {
			if n.Page.ID == 99 && n.Page.Tries != 1 {
				t.Errorf("its first try is called number %d", n.Page.Tries)
			}
		}
	})
}

func TestAFailureThatIsTheMessagesOwnOpensNoBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, failing(Permanent))
		p.page(span(20)...)
		if p.breaker.State() != gobreaker.StateClosed || len(p.outbox.done()) != 20 {
			t.Errorf("%v, %d done", p.breaker.State(), len(p.outbox.done()))
		}
	})
}
