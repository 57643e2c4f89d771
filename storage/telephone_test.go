package storage_test

import (
	"errors"
	"fmt"
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
	return f.dialed(c, f.notice(c))
}

// dialed sends what a channel takes of a claim as a call, and finishes it.
func (f *front) dialed(c notifiers.Claim, n notifiers.Notice) notifierstest.TwilioCall {
	f.t.Helper()
	r, err := f.telephone.Voice().Send(f.context(), n)
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
	f := newFrontOf(t, 2)
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

// told fires an incident of each service and has its SMS to system-admin sent.
func (f *front) told(services ...string) (ids []int64) {
	f.t.Helper()
	for _, service := range services {
		ids = append(ids, f.fire(service))
		f.finish(f.one(escalation.SMS, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	}
	return ids
}

// untouched fails the test unless an incident is as nobody has answered it.
func (f *front) untouched(id int64, why string) {
	f.t.Helper()
	if i := f.incident(id); i.State != alerting.StateOpen || f.kinds(id)[alerting.KindAcknowledged] != 0 {
		f.t.Errorf("%s: it is %s by %q", why, i.State, i.AcknowledgedBy)
	}
}

// acknowledgedOnce fails the test unless system-admin has acknowledged each incident, once.
func (f *front) acknowledgedOnce(via string, ids ...int64) {
	f.t.Helper()
	for _, id := range ids {
		i, n := f.incident(id), 0
		entries, err := f.Timeline(f.context(), id)
		f.must(err)
		for _, e := range entries {
			if e.Kind == alerting.KindAcknowledged && e.Actor.Name == "system-admin" && e.Actor.Via == via {
				n++
			}
		}
		if i.State != alerting.StateAcknowledged || i.AcknowledgedBy != "system-admin" || n != 1 {
			f.t.Errorf("#%d is %s by %q, told %d times", id, i.State, i.AcknowledgedBy, n)
		}
	}
}

func TestAnSMSToAllAcknowledgesEachIncidentItsSenderWasPagedForOnceAndNoOther(t *testing.T) {
	f := newFront(t)
	ids := f.told("backend", "database", "frontend")
	others := f.told("cache")[0]
	f.exec(`UPDATE pages SET person = 'devops-lead' WHERE incident_id = $1`, others)
	waits := f.fire("queue") // its pages have not left
	want := fmt.Sprintf("Acknowledged 3 incidents: #%d, #%d, #%d.", ids[0], ids[1], ids[2])
	if got := f.text("ack ALL"); got != want {
		t.Errorf("answered %q, want %q", got, want)
	}
	f.acknowledgedOnce("sms", ids...)
	f.untouched(others, "it was another's page")
	f.untouched(waits, "nobody was told of it yet")
	if again := f.text("ACK ALL"); !strings.HasPrefix(again, fmt.Sprintf("#%d: already acknowledged by system-admin", ids[0])) {
		t.Errorf("the second time: %q", again)
	}
	f.acknowledgedOnce("sms", ids...)
	if got := f.textFrom("+15005550001", "ACK ALL"); got != fmt.Sprintf("Acknowledged #%d.", others) {
		t.Errorf("devops-lead was told of one: %q", got)
	}
}

// gathered is a claim of several pages as a channel takes it.
func (f *front) gathered(c notifiers.Claim) notifiers.Notice {
	f.t.Helper()
	briefs, held, err := f.Gathered(f.context(), c)
	f.must(err)
	if !held {
		f.t.Fatal("the claim is lost")
	}
	n := f.notice(c)
	n.Bundle = &notifiers.Bundle{Total: len(briefs)}
	for i, p := range c.Pages() {
		n.Bundle.BySeverity[p.Severity]++
		n.Bundle.Items = append(n.Bundle.Items, notifiers.BundleItem{Page: p, Incident: briefs[i].Incident})
	}
	return n
}

func TestFourPressedInACallOfSeveralIncidentsAcknowledgesThemAll(t *testing.T) {
	f := newFront(t)
	ids := []int64{f.fire("backend"), f.fire("database"), f.fire("frontend")}
	waits := f.fire("queue")
	f.exec(`
		INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, reason, created_at, next_attempt_at)
		SELECT id, 1, 9, 'page', 'on-call', 'system-admin', 'voice', 0, 'acknowledged', '{}', tocsin_now(), tocsin_now() FROM incidents WHERE id <> $1`, waits)
	claims := f.within(notifiers.Lane{Channel: escalation.Voice, Urgent: true}, notifiers.Rate{N: 2, Per: time.Minute})
	f.expect("at once", claims, 3)
	call := f.dialed(claims[0], f.gathered(claims[0]))
	line, err := f.twilio.Answer(f.context(), call, "human")
	f.must(err)
	f.must(line.Press(f.context(), "6")) // nobody escalates all at once
	f.must(line.Press(f.context(), "4"))
	if said := line.Said; len(said) != 3 || !strings.Contains(said[0], "3 incidents") || !strings.HasPrefix(said[2], "Acknowledged 3 incidents") || !line.Over {
		t.Errorf("said %q", said)
	}
	f.acknowledgedOnce("voice", ids...)
	f.untouched(waits, "the call did not tell of it")
	for _, p := range claims[0].Pages() {
		if got := f.page(p.ID); got.State != notifiers.Delivered || got.Attempts[0].ProviderID != call.SID {
			t.Errorf("the page about #%d is %s: %+v", p.IncidentID, got.State, got.Attempts)
		}
	}
}
