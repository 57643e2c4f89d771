package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
)

// overSocket has Slack reach Tocsin over Socket Mode alone.
var overSocket = []string{`signing_secret: "${env:SLACK_SIGNING_SECRET}"`, "app_token: " + notifierstest.SlackAppToken}

// acknowledged waits until an envelope has been, and returns what it was answered with.
func (s *site) acknowledged(envelope string) (payload string) {
	s.t.Helper()
	eventually(s.t, "the envelope is acknowledged", func() bool {
		acks := s.slack.Acks()
		at := slices.IndexFunc(acks, func(a notifierstest.SlackAck) bool { return a.Envelope == envelope })
		if at >= 0 {
			payload = string(acks[at].Payload)
		}
		return at >= 0
	})
	return payload
}

// kinds counts an incident's timeline by kind of entry.
func (i incident) kinds() map[string]int {
	out := map[string]int{}
	for _, e := range i.Timeline {
		out[e.Kind]++
	}
	return out
}

func TestOverSocketModeAnAlertIsAnsweredAndACutLineLosesNothingAndDoublesNothing(t *testing.T) {
	s := newSite(t, overSocket...)
	program := s.start()
	if code := status(s.base + "/slack/actions"); code != http.StatusNotFound {
		t.Errorf("without a signing secret Slack's address answers %d", code)
	}
	s.send(firstAlerts(time.Now())[0])
	ctx := patience(t)
	messages, err := s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool {
		return len(directTo(ms, "U0SYS")) == 1 && len(board(ms)) == 1
	})
	must(t, err)
	id := s.only().ID
	number := fmt.Sprint(id)

	// A stranger's press changes nothing, and they are told so.
	s.acknowledged(s.slack.Deliver(s.slack.Pressed("U0STRANGER", "acknowledge", number)))
	answers, err := s.slack.WaitForAnswers(ctx, 1)
	must(t, err)
	if got := s.only(); got.State != "open" || answers[0].User != "U0STRANGER" || strings.Contains(answers[0].Text, "cknowledged #") {
		t.Errorf("after a stranger's press: %s, who is told %q", got.State, answers[0].Text)
	}

	// A button acknowledges, a command lists.
	s.acknowledged(s.slack.Deliver(s.slack.Pressed("U0SYS", "acknowledge", number)))
	_, err = s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool {
		return strings.Contains(board(ms)[0].Text, "acknowledged") && strings.Contains(directTo(ms, "U0SYS")[0].Text, "acknowledged")
	})
	must(t, err)
	if got := s.only(); got.State != "acknowledged" || got.By != "system-admin" {
		t.Errorf("after the press: %+v", got)
	}
	if said := s.acknowledged(s.slack.Deliver(s.slack.Typed("U0SYS", "/tocsin", "list"))); !strings.Contains(said, "#"+number) || !strings.Contains(said, "ephemeral") {
		t.Errorf("list is answered %s", said)
	}

	// The line is cut while all this is on its way.
	root := board(messages)[0]
	sent := []string{
		s.slack.Deliver(s.slack.Typed("U0SYS", "/tocsin", "page database-admin come to the war room")),
		s.slack.Deliver(s.slack.Typed("U0SYS", "/tocsin", "override primary devops-lead 8h")),
		s.slack.Deliver(s.slack.Typed("U0SYS", "/tocsin", "override primary <@U0STRANGER> 8h")),
	}
	s.slack.Break()
	sent = append(sent,
		s.slack.Deliver(notifierstest.Event("Ev1", map[string]any{
			"type": "message", "channel": root.Channel, "user": "U0SYS", "ts": "1800000000.000001", "thread_ts": root.TS, "text": "restarting the backend",
		})),
		s.slack.Deliver(s.slack.Pressed("U0SYS", "resolve", number)))
	for _, envelope := range sent {
		s.acknowledged(envelope)
	}
	eventually(t, "it is resolved", func() bool { return s.only().State == "resolved" })
	if s.slack.Greetings() < 2 || s.slack.Unacknowledged() != 0 || len(s.slack.Objections()) != 0 {
		t.Errorf("%d lines, %d envelopes left, %v", s.slack.Greetings(), s.slack.Unacknowledged(), s.slack.Objections())
	}

	// Over two replicas' lines one envelope is one command.
	s.replica().start()
	eventually(t, "both replicas have a line", func() bool { return s.slack.Connections() == 2 })
	s.acknowledged(s.slack.DeliverTwice(s.slack.Typed("U0SYS", "/tocsin", "override primary devops-lead 9h")))
	s.doneOnce(map[string]int{"primary": 2})
	eventually(t, "all of it has left", func() bool { return s.unsent(t).all == 0 })
	if err := program.stop(10 * time.Second); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
}

// doneOnce checks what the commands and presses over the socket came to.
func (s *site) doneOnce(overrides map[string]int) {
	s.t.Helper()
	var made struct {
		Overrides []struct{ Rotation, Person string }
	}
	s.api(http.MethodGet, "/overrides", &made)
	got := map[string]int{}
	for _, o := range made.Overrides {
		got[o.Rotation]++
	}
	if fmt.Sprint(got) != fmt.Sprint(overrides) {
		s.t.Errorf("overrides %v, want %v", got, overrides)
	}
	kinds := s.only().kinds()
	if kinds["acknowledged"] != 1 || kinds["resolved"] != 1 || kinds["note"] != 1 {
		s.t.Errorf("the timeline has %v", kinds)
	}
	told := 0
	for _, m := range s.twilio.Messages() {
		if strings.Contains(m.Body, "come to the war room") {
			told++
		}
	}
	if told != 1 {
		s.t.Errorf("the war room was called for %d times", told)
	}
}
