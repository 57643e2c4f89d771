package storage_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

// notice is what a channel needs of a claim.
func (f *front) notice(c notifiers.Claim) notifiers.Notice {
	f.t.Helper()
	brief, held, err := f.Recheck(f.context(), c)
	f.must(err)
	if !held {
		f.t.Fatal("the claim is lost")
	}
	return notifiers.Notice{AttemptID: c.AttemptID, Page: c.Page, Person: f.policy.Directory.People["system-admin"], Brief: brief}
}

// dial sends a claim as a call, and finishes it.
func (f *front) dial(c notifiers.Claim) notifierstest.TwilioCall {
	f.t.Helper()
	r, err := f.telephone.Voice().Send(f.context(), f.notice(c))
	f.must(err)
	end := finished(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	end.ProviderID = r.ProviderID
	f.must(f.FinishPage(f.context(), end))
	calls := f.twilio.Calls()
	return calls[len(calls)-1]
}

func (f *front) reports(c notifierstest.TwilioCall, status, by string) {
	f.t.Helper()
	if code, err := f.twilio.CallStatus(f.context(), c, status, by); err != nil || code != http.StatusNoContent {
		f.t.Fatalf("%s is answered %d, %v", status, code, err)
	}
}

func TestACallThatWasBusyIsMadeAgainAndAKeyInItAcknowledges(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	claim := f.ring(id, alerting.P0)
	busy := f.dial(claim)
	f.reports(busy, "ringing", "")
	f.reports(busy, "busy", "")
	if p := f.page(claim.Page.ID); p.State != notifiers.Queued {
		t.Fatalf("after a busy line it is %s", p.State)
	}
	f.pass(time.Second)
	second := f.dial(f.one(escalation.Voice, true))
	line, err := f.twilio.Answer(f.context(), second, "human")
	f.must(err)
	f.must(line.Press(f.context(), "4"))
	f.reports(second, "completed", "human")
	f.reports(busy, "busy", "") // late, and again
	if i := f.incident(id); i.State != alerting.StateAcknowledged || i.AcknowledgedBy != "system-admin" {
		t.Errorf("it is %s by %q: %q", i.State, i.AcknowledgedBy, line.Said)
	}
	p := f.page(claim.Page.ID)
	if p.State != notifiers.Delivered || len(p.Attempts) != 2 || p.Attempts[0].Error != "the line was busy" || p.Attempts[1].Outcome != notifiers.OutcomeDelivered {
		t.Errorf("%s, %+v", p.State, p.Attempts)
	}
}

func TestTheDaysBudgetCountsWhatIsStoredAndNeverHoldsBackAP0(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	f.dial(f.ring(id, alerting.P2))
	over := f.notice(f.ring(id, alerting.P2))
	_, err := f.telephone.Voice().Send(f.context(), over)
	if failure, ok := errors.AsType[*notifiers.Failure](err); !ok || failure.Code != "budget" || failure.RetryAfter != 15*time.Hour {
		t.Errorf("beyond the share of all but P0: %v", err)
	}
	for range 3 {
		f.dial(f.ring(id, alerting.P0))
	}
	f.pass(15 * time.Hour)
	if _, err := f.telephone.Voice().Send(f.context(), over); err != nil {
		t.Errorf("the day after: %v", err)
	}
}

func TestWhoSendsStopGetsNoSMSUntilTheySendStart(t *testing.T) {
	f := newFront(t)
	f.fire("backend")
	claim := f.one(escalation.SMS, true)
	f.text("Stop")
	_, err := f.telephone.Send(f.context(), f.notice(claim))
	if failure, ok := errors.AsType[*notifiers.Failure](err); !ok || failure.Code != "21610" || failure.Class != notifiers.Permanent {
		t.Errorf("after STOP: %v", err)
	}
	if outs, err := f.OptOuts(f.context()); err != nil || len(outs) != 1 || !outs["+15005550003"].Equal(f.now) {
		t.Errorf("%v, %v", outs, err)
	}
	f.pass(time.Second)
	f.text("START")
	if _, err := f.telephone.Send(f.context(), f.notice(claim)); err != nil {
		t.Errorf("after START: %v", err)
	}
	if outs, err := f.OptOuts(f.context()); err != nil || len(outs) != 0 {
		t.Errorf("%v, %v", outs, err)
	}
}

func TestACallsEventIsRefusedWhereItsAttemptIsNotKnown(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	call := f.dial(f.ring(id, alerting.P0))
	f.exec(`DELETE FROM attempts`)
	code, err := f.twilio.CallStatus(f.context(), call, "busy", "")
	if err != nil || code != http.StatusNotFound || !strings.Contains(call.StatusCallback, "attempt=") {
		t.Errorf("%d, %v", code, err)
	}
}
