package slack_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// inbox is an Inbox that keeps what it takes.
type inbox struct {
	taken []escalation.Reply
	woken int
	err   error
}

func (b *inbox) TakeReply(_ context.Context, r escalation.Reply) (bool, error) {
	if b.err != nil {
		return false, b.err
	}
	for _, have := range b.taken {
		if have.ID == r.ID {
			return false, nil
		}
	}
	b.taken = append(b.taken, r)
	return true, nil
}

func (b *inbox) wake() { b.woken++ }

func (b *inbox) intake() slack.Intake { return slack.Intake{Inbox: b, Wake: b.wake} }

// desk is the channel with the stand-in's signing secret, and the stand-in.
func desk(t testing.TB) (*slack.Slack, *notifierstest.Slack) {
	fake := notifierstest.NewSlack(t)
	return slack.New(slack.Options{BotToken: notifierstest.SlackToken, SigningSecret: notifierstest.SlackSecret, APIURL: fake.URL}), fake
}

// deliver hands a request to the handler and returns the answer's status.
func deliver(ch *slack.Slack, b *inbox, r notifierstest.SlackRequest) int {
	req := httptest.NewRequest(http.MethodPost, "/slack/actions", bytes.NewReader(r.Body))
	req.Header = r.Header
	req.RemoteAddr = "192.0.2.7:4711"
	w := httptest.NewRecorder()
	ch.ActionsHandler(b.intake()).ServeHTTP(w, req)
	return w.Code
}

func now(r notifierstest.SlackRequest) notifierstest.SlackRequest {
	return r.Sign(notifierstest.SlackSecret, time.Now())
}

func TestEachButtonIsTheReplyThatItAsksFor(t *testing.T) {
	ch, fake := desk(t)
	for _, c := range []struct {
		action, value string
		verb          escalation.Verb
		span          time.Duration
	}{
		{"acknowledge", "412", escalation.Acknowledge, 0},
		{"resolve", "412", escalation.Resolve, 0},
		{"escalate", "412", escalation.Escalate, 0},
		{"snooze", "412 1h", escalation.Snooze, time.Hour},
		{"snooze", "412 30m", escalation.Snooze, 30 * time.Minute},
	} {
		b := &inbox{}
		if status := deliver(ch, b, now(fake.Pressed("U0SYS", c.action, c.value))); status != http.StatusOK || len(b.taken) != 1 || b.woken != 1 {
			t.Fatalf("%s: answered %d, took %+v, woke %d times", c.action, status, b.taken, b.woken)
		}
		got := b.taken[0]
		if !strings.HasPrefix(got.Respond, strings.TrimSuffix(fake.URL, "/api/")+"/actions/") {
			t.Errorf("%s: it is answered at %q", c.action, got.Respond)
		}
		want := escalation.Reply{
			ID: got.ID, Channel: escalation.Slack, Address: "U0SYS", From: "192.0.2.7",
			Incident: 412, Verb: c.verb, For: c.span, Respond: got.Respond,
		}
		if got != want {
			t.Errorf("%s: got %+v, want %+v", c.action, got, want)
		}
	}
}

func TestWhatIsNoAnswerIsTakenAndForgotten(t *testing.T) {
	ch, fake := desk(t)
	requests := map[string]notifierstest.SlackRequest{
		"another action": fake.Pressed("U0SYS", "open_runbook", "412"), "no number": fake.Pressed("U0SYS", "acknowledge", ""),
		"zero": fake.Pressed("U0SYS", "acknowledge", "0"), "a negative number": fake.Pressed("U0SYS", "acknowledge", "-412"),
		"too large a number": fake.Pressed("U0SYS", "acknowledge", "9223372036854775808"), "two": fake.Pressed("U0SYS", "acknowledge", "412 413"),
		"a snooze without time": fake.Pressed("U0SYS", "snooze", "412"), "a snooze into the past": fake.Pressed("U0SYS", "snooze", "412 -1h"),
		"a note": fake.Pressed("U0SYS", "note", "412"),
		"a view": payload(fake, `{"type":"view_submission","user":{"id":"U0SYS"},"actions":"none","view":{}}`),
		"a list": payload(fake, `[]`), "null": payload(fake, `null`), "odd actions": payload(fake, `{"type":"block_actions","actions":[{"action_id":7},null,{}]}`),
		"no action": payload(fake, `{"type":"block_actions","user":{"id":"U0SYS"}}`), "a check of the address": payload(fake, ``),
	}
	for name, r := range requests {
		b := &inbox{}
		if status := deliver(ch, b, now(r)); status != http.StatusOK || len(b.taken) != 0 || b.woken != 0 {
			t.Errorf("%s: answered %d, took %+v", name, status, b.taken)
		}
	}
	b := &inbox{}
	if status := deliver(ch, b, now(payload(fake, `{"type":`))); status != http.StatusBadRequest || len(b.taken) != 0 {
		t.Errorf("half a payload was answered %d", status)
	}
}

// payload is a request with another payload.
func payload(fake *notifierstest.Slack, text string) notifierstest.SlackRequest {
	r := fake.Pressed("U0SYS", "acknowledge", "412")
	r.Body = []byte(url.Values{"payload": {text}}.Encode())
	return r
}

func TestForgedOldFutureAndMisshapenRequestsAreRefused(t *testing.T) {
	ch, fake := desk(t)
	press := fake.Pressed("U0SYS", "acknowledge", "412")
	good := now(press)
	with := func(name, value string) notifierstest.SlackRequest {
		r := notifierstest.SlackRequest{Header: good.Header.Clone(), Body: good.Body}
		r.Header.Set(name, value)
		return r
	}
	huge := press
	huge.Body = bytes.Repeat([]byte("a"), 1<<20+1)
	for name, c := range map[string]struct {
		request notifierstest.SlackRequest
		status  int
	}{
		"no signature":             {press, 403},
		"another secret's":         {press.Sign("another secret", time.Now()), 403},
		"an empty secret's":        {press.Sign("", time.Now()), 403},
		"five minutes old":         {press.Sign(notifierstest.SlackSecret, time.Now().Add(-5*time.Minute-2*time.Second)), 403},
		"five minutes ahead":       {press.Sign(notifierstest.SlackSecret, time.Now().Add(5*time.Minute+2*time.Second)), 403},
		"from the age of dinosaur": {press.Sign(notifierstest.SlackSecret, time.Unix(-1<<62, 0)), 403},
		"from the end of time":     {press.Sign(notifierstest.SlackSecret, time.Unix(1<<62, 0)), 403},
		"another time's signature": {with("X-Slack-Request-Timestamp", "1700000000"), 403},
		"no time":                  {with("X-Slack-Request-Timestamp", ""), 403},
		"a shouted signature":      {with("X-Slack-Signature", strings.ToUpper(good.Header.Get("X-Slack-Signature"))), 403},
		"another body":             {notifierstest.SlackRequest{Header: good.Header, Body: bytes.Replace(good.Body, []byte("412"), []byte("413"), 1)}, 403},
		"JSON":                     {with("Content-Type", "application/json"), 415},
		"no content type":          {with("Content-Type", ""), 415},
		"a huge body":              {now(huge), 413},
	} {
		b := &inbox{}
		if status := deliver(ch, b, c.request); status != c.status || len(b.taken) != 0 || b.woken != 0 {
			t.Errorf("%s: answered %d, took %+v", name, status, b.taken)
		}
	}
	b := &inbox{}
	if status := deliver(slack.New(slack.Options{APIURL: fake.URL}), b, press.Sign("", time.Now())); status != 403 || len(b.taken) != 0 {
		t.Errorf("without a signing secret it was answered %d", status)
	}
	if status := deliver(ch, b, good); status != 200 || len(b.taken) != 1 {
		t.Errorf("the right one was answered %d", status)
	}
}

func TestAReplayIsTheSameReplyAndAnotherPressIsNot(t *testing.T) {
	ch, fake := desk(t)
	b := &inbox{}
	first := now(fake.Pressed("U0SYS", "acknowledge", "412"))
	for range 3 {
		if status := deliver(ch, b, first); status != http.StatusOK {
			t.Errorf("answered %d", status)
		}
	}
	if len(b.taken) != 1 || b.woken != 1 {
		t.Errorf("a replay made %d replies and woke %d times", len(b.taken), b.woken)
	}
	deliver(ch, b, now(fake.Pressed("U0SYS", "acknowledge", "412")))
	if len(b.taken) != 2 {
		t.Error("a second press was taken for a replay")
	}
}

func TestAnAnswerThatCannotBeStoredIsRefusedSoThatWhoeverPressedSeesIt(t *testing.T) {
	ch, fake := desk(t)
	b := &inbox{err: alerting.ErrUnavailable}
	if status := deliver(ch, b, now(fake.Pressed("U0SYS", "acknowledge", "412"))); status != http.StatusServiceUnavailable || b.woken != 0 {
		t.Errorf("answered %d, woke %d times", status, b.woken)
	}
}

func TestOnlySlacksOwnAddressesAreAnswered(t *testing.T) {
	ch, fake := desk(t)
	own := strings.TrimSuffix(fake.URL, "/api/")
	for raw, ok := range map[string]bool{
		"https://hooks.slack.com/actions/T1/2/x": true, own + "/actions/T1/x": true,
		"http://hooks.slack.com/actions/T1/2/x": false, "https://hooks.slack.com.evil.example/x": false, "https://evil.example/hooks.slack.com": false,
		"https://hooks.slack.com:444/x": false, "https://hooks.slack.com@evil.example/x": false, "https://user:pass@hooks.slack.com/x": false,
		"http://169.254.169.254/latest/meta-data": false, "http://127.0.0.1:1/x": false, "file:///etc/passwd": false, "//hooks.slack.com/x": false,
		"https:hooks.slack.com/x": false, "": false, "https://hooks.slack.com\\@evil.example/x": false, strings.Replace(own, "http", "https", 1) + "/x": false,
	} {
		b := &inbox{}
		r := payload(fake, `{"type":"block_actions","user":{"id":"U0SYS"},"response_url":`+quote(raw)+`,"actions":[{"action_id":"resolve","value":"1"}]}`)
		deliver(ch, b, now(r))
		want := ""
		if ok {
			want = raw
		}
		if len(b.taken) != 1 || b.taken[0].Respond != want {
			t.Errorf("%q: took %+v", raw, b.taken)
		}
		if ok {
			continue
		}
		expectFailure(t, ch.Respond(t.Context(), raw, "x"), notifiers.Permanent, "response_url", 0)
	}
}

func quote(s string) string { return `"` + strings.ReplaceAll(s, `\`, `\\`) + `"` }
