package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

// overOnly makes the shipped example tell of P0 over these channels.
func overOnly(channels string) []string {
	return []string{"channels: [sms, email, slack]", "channels: [" + channels + "]"}
}

// whose gives the system-admin more keys.
func whose(keys string) []string {
	return []string{"slack: U0SYS, reach: on-call", "slack: U0SYS, reach: on-call, " + keys}
}

func TestAKeyPressedInACallAcknowledges(t *testing.T) {
	s := newSite(t, overOnly("voice")...)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	calls, err := s.twilio.WaitCalls(ctx, 1)
	must(t, err)
	if calls[0].To != "+15005550003" {
		t.Errorf("called %s", calls[0].To)
	}
	line, err := s.twilio.Answer(ctx, calls[0], "human")
	must(t, err)
	must(t, line.Press(ctx, "4"))
	if code, err := s.twilio.CallStatus(ctx, calls[0], "completed", "human"); err != nil || code != http.StatusNoContent {
		t.Errorf("the call's end: %d, %v", code, err)
	}
	got := s.only()
	if got.State != "acknowledged" || got.By != "system-admin" || got.Pages[0].Channel != "voice" || got.Pages[0].State != "delivered" {
		t.Errorf("%+v", got)
	}
}

func TestACommandInSlackAcknowledgesAndAWordInTheThreadIsANote(t *testing.T) {
	s := newSite(t)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	messages, err := s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool { return len(board(ms)) == 1 })
	must(t, err)
	id := s.only().ID
	typed := s.slack.Typed("U0SYS", "/tocsin", fmt.Sprintf("ack %d", id)).Sign(notifierstest.SlackSecret, time.Now())
	for range 2 { // the second is a replay
		if code, err := typed.Send(ctx, s.base+"/slack/commands"); err != nil || code != http.StatusOK {
			t.Fatalf("%d, %v", code, err)
		}
	}
	answers, err := s.slack.WaitForAnswers(ctx, 1)
	must(t, err)
	if got := s.only(); got.State != "acknowledged" || got.By != "system-admin" || !strings.Contains(answers[0].Text, "cknowledged") {
		t.Errorf("%+v, %+v", got, answers)
	}

	root := board(messages)[0]
	eventually(t, "the thread is known", func() bool {
		note := notifierstest.Event("Ev"+fmt.Sprint(time.Now().UnixNano()), map[string]any{
			"type": "message", "channel": root.Channel, "user": "U0SYS", "ts": "1800000000.000001", "thread_ts": root.TS, "text": "restarting the backend",
		})
		code, err := note.Sign(notifierstest.SlackSecret, time.Now()).Send(ctx, s.base+"/slack/events")
		must(t, err)
		return code == http.StatusOK && slices.ContainsFunc(s.only().Timeline, func(e struct{ Kind, Actor, Text string }) bool {
			return e.Actor == "system-admin" && strings.Contains(e.Text, "restarting the backend")
		})
	})
}

func TestAWebhookOfAPersonAndPlacesAreToldInSignedPosts(t *testing.T) {
	hook, services := notifierstest.NewWebhook(t), notifierstest.NewServices(t)
	ntfy := "ntfy://" + services.Addr + "/alerts?scheme=http"
	edits := append(overOnly("webhook]\n    failover: 0\n    webhook: [\""+hook.URL+"/place\"]\n    url: [\""+ntfy+"\""),
		whose(`webhook: "`+hook.URL+`/admin"`)...)
	edits = append(edits, "watchdog: {url", fmt.Sprintf("  webhook: {secret: %q, allow: [127.0.0.1]}\n  url: {allow: [127.0.0.1]}\nwatchdog: {url", notifierstest.WebhookSecret))
	s := newSite(t, edits...)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	_, err := hook.Wait(ctx, 2)
	must(t, err)
	_, err = services.Wait(ctx, 1)
	must(t, err)
	id := s.only().ID
	s.api(http.MethodPost, fmt.Sprintf("/incidents/%d/acknowledge", id), nil)
	eventually(t, "the place is told who has it", func() bool { return len(eventsAt(t, hook, "/place")) == 2 && len(services.Messages()) == 2 })
	s.api(http.MethodPost, fmt.Sprintf("/incidents/%d/escalate", id), nil) // is no change of its state
	s.api(http.MethodPost, fmt.Sprintf("/incidents/%d/resolve", id), nil)
	eventually(t, "the place and the person are told that it is resolved", func() bool {
		return slices.Equal(eventsAt(t, hook, "/place"), []string{"incident.opened", "incident.updated", "incident.resolved"}) &&
			slices.Equal(slices.Compact(eventsAt(t, hook, "/admin")), []string{"page", "clear"}) && len(services.Messages()) == 3
	})
	for _, p := range hook.Posts() {
		if p.Duplicate {
			t.Errorf("%s was posted twice", p.Key)
		}
	}
}

// eventsAt are the events posted to a path, in order.
func eventsAt(t *testing.T, hook *notifierstest.Webhook, path string) (out []string) {
	t.Helper()
	for _, p := range hook.Posts() {
		var body struct{ Event string }
		must(t, json.Unmarshal(p.Body, &body))
		if p.Path == path {
			out = append(out, body.Event)
		}
	}
	return out
}

func TestAPersonIsWrittenToInTheirLanguageAndTheOrganisationsWords(t *testing.T) {
	edits := append(overOnly("sms"), whose("language: de")...)
	s := newSite(t, append(edits, "watchdog: {url", "  texts: {sms.page.de: \"ALARM {{.Severity}} {{.Number}} {{.Name}}\"}\nwatchdog: {url")...)
	s.start()
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	sms, err := s.twilio.Wait(ctx, 1)
	must(t, err)
	if want := fmt.Sprintf("ALARM P0 %d SystemDown backend", s.only().ID); !strings.HasPrefix(sms[0].Body, want) {
		t.Errorf("%q does not begin %q", sms[0].Body, want)
	}
	s.api(http.MethodPost, fmt.Sprintf("/incidents/%d/resolve", s.only().ID), nil)
	sms, err = s.twilio.Wait(ctx, 2)
	must(t, err)
	if !strings.Contains(sms[1].Body, "Entwarnung") {
		t.Errorf("the all clear is not German: %q", sms[1].Body)
	}
}

func TestWhoeverSentStopGetsNoSMS(t *testing.T) {
	s := newSite(t, overOnly("sms")...)
	s.start()
	ctx := patience(t)
	if code, body, err := s.twilio.Incoming(ctx, s.base+"/twilio/sms", "+15005550003", "STOP"); err != nil || code != http.StatusOK || strings.Contains(body, "<Message>") {
		t.Fatalf("%d %q %v", code, body, err)
	}
	s.send(firstAlerts(time.Now())[0])
	eventually(t, "the page has failed", func() bool {
		pages := s.only().Pages
		return len(pages) > 0 && pages[0].State == "failed"
	})
	if got := s.only().Pages[0]; len(got.Attempts) == 0 || !strings.Contains(got.Attempts[0].Error, "has sent STOP") || strings.Contains(got.Attempts[0].Error, "+15005550003") {
		t.Errorf("%+v", got)
	}
	for _, m := range s.twilio.Messages() {
		if m.To == "+15005550003" {
			t.Errorf("written to: %+v", m)
		}
	}
}
