package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/sandbox"
	"tocsin/notifiers/shoutrrr"
	"tocsin/notifiers/slack"
	"tocsin/notifiers/twilio"
	"tocsin/web"
)

// channels are the ways out of one configuration, each real or a sandbox as it says, and what comes back
// over them.
type channels struct {
	texts    *notifiers.Texts // of all channels
	senders  map[escalation.Channel]notifiers.Sender
	board    notifiers.Board            // edits what stands in the chat channel and in direct messages
	place    bool                       // there is a chat channel for the incidents' own messages
	places   map[string]notifiers.Board // what rows name besides people, by ID
	respond  notifiers.Respond
	routes   []web.Route // what providers call
	sandbox  map[escalation.Channel]bool
	slack    *slack.Slack
	socket   *slack.Socket // Slack's Socket Mode; nil: Slack calls
	services *shoutrrr.Shoutrrr
}

// channelStore keeps what comes back over the channels, and what they have to know of before they send.
type channelStore interface {
	slack.Inbox
	slack.Threads
	slack.Turns
	twilio.Receipts
	twilio.Calls
	twilio.Spending
	twilio.OptOuts
	twilio.Answers
}

// behind is what channels work with besides a configuration. Without a store nothing comes back, and nothing
// that left is counted.
type behind struct {
	keep    sandbox.Keeper
	client  *http.Client
	store   channelStore
	replies *notifiers.Replies // together with store
	desk    slack.Desk         // together with store
	known   *slack.Known       // stays over a reload; nil: nobody
	log     *slog.Logger
}

func newChannels(cfg *config.Config, b behind) (*channels, error) {
	c := &channels{
		senders: map[escalation.Channel]notifiers.Sender{}, places: map[string]notifiers.Board{},
		sandbox: map[escalation.Channel]bool{},
	}
	texts, err := cfg.Notifiers.NewTexts()
	if err != nil {
		return nil, fmt.Errorf("notifiers.texts: %w", err)
	}
	texts.OnFallback(func(name string, err error) {
		b.log.Warn("a text of the configuration could not be written, so the built-in one was: mend notifiers.texts", "text", name, "error", err)
	})
	c.texts = texts
	c.addSlack(cfg, b, texts)
	if err := c.addTwilio(cfg, b, texts); err != nil {
		return nil, err
	}
	if err := c.addEmail(cfg, b, texts); err != nil {
		return nil, err
	}
	c.addWebhook(cfg, b)
	return c, c.addServices(cfg, b, texts)
}

// add makes s a channel, or its sandbox.
func (c *channels) add(channel escalation.Channel, s renderingSender, keep sandbox.Keeper, kept bool) {
	c.senders[channel], c.sandbox[channel] = s, kept
	if kept {
		c.senders[channel] = sandbox.New(channel, s, keep)
	}
}

// renderingSender is a channel as each package of notifiers makes it.
type renderingSender interface {
	notifiers.Sender
	notifiers.Renderer
}

// take adds a webhook that a provider posts to.
func (c *channels) take(pattern string, h http.Handler) {
	c.routes = append(c.routes, web.Route{Method: http.MethodPost, Pattern: pattern, Handler: h})
}

func (c *channels) addSlack(cfg *config.Config, b behind, texts *notifiers.Texts) {
	o := cfg.Notifiers.Slack
	options := slack.Options{
		BotToken: string(o.BotToken), SigningSecret: string(o.SigningSecret), AppToken: string(o.AppToken), Channel: o.Channel,
		TeamID: o.TeamID, APIURL: o.APIURL, HTTP: b.client, Texts: texts, Known: b.known, Pace: o.Pace,
	}
	if b.store != nil {
		options.Turns = b.store
	}
	c.slack = slack.New(options)
	c.respond = func(ctx context.Context, r escalation.Reply, text string) error {
		return c.slack.Respond(ctx, r.Respond, text)
	}
	c.add(escalation.Slack, c.slack, b.keep, o.Sandbox)
	c.board, c.place = c.slack, o.Channel != "" || o.Sandbox
	if o.Sandbox {
		c.board = sandbox.NewBoard(escalation.Slack, c.slack, b.keep)
	}
	if b.store == nil {
		return
	}
	in := slack.Intake{Inbox: b.store, Wake: func() { b.replies.WakeIn(0) }, Threads: b.store, Desk: b.desk}
	if o.SigningSecret != "" {
		c.take("/slack/actions", c.slack.ActionsHandler(in))
		c.take("/slack/commands", c.slack.CommandsHandler(in))
		c.take("/slack/events", c.slack.EventsHandler(in))
	}
	if o.AppToken != "" && !o.Sandbox {
		c.socket = c.slack.Socket(in, b.log)
	}
}

func (c *channels) addTwilio(cfg *config.Config, b behind, texts *notifiers.Texts) error {
	o := cfg.Notifiers.Twilio
	words, err := twilio.NewVocabulary(o.Keywords.Twilio())
	if err != nil {
		return fmt.Errorf("notifiers.twilio.keywords: %w", err)
	}
	options := twilio.Options{
		AccountSID: o.AccountSID, AuthToken: string(o.AuthToken), From: o.From, FromFallback: o.FromFallback, APIURL: o.APIURL,
		PublicURL: cfg.Server.PublicURL, HTTP: b.client, Countries: o.Countries, Vocabulary: words, Texts: texts, Zone: cfg.Timezone, Log: b.log,
	}
	if b.store != nil {
		options.Spending, options.OptOuts, options.Answers, options.Known = b.store, b.store, b.store, cfg.HasPhone
		options.Locale = func(number string) notifiers.Locale { return b.replies.LocaleOf(escalation.SMS, number) }
		options.Budget = twilio.Budget{Daily: o.Daily, Reserved: int(o.Reserved)}
	}
	t := twilio.New(options)
	c.add(escalation.SMS, t, b.keep, o.Sandbox)
	c.add(escalation.Voice, t.Voice(), b.keep, o.Sandbox)
	if o.AuthToken == "" || b.store == nil {
		return nil
	}
	c.take("/twilio/status", t.StatusHandler(b.store))
	c.take("/twilio/sms", t.InboundHandler(b.store, b.replies.Apply))
	for path, h := range t.CallHandlers(b.store, b.store, b.replies.Apply) {
		c.take(path, h)
	}
	return nil
}

func (c *channels) addEmail(cfg *config.Config, b behind, texts *notifiers.Texts) error {
	o := cfg.Notifiers.Email
	if o.Sandbox && o.SMTP == "" {
		o.SMTP = "localhost:25"
	}
	if o.Sandbox && o.From == "" {
		o.From = "Tocsin <tocsin@localhost>"
	}
	e, err := email.New(email.Options{
		SMTP: o.SMTP, From: o.From, Username: o.Username, Password: string(o.Password), Unsubscribe: o.Unsubscribe,
		TLS: email.TLS(o.TLS), PublicURL: cfg.Server.PublicURL, Texts: texts,
	})
	if err != nil {
		return fmt.Errorf("notifiers.email: %w", err)
	}
	c.add(escalation.Email, e, b.keep, o.Sandbox)
	return nil
}

// close ends what a configuration that is no longer in force has left running.
func (c *channels) close() { c.services.Close() }

// errNoPlace is of a place that the configuration no longer names.
var errNoPlace = &notifiers.Failure{Class: notifiers.Permanent, Code: "place", Err: errors.New("the configuration does not name this place any more")}

// providerTransport keeps connections to providers open, so that a page does not wait for a handshake.
func providerTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64
	t.IdleConnTimeout = 5 * time.Minute
	return t
}
