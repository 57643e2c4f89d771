package notifiers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/sony/gobreaker/v2"
)

// together queues a message of several pages, each of an incident of its own; resolved are those of them whose
// incident is resolved.
func (p *post) together(n int, resolved ...int) {
	p.outbox.others = map[int64]alerting.Incident{}
	var pages []Page
	for i := range n {
		id := int64(i + 1)
		inc := alerting.Incident{ID: 500 + id, Round: 1, Rev: id, State: alerting.StateOpen, Severity: alerting.P0}
		if slices.Contains(resolved, i) {
			inc.State, inc.ResolvedBy = alerting.StateResolved, "bob"
		}
		p.outbox.others[inc.ID] = inc
		pages = append(pages, Page{ID: id, IncidentID: inc.ID, Round: 1, Kind: escalation.PageStep, Person: "ada", Channel: escalation.SMS, Until: escalation.UntilAcknowledged})
	}
	p.outbox.mu.Lock()
	p.outbox.joined = append(p.outbox.joined, pages)
	p.outbox.mu.Unlock()
	p.d.WakeIn(0)
	synctest.Wait()
}

func TestSeveralPagesLeaveAsOneMessageWithOneFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, func(context.Context, Notice, int) (Receipt, error) { return Receipt{Ref: []byte(`{}`)}, nil })
		p.together(37)
		f, n := p.one(), p.sender.sent()
		if len(n) != 1 || n[0].Bundle == nil || n[0].Bundle.Total != 37 || n[0].Bundle.BySeverity != [4]int{37} || len(n[0].Bundle.Items) != BundleItems {
			t.Fatalf("%+v", n)
		}
		if n[0].AttemptID != f.Claim.AttemptID || n[0].ActURL != "" || len(f.Claim.Pages()) != 37 || f.State != Sent || f.Ref != nil {
			t.Errorf("%+v", f)
		}
		if f.Entry.Text != "Paged ada over sms (in one message with 36 more)" {
			t.Errorf("%q", f.Entry.Text)
		}
	})
}

func TestPagesThatAreNotNeededAnyMoreDropOutAndTheNextLeads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.together(4, 0, 2)
		f, n := p.one(), p.sender.sent()[0]
		if n.Page.ID != 2 || n.Bundle.Total != 2 || n.AttemptID != "1-1" || n.Brief.Incident.ID != 502 {
			t.Errorf("%+v", n)
		}
		if len(f.Dropped) != 2 || f.Dropped[0].Page != 1 || f.Dropped[1].Page != 3 || f.Dropped[1].Why == "" || f.Claim.Page.ID != 1 || f.State != Sent {
			t.Errorf("%+v", f)
		}
	})
}

func TestTheLastPageThatIsNeededLeavesAsIfItHadBeenAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, func(context.Context, Notice, int) (Receipt, error) { return Receipt{Ref: []byte(`{}`)}, nil })
		p.together(3, 0, 1)
		f, n := p.one(), p.sender.sent()[0]
		if n.Bundle != nil || n.Page.ID != 3 || n.Brief.Incident.ID != 412 { // 412: read again, with its alerts
			t.Errorf("%+v", n)
		}
		if f.Ref == nil || len(f.Dropped) != 2 {
			t.Errorf("%+v", f)
		}
	})
}

func TestAMessageOfWhichNothingIsNeededIsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.together(3, 0, 1, 2)
		if f := p.one(); f.State != Skipped || f.Outcome != OutcomeSkipped || len(f.Dropped) != 3 || len(p.sender.sent()) > 0 {
			t.Errorf("%+v", f)
		}
	})
}

func TestAMessageOfWhichAPageIsSomebodyElsesNowIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, accept)
		p.outbox.stolen[2] = true
		p.together(3)
		if len(p.sender.sent()) > 0 || len(p.outbox.done()) > 0 {
			t.Errorf("%+v", p.outbox.done())
		}
	})
}

func TestAnAllClearIsNotSentToWhomNoPageHasReached(t *testing.T) {
	why := Unneeded(Page{Kind: escalation.ClearStep, Person: "ada", Channel: escalation.SMS, Round: 1}, Brief{Incident: alerting.Incident{Round: 1}, Untold: true})
	if why != "no page of it has reached ada over sms" {
		t.Errorf("%q", why)
	}
}

func TestWhatOurOwnLimitsHoldBackOpensNoBreaker(t *testing.T) {
	for _, code := range []string{CodeBudget, CodePaced, "503"} {
		synctest.Test(t, func(t *testing.T) {
			p := newPost(t, func(context.Context, Notice, int) (Receipt, error) {
				return Receipt{}, &Failure{Class: Temporary, Code: code, Err: errors.New("not now")}
			})
			p.crowd(span(breakAfter)...)
			p.pass(5 * time.Millisecond)
			if open := p.breaker.State() == gobreaker.StateOpen; open != (code == "503") {
				t.Errorf("%s: open %v", code, open)
			}
		})
	}
}

func TestWhatWaitsForItsChannelsPaceCountsAsNoTryAndComesWhenThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPost(t, func(_ context.Context, n Notice, call int) (Receipt, error) {
			if call == 1 {
				return Receipt{}, &Failure{Class: Temporary, Code: CodePaced, RetryAfter: 7 * time.Second, Err: errors.New("others write first")}
			}
			return Receipt{}, nil
		})
		p.page(1)
		if f := p.one(); f.Outcome != OutcomeUntried || f.State != Queued || f.Retry != 7*time.Second || f.Entry.Text != "" {
			t.Errorf("%+v", f)
		}
		p.pass(8 * time.Second)
		if done := p.outbox.done(); len(done) != 2 || done[1].State != Sent || done[1].Claim.Page.Tries != 1 {
			t.Errorf("%+v", done)
		}
	})
}

func TestSeveralPagesOfOneIncidentLeaveAsAPlainPage(t *testing.T) {
	m := mail{
		claim:  Claim{Page: Page{ID: 1, IncidentID: 412}},
		needed: []Page{{ID: 1, IncidentID: 412}, {ID: 2, IncidentID: 412}}, briefs: make([]Brief, 2),
	}
	if !m.single() || m.bundle() != nil {
		t.Errorf("two pages of one incident are a bundle: %+v", m.bundle())
	}
	m.needed[1].IncidentID = 413
	if m.briefs[1].Incident.ID = 413; m.single() || m.bundle() == nil || m.bundle().Total != 2 {
		t.Errorf("two incidents are no bundle: %+v", m.bundle())
	}
	m.needed[0].IncidentID, m.needed[1].IncidentID = 0, 0
	m.needed[0].Message, m.needed[1].Message = &escalation.Message{}, &escalation.Message{}
	if m.single() {
		t.Error("two messages are one incident")
	}
}

func TestABundleSaysWhatAllOfItIsAndWhichOfItMayHaveArrived(t *testing.T) {
	pages := []Page{{ID: 1, IncidentID: 1, Kind: escalation.ClearStep}, {ID: 2, IncidentID: 2, Kind: escalation.ClearStep}}
	m := mail{
		claim:  Claim{Page: pages[0], PossibleRepeat: true, Joined: []Joined{{Page: pages[1]}}},
		needed: pages, briefs: []Brief{{Incident: alerting.Incident{ID: 1, Title: "One"}}, {Incident: alerting.Incident{ID: 2, Title: "Two"}}},
	}
	n := Notice{Bundle: m.bundle()}
	if n.Bundle.Kind != escalation.ClearStep || n.Counts() != "2 resolved" || m.repeat() {
		t.Errorf("%+v: %q", n.Bundle, n.Counts())
	}
	items := n.BundleTexts()
	if !strings.HasSuffix(items[0].Name, " (possible repeat)") || strings.Contains(items[1].Name, "repeat") {
		t.Errorf("%+v", items)
	}
	n.Brief.Locale.Language = "de"
	if n.Counts() != "2 behoben" {
		t.Errorf("%q", n.Counts())
	}
	m.claim.Joined[0].PossibleRepeat = true
	if n.Bundle = m.bundle(); !m.repeat() || n.Bundle.Items[0].PossibleRepeat {
		t.Errorf("all of it may have: the message says so, and its items need not: %+v", n.Bundle)
	}
}
