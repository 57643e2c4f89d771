package storage_test

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
	"tocsin/notifiers/twilio"
)

// front is a world that people can answer to over Slack, SMS and in calls.
type front struct {
	*world
	url     string
	slack   *notifierstest.Slack
	twilio  *notifierstest.Twilio
	replies *notifiers.Replies

	telephone *twilio.Twilio
}

// roomy is a day's budget that no test uses up.
const roomy = 100

func newFront(t *testing.T) *front {
	t.Helper()
	return newFrontOf(t, roomy)
}

// newFrontOf is a front whose telephone may send and call so often a day, half of it for P0 alone.
func newFrontOf(t *testing.T, daily int) *front {
	t.Helper()
	f := &front{world: newWorld(t), slack: notifierstest.NewSlack(t), twilio: notifierstest.NewTwilio(t)}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	f.url = server.URL
	s := slack.New(slack.Options{SigningSecret: notifierstest.SlackSecret, APIURL: f.slack.URL})
	tw := twilio.New(twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom, APIURL: f.twilio.URL, PublicURL: server.URL,
		OptOuts: f, Spending: f, Budget: twilio.Budget{Daily: daily, Reserved: 50}, Now: func() time.Time { return f.now },
	})
	f.telephone = tw
	respond := func(ctx context.Context, r escalation.Reply, text string) error {
		return s.Respond(ctx, r.Respond, text)
	}
	f.replies = notifiers.NewReplies(f, func() *escalation.Policy { return f.policy }, respond, slog.New(slog.DiscardHandler))
	mux.Handle("POST /slack/actions", s.ActionsHandler(slack.Intake{Inbox: f, Wake: func() { f.replies.WakeIn(0) }}))
	mux.Handle("POST /twilio/sms", tw.InboundHandler(f, f.replies.Apply))
	for path, h := range tw.CallHandlers(f, f, f.replies.Apply) {
		mux.Handle("POST "+path, h)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { f.replies.Run(ctx); close(done) }()
	t.Cleanup(func() {
		cancel()
		<-done
		f.replies.Drain(ctx)
	})
	return f
}

// fire opens a P0 of a service and tells system-admin of it.
func (f *front) fire(service string) (id int64) {
	f.t.Helper()
	f.receive(policytest.Event(f.now, "alertname", "SystemDown", "service", service))
	f.advance()
	cases, _, err := f.Incidents(f.context(), alerting.Query{Text: service})
	f.must(err)
	return cases[0].Incident.ID
}

func (f *front) incident(id int64) alerting.Incident {
	f.t.Helper()
	c, err := f.Incident(f.context(), id)
	f.must(err)
	return c.Incident
}

// text sends an SMS from system-admin's phone and returns the sentence that comes back.
func (f *front) text(body string) string { return f.textFrom("+15005550003", body) }

func (f *front) textFrom(phone, body string) string {
	f.t.Helper()
	status, twiml, err := f.twilio.Incoming(f.context(), f.url+"/twilio/sms", phone, body)
	f.must(err)
	var answer struct{ Message string }
	if err := xml.Unmarshal([]byte(twiml), &answer); err != nil || status != http.StatusOK {
		f.t.Errorf("%q was answered %d %q, %v", body, status, twiml, err)
	}
	return answer.Message
}

// press presses a button and waits for the sentence that comes back.
func (f *front) press(user, action, value string) notifierstest.SlackAnswer {
	f.t.Helper()
	return f.deliver(f.slack.Pressed(user, action, value).Sign(notifierstest.SlackSecret, time.Now()))
}

// deliver sends a request of Slack's and waits for the next sentence that comes back.
func (f *front) deliver(r notifierstest.SlackRequest) notifierstest.SlackAnswer {
	f.t.Helper()
	before := len(f.slack.Answers())
	f.send(r)
	ctx, cancel := context.WithTimeout(f.context(), 10*time.Second)
	defer cancel()
	answers, err := f.slack.WaitForAnswers(ctx, before+1)
	f.must(err)
	return answers[before]
}

func (f *front) send(r notifierstest.SlackRequest) {
	f.t.Helper()
	status, err := r.Send(f.context(), f.url+"/slack/actions")
	f.must(err)
	if status != http.StatusOK {
		f.t.Fatalf("answered %d", status)
	}
}

func TestAnSMSAnswersEachWay(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	name := fmt.Sprintf("#%d SystemDown backend: ", id)
	for _, step := range []struct{ body, want string }{ // want is how it begins
		{fmt.Sprintf("esc %d", id), name},
		{fmt.Sprintf("ack #%d", id), name + "Acknowledged by system-admin, who has it now."},
		{fmt.Sprintf("ACK%d", id), name + "already acknowledged by system-admin at 2026-02-02 09:00:00 UTC."},
		{fmt.Sprintf("Resolve %d!", id), name + "Resolved by system-admin."},
		{fmt.Sprintf("ACK %d", id), fmt.Sprintf("Incident #%d is resolved (by system-admin at 2026-02-02 09:00:00 UTC): reopen it first.", id)},
		{"ACK 99999", "There is no incident #99999. Nothing was changed."},
		{"I am on my way", "Tocsin did not understand that. Reply ACK, RES or ESC with the incident's number, as in ACK 412."},
	} {
		if got := f.text(step.body); !strings.HasPrefix(got, step.want) {
			t.Errorf("%s\ngot  %s\nwant %s", step.body, got, step.want)
		}
	}
}

func TestTheNumberMayBeLeftOutWhileOneIncidentIsMeant(t *testing.T) {
	f := newFront(t)
	if got := f.text("ACK"); got != "You have no open incident. Nothing was changed." {
		t.Errorf("of none: %s", got)
	}
	backend := f.fire("backend")
	if got := f.text("ack."); !strings.HasPrefix(got, fmt.Sprintf("#%d SystemDown backend: Acknowledged", backend)) {
		t.Errorf("of one: %s", got)
	}
	frontend := f.fire("frontend")
	want := fmt.Sprintf("Which one? You were told of #%d, #%d: reply with the number, as in ACK %d.", backend, frontend, frontend)
	if got := f.text("RES"); got != want {
		t.Errorf("of two: %s", got)
	}
	if a, b := f.incident(backend), f.incident(frontend); a.State != alerting.StateAcknowledged || b.State != alerting.StateOpen {
		t.Errorf("an answer that was not clear made them %s and %s", a.State, b.State)
	}
	f.text(fmt.Sprintf("RES %d", backend))
	f.pass(time.Hour)
	if got := f.text("RES"); !strings.HasPrefix(got, fmt.Sprintf("#%d SystemDown frontend: Resolved", frontend)) {
		t.Errorf("of the one that is left: %s", got)
	}
}

func TestAReplyWithoutANumberDoesNotHitAnotherIncidentThanTheOneThatEndedJustNow(t *testing.T) {
	f := newFront(t)
	backend := f.fire("backend")
	f.answer(backend, escalation.Resolve, "manager")
	resolved := fmt.Sprintf("Incident #%d is resolved (by manager at 2026-02-02 09:00:00 UTC): reopen it first.", backend)
	if got := f.text("ACK"); got != resolved {
		t.Errorf("of one that has ended: %s", got)
	}
	f.pass(59 * time.Minute)
	frontend := f.fire("frontend")
	want := fmt.Sprintf("Which one? You were told of #%d (resolved), #%d: reply with the number, as in ACK %d.", backend, frontend, frontend)
	if got := f.text("ACK"); got != want {
		t.Errorf("of one that has ended and another: %s", got)
	}
	if i := f.incident(frontend); i.State != alerting.StateOpen {
		t.Errorf("the other one became %s", i.State)
	}
	f.pass(time.Minute)
	if got := f.text("ACK"); !strings.HasPrefix(got, fmt.Sprintf("#%d SystemDown frontend: Acknowledged", frontend)) {
		t.Errorf("an hour after it ended: %s", got)
	}
}

func TestAnEscalationSaysWhoIsTold(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	want := fmt.Sprintf("#%d SystemDown backend: Escalated by system-admin: on-call is told now instead of at 2026-02-02 09:05:00 UTC.", id)
	if got := f.text("ESC"); got != want {
		t.Errorf("got %s", got)
	}
}

// A reply that is done says no more where its channel would take an answer, and is forgotten in a day.
func TestWhatIsKeptOfARepliesDelivery(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	f.press("U0SYS", "acknowledge", fmt.Sprint(id))
	kept := func() (replies, open int) {
		f.must(f.db.Pool.QueryRow(f.context(), `SELECT count(*), count(*) FILTER (WHERE reply ? 'Respond') FROM replies`).Scan(&replies, &open))
		return replies, open
	}
	if replies, open := kept(); replies != 1 || open != 0 {
		t.Errorf("%d replies, %d of them say where to answer", replies, open)
	}
	look := func() {
		_, _, _, err := f.ApplyReply(f.context(), "", f.policy.Reply)
		f.must(err)
	}
	f.pass(24 * time.Hour)
	look()
	if replies, _ := kept(); replies != 1 {
		t.Errorf("%d replies after a day", replies)
	}
	f.pass(time.Second)
	look()
	if replies, _ := kept(); replies != 0 {
		t.Errorf("%d replies after more than a day", replies)
	}
}

func TestAStrangersAnswersAreToldSoAndChangeNothing(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	before := f.incident(id)
	if got := f.textFrom("+15005559999", fmt.Sprintf("RES %d", id)); !strings.HasPrefix(got, "Tocsin does not know you") {
		t.Errorf("over SMS: %s", got)
	}
	got := f.press("U0STRANGER", "resolve", fmt.Sprint(id))
	if !strings.HasPrefix(got.Text, "Tocsin does not know you") || got.ResponseType != "ephemeral" || got.User != "U0STRANGER" || got.ReplaceOriginal {
		t.Errorf("over Slack: %+v", got)
	}
	if after := f.incident(id); after.State != before.State || after.Rev != before.Rev {
		t.Errorf("it became %+v", after)
	}
}

func TestEachSlackButtonActs(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	name := fmt.Sprintf("#%d SystemDown backend: ", id)
	for _, step := range []struct{ user, action, value, want string }{
		{"U0SYS", "escalate", fmt.Sprint(id), name},
		{"U0SYS", "acknowledge", fmt.Sprint(id), name + "Acknowledged by system-admin, who has it now."},
		{"U0SYS", "snooze", fmt.Sprintf("%d 1h", id), name + "Snoozed by system-admin until 2026-02-02 10:00:00 UTC."},
		{"U0MGR", "resolve", fmt.Sprint(id), name + "Resolved by engineering-manager."},
	} {
		if got := f.press(step.user, step.action, step.value); !strings.HasPrefix(got.Text, step.want) {
			t.Errorf("%s\ngot  %s\nwant %s", step.action, got.Text, step.want)
		}
	}
}

func TestAReplayedPressChangesNothing(t *testing.T) {
	f := newFront(t)
	id := f.fire("backend")
	press := f.slack.Pressed("U0SYS", "acknowledge", fmt.Sprint(id)).Sign(notifierstest.SlackSecret, time.Now())
	f.deliver(press)
	f.answer(id, escalation.Resolve, "manager")
	f.answer(id, escalation.Reopen, "manager")
	before := f.incident(id)
	f.send(press)
	if got := f.press("U0STRANGER", "acknowledge", fmt.Sprint(id)); got.User != "U0STRANGER" { // what came before it has been looked at
		t.Errorf("the replay was answered: %+v", got)
	}
	if after := f.incident(id); after.State != alerting.StateOpen || after.Rev != before.Rev {
		t.Errorf("the replay made it %s", after.State)
	}
}

func TestAReplyThatCannotBeAppliedHoldsUpNoOther(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"bad", "good"} {
		if _, err := w.TakeReply(w.context(), escalation.Reply{ID: id, Channel: escalation.SMS}); err != nil {
			t.Fatal(err)
		}
		w.pass(time.Second)
	}
	decide := func(r escalation.Reply, _ escalation.Incidents, _, _ time.Time) (escalation.Answered, error) {
		if r.ID == "bad" {
			return escalation.Answered{}, errors.New("no")
		}
		return escalation.Answered{Text: "done"}, nil
	}
	var got []string
	for range 3 {
		r, a, ok, err := w.ApplyReply(w.context(), "", decide)
		w.must(err)
		if ok {
			got = append(got, r.ID+": "+a.Text)
		}
	}
	if want := []string{"bad: Tocsin could not do that, and nothing was changed. Please use its page.", "good: done"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
