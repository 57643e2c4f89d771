package main

import (
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

// channels are the ways out, each real or a sandbox as the configuration says.
type channels struct {
	senders map[escalation.Channel]notifiers.Sender
	board   notifiers.Board // nil: no chat channel shows the incidents
	routes  []web.Route     // what providers call
}

func newChannels(cfg *config.Config, keep sandbox.Keeper, receipts twilio.Receipts) (*channels, error) {
	client := &http.Client{Transport: providerTransport()}
	c := &channels{senders: map[escalation.Channel]notifiers.Sender{}}
	c.addSlack(cfg, client, keep)
	c.addTwilio(cfg, client, keep, receipts)
	return c, c.addEmail(cfg, keep)
}

func (c *channels) addSlack(cfg *config.Config, client *http.Client, keep sandbox.Keeper) {
	o := cfg.Notifiers.Slack
	s := slack.New(slack.Options{BotToken: string(o.BotToken), Channel: o.Channel, APIURL: o.APIURL, HTTP: client})
	c.senders[escalation.Slack] = s
	if o.Channel != "" {
		c.board = s
	}
	if o.Sandbox {
		c.senders[escalation.Slack] = sandbox.New(escalation.Slack, s, keep)
		c.board = sandbox.NewBoard(escalation.Slack, s, keep)
	}
}

func (c *channels) addTwilio(cfg *config.Config, client *http.Client, keep sandbox.Keeper, receipts twilio.Receipts) {
	o := cfg.Notifiers.Twilio
	t := twilio.New(twilio.Options{
		AccountSID: o.AccountSID, AuthToken: string(o.AuthToken), From: o.From, APIURL: o.APIURL,
		PublicURL: cfg.Server.PublicURL, HTTP: client,
	})
	c.senders[escalation.SMS] = t
	if o.Sandbox {
		c.senders[escalation.SMS] = sandbox.New(escalation.SMS, t, keep)
		return
	}
	c.routes = append(c.routes, web.Route{Method: http.MethodPost, Pattern: "/twilio/status", Handler: t.StatusHandler(receipts)})
}

func (c *channels) addEmail(cfg *config.Config, keep sandbox.Keeper) error {
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
		c.senders[escalation.Email] = sandbox.New(escalation.Email, e, keep)
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
