package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/twilio"
)

// ledger is a Calls that keeps what it is told, as the store does.
type ledger struct {
	known map[string][]twilio.CallEvent
	now   map[string]twilio.CallResult
	err   error
}

func (l *ledger) NoteCall(_ context.Context, attempt, _ string, e twilio.CallEvent, decide func([]twilio.CallEvent) twilio.CallResult) error {
	if l.err != nil {
		return l.err
	}
	if l.known == nil {
		l.known, l.now = map[string][]twilio.CallEvent{}, map[string]twilio.CallResult{}
	}
	if !slices.Contains(l.known[attempt], e) {
		l.known[attempt] = append(l.known[attempt], e)
	}
	l.now[attempt] = decide(l.known[attempt])
	return nil
}

// telephone is Tocsin with its account, and the call that it placed for a notice.
type telephone struct {
	*testing.T
	ch    *twilio.Twilio
	fake  *notifierstest.Twilio
	calls *ledger
	inbox *inbox
	call  notifierstest.TwilioCall
}

func ring(t *testing.T, n notifiers.Notice) *telephone {
	t.Helper()
	p := &telephone{T: t, fake: notifierstest.NewTwilio(t), calls: &ledger{}, inbox: &inbox{sentence: "#412 SystemDown backend: Acknowledged by system-admin, who has it now."}}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	p.ch = twilio.New(twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom, APIURL: p.fake.URL, PublicURL: server.URL,
	})
	for path, h := range p.ch.CallHandlers(p.calls, p.inbox, p.inbox.apply) {
		mux.Handle("POST "+path, h)
	}
	p.place(n)
	return p
}

// place makes a call for a notice.
func (p *telephone) place(n notifiers.Notice) {
	p.Helper()
	receipt, err := p.ch.Voice().Send(p.Context(), n)
	if err != nil {
		p.Fatal(err)
	}
	calls := p.fake.Calls()
	p.call = calls[len(calls)-1]
	if receipt.ProviderID != p.call.SID || !receipt.Receipts {
		p.Errorf("%+v, the call is %s", receipt, p.call.SID)
	}
}

// answer has the call answered, and keys pressed; "" listens instead.
func (p *telephone) answer(by string, keys ...string) *notifierstest.Line {
	p.Helper()
	line, err := p.fake.Answer(p.Context(), p.call, by)
	for _, key := range keys {
		if err != nil {
			break
		}
		if key == "" {
			err = line.Listen(p.Context())
		} else {
			err = line.Press(p.Context(), key)
		}
	}
	if err != nil {
		p.Fatal(err)
	}
	return line
}

func (p *telephone) status(status, by string) {
	p.Helper()
	if code, err := p.fake.CallStatus(p.Context(), p.call, status, by); err != nil || code != http.StatusNoContent {
		p.Errorf("%s was answered %d, %v", status, code, err)
	}
}

func (p *telephone) result() twilio.CallResult { return p.calls.now[notifierstest.Notice().AttemptID] }

const (
	spokenPage = "This is Tocsin. P 0, critical, incident 4 1 2. System Down backend. Since 03:41. No answer from health for 2 minutes."
	spokenKeys = "Press 4 to acknowledge, 6 to escalate."
)

func TestACallSaysTheIncidentTwiceAndWaitsForAKey(t *testing.T) {
	p := ring(t, notifierstest.Notice())
	line := p.answer("human", "", "")
	if said := strings.Join(line.Said, "|"); said != spokenPage+" "+spokenKeys+"|"+spokenPage+" "+spokenKeys+"|Nothing was changed. Goodbye." || !line.Over {
		t.Errorf("said %q", said)
	}
	if r := p.result(); r.Outcome != notifiers.OutcomeDelivered || len(p.inbox.taken) != 0 {
		t.Errorf("%+v, took %+v", r, p.inbox.taken)
	}
}

func TestAKeyIsStoredAppliedAndAnswered(t *testing.T) {
	for key, verb := range map[string]escalation.Verb{"4": escalation.Acknowledge, "6": escalation.Escalate} {
		p := ring(t, notifierstest.Notice())
		line := p.answer("human", key)
		if last := line.Said[len(line.Said)-1]; last != "4 1 2 System Down backend: Acknowledged by system admin, who has it now." || !line.Over {
			t.Errorf("said %q", line.Said)
		}
		want := escalation.Reply{ID: p.call.SID + "-0", Channel: escalation.Voice, Address: "+15005550003", From: "127.0.0.1", Incident: 412, Verb: verb}
		if len(p.inbox.taken) != 1 || p.inbox.taken[0] != want {
			t.Errorf("took %+v, want %+v", p.inbox.taken, want)
		}
		p.status("completed", "human")
		if r := p.result(); r.Outcome != notifiers.OutcomeDelivered {
			t.Errorf("%+v", r)
		}
	}
}

func TestAKeyInTheSecondReadingCountsToo(t *testing.T) {
	p := ring(t, notifierstest.Notice())
	p.answer("unknown", "", "4")
	if r := p.result(); len(p.inbox.taken) != 1 || r.Outcome != notifiers.OutcomeDelivered {
		t.Errorf("%+v, took %+v", r, p.inbox.taken)
	}
}

func TestAWrongKeyIsAskedForAgainThreeTimesInAll(t *testing.T) {
	p := ring(t, notifierstest.Notice())
	line := p.answer("human", "1", "#", "4")
	if len(p.inbox.taken) != 1 || line.Said[1] != "That key does nothing. "+spokenKeys {
		t.Errorf("took %+v, said %q", p.inbox.taken, line.Said)
	}
	p = ring(t, notifierstest.Notice())
	line = p.answer("human", "1", "*", "9")
	if len(p.inbox.taken) != 0 || !line.Over || line.Said[3] != "That key does nothing. Nothing was changed. Goodbye." {
		t.Errorf("took %+v, said %q", p.inbox.taken, line.Said)
	}
}

func TestAMachineHearsItOnceAndHasNotTakenThePage(t *testing.T) {
	for _, by := range []string{"machine_end_beep", "machine_end_silence", "machine_end_other", "machine_start", "fax"} {
		p := ring(t, notifierstest.Notice())
		line := p.answer(by)
		if said := strings.Join(line.Said, "|"); !line.Over || by != "fax" && said != spokenPage || by == "fax" && said != "" {
			t.Errorf("%s hears %q", by, said)
		}
		p.status("completed", by)
		if r := p.result(); r != (twilio.CallResult{Outcome: notifiers.OutcomeFailed, Text: "the call was answered by a machine"}) {
			t.Errorf("%s: %+v", by, r)
		}
	}
}

func TestHangUpsBusyLinesAndNobodyAreNoAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		play func(*telephone)
		text string
		kind bool
	}{
		"hung up at once":  {func(p *telephone) { p.answer("human"); p.status("completed", "human") }, "the call was hung up before the message was heard", false},
		"hung up unasked":  {func(p *telephone) { p.status("completed", "") }, "the call was hung up before the message was heard", false},
		"who it is":        {func(p *telephone) { p.answer("unknown", "", ""); p.status("completed", "unknown") }, "nobody pressed a key, and it is not known that a person listened", false},
		"busy":             {func(p *telephone) { p.status("busy", "") }, "the line was busy", true},
		"nobody":           {func(p *telephone) { p.status("no-answer", "") }, "nobody answered the call", true},
		"no such line":     {func(p *telephone) { p.status("failed", "") }, "the call could not be connected: is the number right?", false},
		"ended at Twilio":  {func(p *telephone) { p.status("canceled", "") }, "the call was ended at Twilio before it was answered", false},
		"busy, told twice": {func(p *telephone) { p.status("busy", ""); p.status("busy", ""); p.status("initiated", "") }, "the line was busy", true},
	} {
		p := ring(t, notifierstest.Notice())
		p.status("ringing", "")
		if r := p.result(); r.Outcome != notifiers.OutcomeSent {
			t.Errorf("while it rings: %+v", r)
		}
		c.play(p)
		if r := p.result(); r != (twilio.CallResult{Outcome: notifiers.OutcomeFailed, Text: c.text, Again: c.kind}) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func TestACallIsSpokenThoughTheStoreIsAway(t *testing.T) {
	p := ring(t, notifierstest.Notice())
	p.calls.err, p.inbox.err = alerting.ErrUnavailable, alerting.ErrUnavailable
	line := p.answer("human", "4", "4", "4")
	if line.Said[0] != spokenPage+" "+spokenKeys || line.Said[1] != "Tocsin could not store that. Please press the key again. "+spokenKeys || !line.Over {
		t.Errorf("said %q", line.Said)
	}
	for err, code := range map[error]int{alerting.ErrNotFound: 404, errors.New("disk full"): 503} {
		p.calls.err = err
		if got, _ := p.fake.CallStatus(t.Context(), p.call, "busy", ""); got != code {
			t.Errorf("%v is answered %d", err, got)
		}
	}
	p.calls.err, p.inbox.err, p.inbox.late = nil, nil, alerting.ErrUnavailable
	line = p.answer("human", "4")
	want(t, line.Said[1], "Tocsin has your answer and will act on it as soon as it can.")
}

func TestAGermanHearsGerman(t *testing.T) {
	n := notifierstest.Notice()
	n.Brief.Locale.Language = "de"
	line := ring(t, n).answer("human", "")
	want(t, line.Said[0], "Hier ist Tocsin. P 0, kritisch, Vorfall 4 1 2. System Down backend. Seit 03:41. No answer from health for 2 minutes. Drücken Sie die 4, um zu bestätigen, die 6, um zu eskalieren.")
	if voice, language := line.Voice(); voice != "Polly.Vicki" || language != "de-DE" {
		t.Errorf("said by %s in %s", voice, language)
	}
}

func TestAMessageWithoutAnIncidentAsksForNoKey(t *testing.T) {
	p := ring(t, notifierstest.Message("s", "You are on call for primary."))
	line := p.answer("human", "")
	if said := strings.Join(line.Said, "|"); said != "This is Tocsin. You are on call for primary.|This is Tocsin. You are on call for primary." || !line.Over {
		t.Errorf("said %q", said)
	}
	if r := p.result(); r.Outcome != notifiers.OutcomeDelivered {
		t.Errorf("%+v", r)
	}
}

func TestABundleIsAcknowledgedAsAWhole(t *testing.T) {
	p := ring(t, bundle(37))
	line := p.answer("human", "6", "4")
	want(t, line.Said[0], "This is Tocsin. You have 37 incidents: 3 P 0, 34 P 1. The worst is incident 4 1 2. System Down backend. Press 4 to acknowledge all of them.")
	if len(p.inbox.taken) != 1 || !p.inbox.taken[0].All || p.inbox.taken[0].Incident != 0 || p.inbox.taken[0].Verb != escalation.Acknowledge {
		t.Errorf("took %+v", p.inbox.taken)
	}
}

func TestHostileTextIsSpokenAsWordsAlone(t *testing.T) {
	p := ring(t, notifierstest.Notice())
	for _, s := range notifierstest.Hostile() {
		for _, n := range []notifiers.Notice{notifierstest.Tainted(s), notifierstest.TaintedMessage(s)} {
			p.place(n)
			line := p.answer("human", "")
			for _, said := range line.Said {
				if strings.ContainsAny(said, "<>&\"\\{}[]\n\x00") || len(said) > 2700 {
					t.Errorf("%.40q is said as %q", s, said)
				}
			}
		}
	}
}
