package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers/notifierstest"
)

// summaries are a channel's messages that stand for many incidents.
func summaries(ms []notifierstest.SlackMessage) (out []notifierstest.SlackMessage) {
	for _, m := range board(ms) {
		if strings.Contains(m.Text, "more incident") || strings.Contains(m.Text, "of its own again") {
			out = append(out, m)
		}
	}
	return out
}

// titled are the channel's messages of an incident.
func titled(ms []notifierstest.SlackMessage, service string) (n int) {
	for _, m := range board(ms) {
		if strings.Contains(m.Text, " "+service+":") {
			n++
		}
	}
	return n
}

func TestInAStormTheChannelHasEachP0AndOneMessageForTheManyThatFallsWithTheirNumber(t *testing.T) {
	s := newSite(
		t, `slack:  {bot_token`, `slack:  {pace: 250ms, bot_token`,
		"channels: [email]", "channels: [email, slack]", // P2
	)
	s.start()
	at := time.Now()
	const many = 90
	for i := range many {
		labels := alerting.Labels{"alertname": "QueueGrows", "service": fmt.Sprintf("calm-%d", i), "severity": "warning"}
		s.send(payload(at, labels, alerting.Labels{"summary": "Something wants looking at"}))
	}
	for i := range 3 {
		labels := alerting.Labels{"alertname": "SystemDown", "service": fmt.Sprintf("vital-%d", i), "severity": "critical"}
		s.send(payload(at, labels, alerting.Labels{"summary": "It is down"}))
	}
	ctx := patience(t)
	messages, err := s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool {
		return len(summaries(ms)) == 1 && titled(ms, "vital-0")+titled(ms, "vital-1")+titled(ms, "vital-2") == 3
	})
	must(t, err)
	if sum := summaries(messages)[0]; !strings.Contains(sum.Text, "more incidents are open: ") || strings.Contains(sum.Text, "P0") || !strings.Contains(string(sum.Blocks), s.base+"/") {
		t.Errorf("the summary: %q %s", sum.Text, sum.Blocks)
	}
	t.Logf("%s beside %d messages", summaries(messages)[0].Text, len(board(messages))-1)

	// All but a few are resolved: these have messages of their own, and nobody else is heard of any more.
	for i := range many - 4 {
		labels := alerting.Labels{"alertname": "QueueGrows", "service": fmt.Sprintf("calm-%d", i), "severity": "warning"}
		p := payload(at, labels, alerting.Labels{"summary": "Something wants looking at"})
		p["status"] = "resolved"
		for _, a := range p["alerts"].([]map[string]any) {
			a["status"], a["endsAt"] = "resolved", time.Now().Format(time.RFC3339Nano)
		}
		s.send(p)
	}
	messages, err = s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool {
		own := 0
		for i := many - 4; i < many; i++ {
			own += titled(ms, fmt.Sprintf("calm-%d", i))
		}
		return own == 4 && strings.Contains(summaries(ms)[0].Text, "of its own again")
	})
	must(t, err)
	if sums := summaries(messages); len(sums) != 1 || sums[0].Edits == 0 {
		t.Errorf("%d summaries: %+v", len(sums), sums)
	}
	if n := len(board(messages)); n > many/2 {
		t.Errorf("%d messages in the channel for %d incidents", n, many+3)
	}
	var list struct{ Incidents []incident }
	s.api(http.MethodGet, "/incidents?state=open", &list)
	if len(list.Incidents) != 7 {
		t.Errorf("%d incidents are open, want 7", len(list.Incidents))
	}
}
