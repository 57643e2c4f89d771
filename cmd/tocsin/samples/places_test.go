package samples_test

import (
	"testing"
	"time"

	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/shoutrrr"
	"tocsin/notifiers/slack"
	"tocsin/notifiers/webhook"
)

// told is what a place is told, in Markdown.
type told struct{ title, text string }

// places are what Slack's channel, its thread and the places of the matrix are told of an incident that
// somebody has acknowledged.
func places(t *testing.T) []told {
	t.Helper()
	b := notifierstest.Samples()["acknowledged"].Brief
	chat := slack.New(slack.Options{BotToken: notifierstest.SlackToken, Channel: "C0INCIDENTS"})
	storm := notifiers.Summary{BySeverity: [4]int{0, 3, 9977, 0}, URL: "https://tocsin.example.com/", Locale: b.Locale}
	posts := webhook.New(webhook.Options{Secret: notifierstest.WebhookSecret, Now: time.Date(2026, 3, 2, 2, 45, 8, 0, time.UTC)})
	services, err := shoutrrr.New(shoutrrr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(services.Close)
	return []told{
		{"Slack's channel: one message for each incident, edited at each change", text(drawn(t, chat.RenderBrief(b).Payload, false))},
		{"In a storm: one message for the many that have none of their own", text(drawn(t, chat.RenderSummary(storm).Payload, false))},
		{"The same when the storm is over", text(drawn(t, chat.RenderSummary(notifiers.Summary{Locale: b.Locale}).Payload, false))},
		{"Its thread: the timeline", text(seen(chat.RenderReply(b, notifierstest.Entries()).Text))},
		{"A webhook, at each change of state or severity", object(t, webhookBody(t, posts.Place("https://hooks.example.com/x").RenderBrief(b).Payload, true))},
		{"A service (ntfy), likewise", text(service(services.Place("ntfy://ntfy.sh/x").RenderBrief(b), false))},
	}
}
