package slack_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

func channel(t *testing.T) (*slack.Slack, *notifierstest.Slack) {
	fake := notifierstest.NewSlack(t)
	return slack.New(slack.Options{
		BotToken: notifierstest.SlackToken, Channel: "C0INCIDENTS", APIURL: fake.URL, Pace: time.Millisecond,
		HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
	}), fake
}

func TestAPageIsADirectMessageThatCanBeEdited(t *testing.T) {
	ch, fake := channel(t)
	n := notifierstest.Samples()["overdue-repeat"]
	receipt, err := ch.Send(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	m := fake.Messages()[0]
	if m.User != "U0SYS" || receipt.ProviderID != m.Channel+"/"+m.TS {
		t.Errorf("sent to %q, receipt %q, message %s/%s", m.User, receipt.ProviderID, m.Channel, m.TS)
	}
	if !strings.Contains(string(m.Metadata), n.AttemptID) {
		t.Errorf("the metadata %s does not carry the attempt's id", m.Metadata)
	}
	if !strings.Contains(string(m.Blocks), "possible repeat") {
		t.Error("the message does not say that it may be a repeat")
	}

	if err := ch.Edit(t.Context(), receipt.Ref, notifierstest.Samples()["resolved"].Brief); err != nil {
		t.Fatal(err)
	}
	m = fake.Messages()[0]
	if m.Edits != 1 || !strings.Contains(m.Text, "resolved") || strings.Contains(string(m.Blocks), "action_id") {
		t.Errorf("after the edit it reads %q, with blocks %s", m.Text, m.Blocks)
	}
	if !strings.Contains(string(m.Blocks), "initial response overdue") {
		t.Error("the edit lost what the page said to its reader")
	}
}

func TestAMessageOfNoIncidentIsADirectMessageThatStaysAsItIs(t *testing.T) {
	ch, fake := channel(t)
	n := notifierstest.Messages()["off-call-repeat"]
	receipt, err := ch.Send(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	m := fake.Messages()[0]
	if m.User != "U0SYS" || receipt.ProviderID != m.Channel+"/"+m.TS || receipt.Ref != nil {
		t.Errorf("sent to %q, receipt %+v", m.User, receipt)
	}
	if meta := string(m.Metadata); !strings.Contains(meta, n.AttemptID) || !strings.Contains(meta, "tocsin_message") || strings.Contains(meta, "incident") {
		t.Errorf("its metadata are %s", meta)
	}
	if b := string(m.Blocks); !strings.Contains(b, "possible repeat") || !strings.Contains(b, `"url":"https://tocsin.example.com/oncall"`) {
		t.Errorf("its blocks are %s", b)
	}
}

func TestAnIncidentIsOneMessageWithItsTimelineInTheThread(t *testing.T) {
	ch, fake := channel(t)
	brief := notifierstest.Notice().Brief
	at, err := ch.Post(t.Context(), brief)
	if err != nil {
		t.Fatal(err)
	}
	if err := ch.Reply(t.Context(), at, brief, notifierstest.Entries()); err != nil {
		t.Fatal(err)
	}
	if err := ch.Edit(t.Context(), at, notifierstest.Samples()["acknowledged"].Brief); err != nil {
		t.Fatal(err)
	}
	ms := fake.Messages()
	if len(ms) != 2 || ms[0].Channel != "C0INCIDENTS" || ms[0].Edits != 1 || ms[1].ThreadTS != ms[0].TS {
		t.Fatalf("got %+v", ms)
	}
	if !strings.Contains(ms[1].Text, "system-admin paged by sms\nacknowledged (System Admin)") {
		t.Errorf("the thread reads %q", ms[1].Text)
	}
}

func TestEachFaultIsWhatItIs(t *testing.T) {
	for name, c := range map[string]struct {
		fault    notifierstest.Fault
		class    notifiers.FailureClass
		code     string
		retry    time.Duration
		accepted int
	}{
		"a 502 with an HTML body is lost":         {notifierstest.ServerError, notifiers.Lost, "502", 0, 0},
		"a 429 says when to come back":            {notifierstest.RateLimited, notifiers.Temporary, "429", 7 * time.Second, 0},
		"a channel that is not there":             {notifierstest.Refused, notifiers.Permanent, "channel_not_found", 0, 0},
		"no answer in time is lost":               {notifierstest.Hang, notifiers.Lost, "", 0, 0},
		"a connection closed unanswered is lost":  {notifierstest.Drop, notifiers.Lost, "", 0, 0},
		"accepted, the answer lost":               {notifierstest.AcceptAndDrop, notifiers.Lost, "", 0, 1},
		"accepted, an answer nobody can read":     {notifierstest.Garbage, notifiers.Lost, "200", 0, 1},
		"an answer too slow for the time is lost": {notifierstest.Slow, notifiers.Lost, "200", 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			ch, fake := channel(t)
			fake.FailNext(1, c.fault)
			fake.RetryAfter(7 * time.Second)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			_, err := ch.Send(ctx, notifierstest.Notice())
			expectFailure(t, err, c.class, c.code, c.retry)
			if got := len(fake.Messages()); got != c.accepted {
				t.Errorf("%d messages accepted, want %d", got, c.accepted)
			}
			if c.retry > 0 {
				return // Slack's channel is held until then
			}
			if _, err := ch.Send(t.Context(), notifierstest.Notice()); err != nil {
				t.Errorf("the next page did not go out: %v", err)
			}
		})
	}
}

func TestSlacksCodesDecide(t *testing.T) {
	for code, class := range map[string]notifiers.FailureClass{
		"user_not_found": notifiers.Permanent, "not_in_channel": notifiers.Permanent, "channel_not_found": notifiers.Permanent,
		"is_archived": notifiers.Permanent, "user_disabled": notifiers.Permanent, "msg_too_long": notifiers.Permanent,
		"invalid_auth": notifiers.Misconfigured, "not_authed": notifiers.Misconfigured, "account_inactive": notifiers.Misconfigured,
		"token_revoked": notifiers.Misconfigured, "token_expired": notifiers.Misconfigured, "missing_scope": notifiers.Misconfigured,
		"no_permission": notifiers.Misconfigured, "not_allowed_token_type": notifiers.Misconfigured, "access_denied": notifiers.Misconfigured,
		"ratelimited": notifiers.Temporary, "service_unavailable": notifiers.Temporary, "a_code_of_the_future": notifiers.Temporary,
		"internal_error": notifiers.Lost, "fatal_error": notifiers.Lost,
	} {
		ch := answering(t, `{"ok":false,"error":"`+code+`"}`)
		_, err := ch.Send(t.Context(), notifierstest.Notice())
		expectFailure(t, err, class, code, 0)
	}
}

func TestAnAnswerThatNamesNoMessageIsLost(t *testing.T) {
	for _, body := range []string{`{}`, `{"ok":true}`, `null`, ``, `[]`, `{"ok":false}`} {
		_, err := answering(t, body).Send(t.Context(), notifierstest.Notice())
		expectFailure(t, err, notifiers.Lost, "200", 0)
	}
}

// answering is a channel whose provider always answers 200 with body.
func answering(t *testing.T, body string) *slack.Slack {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
	t.Cleanup(server.Close)
	return slack.New(slack.Options{BotToken: "t", Channel: "C1", APIURL: server.URL + "/api"})
}

func TestWhatNeverLeftIsTemporary(t *testing.T) {
	ch, fake := channel(t)
	fake.Close()
	_, err := ch.Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Temporary, "", 0)
}

func TestAWrongTokenIsTheChannelsFaultAndNotShown(t *testing.T) {
	fake := notifierstest.NewSlack(t)
	_, err := slack.New(slack.Options{BotToken: "xoxb-secret", APIURL: fake.URL}).Send(t.Context(), notifierstest.Notice())
	expectFailure(t, err, notifiers.Misconfigured, "invalid_auth", 0)
	if strings.Contains(err.Error(), "xoxb-secret") {
		t.Errorf("the error shows the token: %v", err)
	}
}

func TestAReferenceOfAnotherKindIsRefused(t *testing.T) {
	ch, fake := channel(t)
	for _, at := range []string{`{"sandbox": 412}`, ``, `null`, `"x"`} {
		err := ch.Edit(t.Context(), json.RawMessage(at), notifierstest.Notice().Brief)
		expectFailure(t, err, notifiers.Permanent, "message_not_found", 0)
		err = ch.Reply(t.Context(), json.RawMessage(at), notifiers.Brief{}, []alerting.Entry{{}})
		expectFailure(t, err, notifiers.Permanent, "message_not_found", 0)
	}
	n := notifierstest.Notice()
	n.Person.Slack = ""
	_, err := ch.Send(t.Context(), n)
	expectFailure(t, err, notifiers.Permanent, "channel_not_found", 0)
	if fake.Requests() != 0 {
		t.Error("Slack was asked all the same")
	}
}

func expectFailure(t *testing.T, err error, class notifiers.FailureClass, code string, retry time.Duration) {
	t.Helper()
	if err == nil {
		t.Fatal("it went out")
	}
	if f := notifiers.AsFailure(err); f.Class != class || f.Code != code || f.RetryAfter != retry {
		t.Errorf("got %v, code %q, retry after %v (%v); want %v, %q, %v", f.Class, f.Code, f.RetryAfter, err, class, code, retry)
	}
}
