package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/sandbox"
	"tocsin/notifiers/slack"
	"tocsin/notifiers/twilio"
	"tocsin/web"
)

// channels are the ways out of one configuration, each real or a sandbox as it says, and what comes back
// over them.
type channels struct {
	senders map[escalation.Channel]notifiers.Sender
	board   notifiers.Board // edits what stands in the chat channel and in direct messages
	place   bool            // there is a chat channel for the incidents' own messages
	respond notifiers.Respond
	routes  []web.Route // what providers call
	sandbox map[escalation.Channel]bool
}

// channelStore keeps what sandboxes would have sent, and what comes back over the channels.
type channelStore interface {
	sandbox.Keeper
	slack.Inbox
	twilio.Receipts
}

func newChannels(cfg *config.Config, store channelStore, replies *notifiers.Replies, client *http.Client) (*channels, error) {
	n := cfg.Notifiers
	c := &channels{
		senders: map[escalation.Channel]notifiers.Sender{},
		sandbox: map[escalation.Channel]bool{escalation.Slack: n.Slack.Sandbox, escalation.SMS: n.Twilio.Sandbox, escalation.Email: n.Email.Sandbox},
	}
	c.addSlack(cfg, client, store, replies)
	c.addTwilio(cfg, client, store, replies)
	return c, c.addEmail(cfg, store)
}

func (c *channels) addSlack(cfg *config.Config, client *http.Client, store channelStore, replies *notifiers.Replies) {
	o := cfg.Notifiers.Slack
	s := slack.New(slack.Options{
		BotToken: string(o.BotToken), SigningSecret: string(o.SigningSecret), Channel: o.Channel, APIURL: o.APIURL, HTTP: client,
	})
	c.respond = func(ctx context.Context, r escalation.Reply, text string) error {
		return s.Respond(ctx, r.Respond, text)
	}
	c.senders[escalation.Slack] = s
	c.board, c.place = s, o.Channel != "" || o.Sandbox
	if o.Sandbox {
		c.senders[escalation.Slack] = sandbox.New(escalation.Slack, s, store)
		c.board = sandbox.NewBoard(escalation.Slack, s, store)
	}
	if o.SigningSecret != "" {
		c.take("/slack/actions", s.ActionsHandler(store, func() { replies.WakeIn(0) }))
	}
}

// take adds a webhook that a provider posts to.
func (c *channels) take(pattern string, h http.Handler) {
	c.routes = append(c.routes, web.Route{Method: http.MethodPost, Pattern: pattern, Handler: h})
}

func (c *channels) addTwilio(cfg *config.Config, client *http.Client, store channelStore, replies *notifiers.Replies) {
	o := cfg.Notifiers.Twilio
	t := twilio.New(twilio.Options{
		AccountSID: o.AccountSID, AuthToken: string(o.AuthToken), From: o.From, APIURL: o.APIURL,
		PublicURL: cfg.Server.PublicURL, HTTP: client,
	})
	c.senders[escalation.SMS] = t
	if o.Sandbox {
		c.senders[escalation.SMS] = sandbox.New(escalation.SMS, t, store)
	}
	if o.AuthToken != "" {
		c.take("/twilio/status", t.StatusHandler(store))
		c.take("/twilio/sms", t.InboundHandler(store, replies.Apply))
	}
}

func (c *channels) addEmail(cfg *config.Config, store channelStore) error {
	o := cfg.Notifiers.Email
	if o.Sandbox && o.SMTP == "" {
		o.SMTP = "localhost:25"
	}
	if o.Sandbox && o.From == "" {
		o.From = "Tocsin <tocsin@localhost>"
	}
	e, err := email.New(email.Options{
		SMTP: o.SMTP, From: o.From, Username: o.Username, Password: string(o.Password),
		TLS: email.TLS(o.TLS), PublicURL: cfg.Server.PublicURL,
	})
	if err != nil {
		return fmt.Errorf("notifiers.email: %w", err)
	}
	c.senders[escalation.Email] = e
	if o.Sandbox {
		c.senders[escalation.Email] = sandbox.New(escalation.Email, e, store)
	}
	return nil
}

// providerTransport keeps connections to providers open, so that a page does not wait for a handshake.
func providerTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.IdleConnTimeout = 5 * time.Minute
	return t
}
