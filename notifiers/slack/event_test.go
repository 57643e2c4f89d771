package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
)

// threads knows one incident's message.
type threads struct{ err error }

func (s threads) IncidentOfThread(_ context.Context, channel, ts string) (int64, bool, error) {
	return 412, channel == "C0INCIDENTS" && ts == "1700000000.000001", s.err
}

func happened(ch *slack.Slack, in slack.Intake, r notifierstest.SlackRequest) (int, string) {
	req := httptest.NewRequest(http.MethodPost, "/slack/events", bytes.NewReader(r.Body))
	req.Header = r.Header
	w := httptest.NewRecorder()
	ch.EventsHandler(in).ServeHTTP(w, req)
	return w.Code, w.Body.String()
}

func written(fields map[string]any) map[string]any {
	m := map[string]any{"type": "message", "channel": "C0INCIDENTS", "user": "U0SYS", "ts": "1700000009.1", "thread_ts": "1700000000.000001", "text": "restarted &lt;db&gt;"}
	maps.Copy(m, fields)
	return m
}

func TestAMessageInAnIncidentsThreadIsANoteOnce(t *testing.T) {
	ch, _ := desk(t)
	b := &inbox{}
	in := b.intake()
	in.Threads = threads{}
	for retry := range 3 { // each is signed anew, with a time of its own
		r := notifierstest.Event("Ev1", written(nil))
		r.Header.Set("X-Slack-Retry-Num", string(rune('0'+retry)))
		r.Body = append(r.Body, bytes.Repeat([]byte(" "), retry)...)
		if status, _ := happened(ch, in, now(r)); status != http.StatusOK {
			t.Errorf("answered %d", status)
		}
	}
	happened(ch, in, now(notifierstest.Event("Ev2", written(nil))))
	if len(b.taken) != 2 || b.woken != 2 {
		t.Fatalf("took %+v", b.taken)
	}
	if r := b.taken[0]; r.Verb != escalation.Note || r.Incident != 412 || r.Text != "restarted <db>" || r.Address != "U0SYS" || r.Channel != escalation.Slack {
		t.Errorf("took %+v", r)
	}
}

func TestWhatNobodyWroteInAThreadIsNoNote(t *testing.T) {
	ch, _ := desk(t)
	for name, fields := range map[string]map[string]any{
		"a bot's": {"bot_id": "B0TOCSIN"}, "an edit": {"subtype": "message_changed"}, "a deletion": {"subtype": "message_deleted"}, "a join": {"subtype": "channel_join"},
		"above the thread": {"thread_ts": ""}, "the first": {"thread_ts": "1700000009.1"}, "another thread": {"thread_ts": "1700000000.000002"},
		"elsewhere": {"channel": "C0OTHER"}, "no text": {"text": " "}, "no person": {"user": ""}, "a reaction": {"type": "reaction_added"},
	} {
		b := &inbox{}
		in := b.intake()
		in.Threads = threads{}
		if status, _ := happened(ch, in, now(notifierstest.Event("Ev1", written(fields)))); status != http.StatusOK || len(b.taken) != 0 {
			t.Errorf("%s: answered %d, took %+v", name, status, b.taken)
		}
	}
}

func TestAnEventThatCannotBeStoredIsLeftForSlackToSendAgain(t *testing.T) {
	ch, _ := desk(t)
	b := &inbox{}
	in := b.intake()
	in.Threads = threads{err: alerting.ErrUnavailable}
	if status, _ := happened(ch, in, now(notifierstest.Event("Ev1", written(nil)))); status != http.StatusServiceUnavailable {
		t.Errorf("answered %d", status)
	}
}

func TestTheAddressIsVerifiedByItsChallengeAndOnlyForSlack(t *testing.T) {
	ch, _ := desk(t)
	r := notifierstest.Event("", nil)
	r.Body = []byte(`{"type":"url_verification","challenge":"3eZbrw1a"}`)
	if status, body := happened(ch, slack.Intake{}, now(r)); status != http.StatusOK || body != "3eZbrw1a" {
		t.Errorf("answered %d %q", status, body)
	}
	if status, body := happened(ch, slack.Intake{}, r); status != http.StatusForbidden || strings.Contains(body, "3eZ") {
		t.Errorf("unsigned it was answered %d %q", status, body)
	}
}

func formOf(r notifierstest.SlackRequest) url.Values {
	form, _ := url.ParseQuery(string(r.Body)) // the stand-in made it
	return form
}

// used is the request of the shortcut on a message.
func used(fake *notifierstest.Slack, user, channel, ts, thread, text string) notifierstest.SlackRequest {
	r := fake.Pressed(user, "x", "x") // for its response_url
	var p map[string]any
	_ = json.Unmarshal([]byte(formOf(r).Get("payload")), &p)
	return fake.Interaction(map[string]any{
		"type": "message_action", "callback_id": "note", "trigger_id": "T1", "response_url": p["response_url"],
		"user": map[string]any{"id": user}, "channel": map[string]any{"id": channel},
		"message": map[string]any{"type": "message", "ts": ts, "thread_ts": thread, "text": text, "user": "U0OTHER"},
	})
}

func TestTheShortcutPutsAMessageOnTheTimeline(t *testing.T) {
	ch, fake := desk(t)
	b := &inbox{}
	in := b.intake()
	in.Threads, in.Desk = threads{}, &counter{title: "SystemDown <!channel>"}
	act(ch, in, now(used(fake, "U0SYS", "C0INCIDENTS", "1700000005.1", "1700000000.000001", "disk is full")))
	if len(b.taken) != 1 || b.taken[0].Text != "disk is full" || b.taken[0].Incident != 412 || b.taken[0].Address != "U0SYS" || b.taken[0].Respond == "" {
		t.Fatalf("took %+v", b.taken)
	}
	act(ch, in, now(used(fake, "U0SYS", "C0OTHER", "1700000005.1", "", "seen elsewhere")))
	if len(b.taken) != 1 || len(fake.Views()) != 1 || !strings.Contains(string(fake.Views()[0]), "seen elsewhere") {
		t.Fatalf("took %+v, opened %s", b.taken, fake.Views())
	}
	sent := fake.Interaction(map[string]any{
		"type": "view_submission", "user": map[string]any{"id": "U0SYS"},
		"view": map[string]any{"id": "V1", "callback_id": "note", "state": map[string]any{"values": map[string]any{
			"incident": map[string]any{"incident": map[string]any{"selected_option": map[string]any{"value": "412"}}},
			"text":     map[string]any{"text": map[string]any{"value": "seen elsewhere"}},
		}}},
	})
	act(ch, in, now(sent))
	if len(b.taken) != 2 || b.taken[1].Verb != escalation.Note || b.taken[1].Text != "seen elsewhere" || b.taken[1].Incident != 412 || b.taken[1].Address != "U0SYS" {
		t.Errorf("took %+v", b.taken)
	}
	act(ch, in, now(used(fake, "U0NOBODY", "C0OTHER", "1700000005.1", "", "x")))
	if as := fake.Answers(); len(fake.Views()) != 1 || len(as) != 1 || !strings.Contains(as[0].Text, "does not know you") {
		t.Errorf("a stranger was answered %+v", as)
	}
}

func act(ch *slack.Slack, in slack.Intake, r notifierstest.SlackRequest) int {
	req := httptest.NewRequest(http.MethodPost, "/slack/actions", bytes.NewReader(r.Body))
	req.Header = r.Header
	w := httptest.NewRecorder()
	ch.ActionsHandler(in).ServeHTTP(w, req)
	return w.Code
}

func FuzzEvent(f *testing.F) {
	f.Add(notifierstest.Event("Ev1", written(nil)).Body)
	f.Add([]byte(`{"type":"url_verification","challenge":7}`))
	f.Add([]byte(`{"event":[]}`))
	ch, _ := desk(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		b := &inbox{}
		in := b.intake()
		in.Threads = threads{}
		r := notifierstest.Event("", nil)
		r.Body = body
		status, _ := happened(ch, in, now(r))
		if status != http.StatusOK && status != http.StatusBadRequest || len(b.taken) > 0 && (b.taken[0].Text == "" || b.taken[0].Address == "") {
			t.Errorf("%q: answered %d, took %+v", body, status, b.taken)
		}
	})
}
