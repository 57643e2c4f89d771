package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// store is an Inbox for several goroutines; before is called while a reply is being stored.
type store struct {
	mu     sync.Mutex
	taken  []escalation.Reply
	seen   map[string]int
	before func(r escalation.Reply) error
}

func (s *store) TakeReply(_ context.Context, r escalation.Reply) (bool, error) {
	s.mu.Lock()
	before := s.before
	s.mu.Unlock()
	if before != nil {
		if err := before(r); err != nil {
			return false, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]int{}
	}
	if s.seen[r.ID]++; s.seen[r.ID] > 1 {
		return false, nil
	}
	s.taken = append(s.taken, r)
	return true, nil
}

func (s *store) all() []escalation.Reply {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]escalation.Reply{}, s.taken...)
}

// line is a Socket under way, with what it logs; stop ends it and waits.
type line struct {
	fake *notifierstest.Slack
	log  *notes
	stop func()
}

// notes are a log that can be waited for.
type notes struct {
	mu      sync.Mutex
	b       bytes.Buffer
	changed chan struct{} // closed at the next line
}

func (n *notes) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.changed)
	n.changed = make(chan struct{})
	return n.b.Write(p)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.b.String()
}

func (n *notes) change() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.changed
}

func connected(t *testing.T, in slack.Intake) line {
	t.Helper()
	l := started(t, notifierstest.NewSlack(t), in, notifierstest.SlackAppToken)
	until(t, "it has been greeted", l.fake.SocketChange, func() bool { return l.fake.Greetings() == 1 })
	return l
}

func started(t *testing.T, fake *notifierstest.Slack, in slack.Intake, token string) line {
	log := &notes{changed: make(chan struct{})}
	ch := slack.New(slack.Options{BotToken: notifierstest.SlackToken, AppToken: token, APIURL: fake.URL})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	k := ch.Socket(in, slog.New(slog.NewTextHandler(log, nil))).Hurry(60 * time.Millisecond)
	go func() { k.Run(ctx); close(ended) }()
	stop := func() { cancel(); <-ended }
	t.Cleanup(stop)
	return line{fake, log, stop}
}

// until waits for what happens on the other side of a socket, or is logged; change is closed when it may have.
func until(t *testing.T, what string, change func() <-chan struct{}, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		changed := change()
		if ok() {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%s: not within 10 s", what)
		}
	}
}

func acks(t *testing.T, fake *notifierstest.Slack, n int) []notifierstest.SlackAck {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	as, err := fake.WaitForAcks(ctx, n)
	if err != nil || len(fake.Objections()) > 0 {
		t.Fatalf("%v; Slack objects: %q", err, fake.Objections())
	}
	return as
}

func TestOverSocketModeEachThingIsWhatItIsOverHTTP(t *testing.T) {
	s, woken := &store{}, make(chan struct{}, 10)
	l := connected(t, slack.Intake{Inbox: s, Wake: func() { woken <- struct{}{} }, Threads: threads{}, Desk: &counter{title: "SystemDown <!channel>"}})
	for i, c := range []struct {
		request notifierstest.SlackRequest
		want    escalation.Reply
	}{
		{l.fake.Pressed("U0SYS", "snooze", "412 1h"), escalation.Reply{Verb: escalation.Snooze, For: time.Hour}},
		{l.fake.Typed("U0SYS", "/tocsin", "resolve 412"), escalation.Reply{Verb: escalation.Resolve}},
		{notifierstest.Event("Ev1", written(nil)), escalation.Reply{Verb: escalation.Note, Text: "restarted <db>"}},
	} {
		envelope := l.fake.Deliver(c.request)
		if a := acks(t, l.fake, i+1)[i]; a.Envelope != envelope || a.Payload != nil {
			t.Errorf("%d: acknowledged %s with %s", i, a.Envelope, a.Payload)
		}
		got := s.all()[i]
		if got.ID == "" || got.Address != "U0SYS" || got.Incident != 412 || got.Channel != escalation.Slack || got.Verb != c.want.Verb || got.For != c.want.For || got.Text != c.want.Text {
			t.Errorf("%d: took %+v", i, got)
		}
		<-woken
	}
	l.fake.Deliver(l.fake.Typed("U0SYS", "/tocsin", "show 412"))
	var said struct{ Text string }
	if a := acks(t, l.fake, 4)[3]; json.Unmarshal(a.Payload, &said) != nil || !strings.Contains(said.Text, "SystemDown &lt;!channel&gt;") {
		t.Errorf("what was asked is answered %s", a.Payload)
	}
}

func TestAnEnvelopeIsAcknowledgedOnlyOnceItsReplyIsStored(t *testing.T) {
	var l line
	storing, stored := make(chan struct{}), make(chan struct{})
	s := &store{before: func(escalation.Reply) error {
		close(storing)
		<-stored
		return nil
	}}
	l = connected(t, slack.Intake{Inbox: s, Wake: func() {}})
	l.fake.Deliver(l.fake.Pressed("U0SYS", "acknowledge", "412"))
	<-storing
	if as := l.fake.Acks(); len(as) != 0 {
		t.Errorf("acknowledged while it is being stored: %+v", as)
	}
	close(stored)
	acks(t, l.fake, 1)
}

func TestWhatCouldNotBeStoredComesAgainOverTheNextLineAndActsOnce(t *testing.T) {
	var tries int
	s := &store{}
	s.before = func(escalation.Reply) error {
		if tries++; tries == 1 {
			return alerting.ErrUnavailable
		}
		return nil
	}
	l := connected(t, slack.Intake{Inbox: s, Wake: func() {}})
	l.fake.Deliver(l.fake.Pressed("U0SYS", "acknowledge", "412"))
	until(t, "it has failed", l.log.change, func() bool { return strings.Contains(l.log.String(), "not acknowledged") })
	if len(l.fake.Acks()) != 0 || l.fake.Unacknowledged() != 1 {
		t.Error("what could not be stored was acknowledged")
	}
	l.fake.Break()
	acks(t, l.fake, 1)
	if len(s.all()) != 1 || l.fake.Unacknowledged() != 0 {
		t.Errorf("took %+v", s.all())
	}
}

func TestASecondLineStandsBeforeTheFirstIsLeft(t *testing.T) {
	s := &store{}
	l := connected(t, slack.Intake{Inbox: s, Wake: func() {}})
	for i, reason := range []string{"warning", "refresh_requested"} {
		held, open := make(chan struct{}), make(chan struct{})
		s.mu.Lock()
		s.before = func(escalation.Reply) error {
			select {
			case <-open:
			default:
				close(open)
				<-held
			}
			return nil
		}
		s.mu.Unlock()
		l.fake.Deliver(l.fake.Pressed("U0SYS", "acknowledge", "412"))
		<-open // it is being stored when Slack asks to go
		l.fake.Disconnect(reason)
		until(t, "the second is greeted", l.fake.SocketChange, func() bool { return l.fake.Greetings() == i+2 })
		close(held)
		acks(t, l.fake, i+1)
		until(t, "the first is left", l.fake.SocketChange, func() bool { return l.fake.Connections() == 1 })
	}
	if got := s.all(); len(got) != 2 || strings.Contains(l.log.String(), "no line") {
		t.Errorf("took %+v, logged %s", got, l.log)
	}
}

func TestTheSameEnvelopeOverTwoLinesActsOnce(t *testing.T) {
	fake, s, c := notifierstest.NewSlack(t), &store{}, &counter{}
	in := slack.Intake{Inbox: s, Wake: func() {}, Desk: c}
	started(t, fake, in, notifierstest.SlackAppToken)
	started(t, fake, in, notifierstest.SlackAppToken)
	until(t, "both are greeted", fake.SocketChange, func() bool { return fake.Connections() == 2 })
	fake.DeliverTwice(fake.Pressed("U0SYS", "escalate", "412"))
	acks(t, fake, 2)
	fake.DeliverTwice(fake.Typed("U0SYS", "/tocsin", "ack 412"))
	acks(t, fake, 4)
	if got := s.all(); len(got) != 2 || s.seen[got[0].ID] != 2 || s.seen[got[1].ID] != 2 {
		t.Errorf("took %+v", got)
	}
}

func TestALineThatSaysNothingAnyMoreIsReplaced(t *testing.T) {
	s := &store{}
	l := connected(t, slack.Intake{Inbox: s, Wake: func() {}})
	l.fake.Freeze()
	l.fake.Deliver(l.fake.Pressed("U0SYS", "acknowledge", "412"))
	acks(t, l.fake, 1)
	if l.fake.Greetings() < 2 || len(s.all()) != 1 {
		t.Errorf("%d lines, took %+v", l.fake.Greetings(), s.all())
	}
}

func TestALineThatIsQuietIsKept(t *testing.T) {
	l := connected(t, slack.Intake{Inbox: &store{}, Wake: func() {}})
	until(t, "twenty beats", l.fake.SocketChange, func() bool { return l.fake.Pings() >= 20 || l.fake.Greetings() > 1 })
	if l.fake.Greetings() != 1 || l.log.String() != "" {
		t.Errorf("%d lines: %s", l.fake.Greetings(), l.log)
	}
}

func TestAnAnswerIsNotSentWhereSlackTakesNone(t *testing.T) {
	l := connected(t, slack.Intake{Inbox: &store{}, Wake: func() {}})
	l.fake.Scribble(`{"envelope_id":"e1","type":"slash_commands","accepts_response_payload":false,"payload":{"text":"help","user_id":"U0SYS"}}`)
	if a := acks(t, l.fake, 1)[0]; a.Envelope != "e1" || a.Payload != nil {
		t.Errorf("acknowledged %s with %s", a.Envelope, a.Payload)
	}
}

func TestStoppingAcknowledgesWhatIsBeingStored(t *testing.T) {
	storing, stored := make(chan struct{}), make(chan struct{})
	s := &store{before: func(escalation.Reply) error {
		close(storing)
		<-stored
		return nil
	}}
	l := connected(t, slack.Intake{Inbox: s, Wake: func() {}})
	l.fake.Deliver(l.fake.Pressed("U0SYS", "acknowledge", "412"))
	<-storing
	ended := make(chan struct{})
	go func() { l.stop(); close(ended) }()
	before := l.fake.Pings() // they go on as long as it waits
	until(t, "it goes on or ends", l.fake.SocketChange, func() bool { return l.fake.Pings() >= before+3 || l.fake.Connections() == 0 })
	select {
	case <-ended:
		t.Error("it stopped while a reply was being stored")
	default:
	}
	close(stored)
	<-ended
	acks(t, l.fake, 1)
	until(t, "the line is closed", l.fake.SocketChange, func() bool { return l.fake.Connections() == 0 })
	if len(s.all()) != 1 {
		t.Errorf("took %+v", s.all())
	}
}

func TestWhatCannotBeReadDoesNotEndTheLine(t *testing.T) {
	s := &store{}
	l := connected(t, slack.Intake{Inbox: s, Wake: func() {}})
	for _, text := range []string{`[]`, `null`, `"x"`, `{"type":7}`, `{"envelope_id":{}}`, `{"type":"tomorrow"}`, `{"type":"interactive","payload":{}}`} {
		l.fake.Scribble(text)
	}
	l.fake.Scribble(`{"envelope_id":"e1","type":"slash_commands","payload":"x"}`)
	until(t, "it is complained of", l.log.change, func() bool { return strings.Contains(l.log.String(), "cannot be read") })
	l.fake.Scribble(`{"envelope_id":"e2","type":"of_the_future","payload":"x"}`) // asks for nothing, and would come again
	l.fake.Deliver(l.fake.Pressed("U0SYS", "acknowledge", "412"))
	acks(t, l.fake, 2)
	if len(s.all()) != 1 || l.fake.Greetings() != 1 {
		t.Errorf("took %+v over %d lines", s.all(), l.fake.Greetings())
	}
}

func TestALineThatCannotBeHadIsAskedForAgainAndItsFaultIsSaid(t *testing.T) {
	in := slack.Intake{Inbox: &store{}, Wake: func() {}}
	fake := notifierstest.NewSlack(t)
	fake.FailNext(1, notifierstest.ServerError)
	fake.FailNext(1, notifierstest.Drop)
	l := started(t, fake, in, notifierstest.SlackAppToken)
	until(t, "it is greeted", fake.SocketChange, func() bool { return fake.Greetings() == 1 })
	if !strings.Contains(l.log.String(), "502") {
		t.Errorf("logged %s", l.log)
	}
	l.fake.Disconnect("link_disabled")
	until(t, "it is said", l.log.change, func() bool { return strings.Contains(l.log.String(), "Socket Mode is off") })
	for token, says := range map[string]string{"xapp-wrong": "invalid_auth", notifierstest.SlackToken: "not_allowed_token_type", "": "not_authed"} {
		l := started(t, notifierstest.NewSlack(t), in, token)
		until(t, says, l.log.change, func() bool {
			return strings.Contains(l.log.String(), says) && strings.Contains(l.log.String(), "connections:write")
		})
		l.stop()
		if token != "" && strings.Contains(l.log.String(), token) {
			t.Errorf("the log shows the token: %s", l.log)
		}
	}
}

func TestConnectingAgainWaitsLongerEachTimeAndNeverLessThanAsked(t *testing.T) {
	for failures, least := range map[int]time.Duration{
		0: 0, 1: 500 * time.Millisecond, 2: time.Second, 3: 2 * time.Second, 6: 16 * time.Second, 7: 30 * time.Second, 1 << 40: 30 * time.Second,
	} {
		for _, asked := range []time.Duration{0, 30 * time.Second} {
			if got := slack.Rest(failures, asked, 0); got != least+asked {
				t.Errorf("after %d failures at least %v, want %v", failures, got, least+asked)
			}
			if got := slack.Rest(failures, asked, 1); got != 2*least+asked {
				t.Errorf("after %d failures at most %v, want %v", failures, got, 2*least+asked)
			}
		}
	}
}
