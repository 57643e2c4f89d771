package samples_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/shoutrrr"
	"tocsin/notifiers/slack"
	"tocsin/notifiers/twilio"
	"tocsin/notifiers/webhook"
)

// shown is one channel's way to show a message in Markdown; brief leaves out what other kinds have shown.
type shown struct {
	name, title string
	write       func(n notifiers.Notice, brief bool) string
}

// channels are all of them, with their built-in texts.
func channels(t *testing.T) []shown {
	t.Helper()
	const public = "https://tocsin.example.com"
	phone := twilio.New(twilio.Options{AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom, PublicURL: public})
	mail, err := email.New(email.Options{SMTP: "127.0.0.1:25", From: "Tocsin <tocsin@example.com>", PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	services, err := shoutrrr.New(shoutrrr.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(services.Close)
	chat := slack.New(slack.Options{BotToken: notifierstest.SlackToken, Channel: "C0INCIDENTS"})
	posts := webhook.New(webhook.Options{Secret: notifierstest.WebhookSecret, Now: time.Date(2026, 3, 2, 2, 41, 8, 0, time.UTC)})
	return []shown{
		{"sms", "SMS", func(n notifiers.Notice, _ bool) string { return sms(phone.Render(n).Text) }},
		{"voice", "A call, as it is heard", func(n notifiers.Notice, _ bool) string { return text(phone.Voice().Render(n).Text) }},
		{"slack", "Slack", func(n notifiers.Notice, brief bool) string { return text(drawn(t, chat.Render(n).Payload, brief)) }},
		{"email", "Email", func(n notifiers.Notice, brief bool) string { return text(letter(mail.Render(n), brief)) }},
		{"webhook", "Webhook", func(n notifiers.Notice, brief bool) string {
			return object(t, webhookBody(t, posts.Render(first(n)).Payload, brief))
		}},
		{"url", "A service (ntfy)", func(n notifiers.Notice, brief bool) string { return text(service(services.Render(n), brief)) }},
	}
}

// first is n with the first incident of its bundle alone: posts are long.
func first(n notifiers.Notice) notifiers.Notice {
	if n.Bundle != nil {
		b := *n.Bundle
		b.Items = b.Items[:1]
		n.Bundle = &b
	}
	return n
}

func text(s string) string { return "```text\n" + strings.TrimRight(s, "\n") + "\n```\n" }

func object(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	return "```json\n" + b.String() + "\n```\n"
}

// sms counts the characters of GSM-7 as a telephone does: those of the extension are two.
func sms(s string) string {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if strings.ContainsRune(`^{}\[~]|€`, r) {
			n++
		}
	}
	segments := "1 segment"
	if n > 160 {
		segments = fmt.Sprintf("%d segments", (n+152)/153)
	}
	return fmt.Sprintf("%s%d characters, %s.\n", text(s)+"\n", n, segments)
}

// letter is a mail's subject and text; in brief what stands before the facts, and the last line.
func letter(r notifiers.Rendered, brief bool) string {
	body := r.Text
	if brief {
		head, _, _ := strings.Cut(body, "\n\nAcknowledge")
		_, foot, _ := strings.Cut(body, "\n-- \n")
		body = head + "\n...\n\n-- \n" + foot
	}
	return "Subject: " + r.Subject + "\n\n" + body
}

func service(r notifiers.Rendered, brief bool) string {
	body := r.Text
	if brief {
		first, _, _ := strings.Cut(body, "\n")
		body = first + "\n..."
	}
	return r.Subject + "\n\n" + body
}

// webhookBody is a post; in brief without the incident.
func webhookBody(t *testing.T, raw json.RawMessage, brief bool) json.RawMessage {
	t.Helper()
	if !brief {
		return raw
	}
	before, rest, ok := bytes.Cut(raw, []byte(`"incident":{`))
	if !ok {
		return raw
	}
	depth := 1
	for i, c := range rest {
		switch c {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return append(append(bytes.Clone(before), `"incident":{}`...), rest[i+1:]...)
			}
		}
	}
	t.Fatalf("%s ends within its incident", raw)
	return nil
}
