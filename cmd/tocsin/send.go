package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/shoutrrr"
	"tocsin/notifiers/webhook"

	"github.com/google/uuid"
)

// sendTime bounds how long a provider may take with a test message.
const sendTime = 15 * time.Second

// sendCmd sends a test message to one person, at once: with the configuration's credentials, and without
// the outbox of a running Tocsin. It needs no database.
type sendCmd struct {
	To      string             `required:"" placeholder:"PERSON" help:"Who is to have it: a key under people."`
	Channel escalation.Channel `required:"" enum:"sms,voice,email,slack,webhook,url" placeholder:"CHANNEL" help:"sms, voice, email, slack, webhook or url."`
}

func (cmd *sendCmd) run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return err
	}
	people := cfg.Policy().Directory.People
	person, ok := people[cmd.To]
	if !ok {
		return fmt.Errorf("there is nobody called %q under people%s", cmd.To, config.Hint(cmd.To, slices.Sorted(maps.Keys(people))))
	}
	if person.Address(cmd.Channel) == "" {
		return fmt.Errorf("%s has no address for %s: the configuration gives them none", cmd.To, cmd.Channel)
	}
	client := &http.Client{Transport: providerTransport()}
	defer client.CloseIdleConnections()
	ways, err := newChannels(cfg, behind{keep: printer{e.stdout}, client: client, log: slog.New(slog.NewTextHandler(e.stderr, nil))})
	if err != nil {
		return err
	}
	defer ways.close()
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	receipt, err := ways.senders[cmd.Channel].Send(ctx, cmd.notice(cfg, person, time.Now()))
	if err != nil {
		return fmt.Errorf("the test message to %s over %s: %s", cmd.To, cmd.Channel, failed(notifiers.AsFailure(err)))
	}
	if !ways.sandbox[cmd.Channel] {
		fmt.Fprintf(e.stdout, "the test message to %s over %s (%s) is accepted: %s\n",
			cmd.To, cmd.Channel, shownAddress(person, cmd.Channel), notifiers.Plain(receipt.ProviderID))
	}
	return nil
}

// failed is why a message did not go out, and what to do about it.
func failed(f *notifiers.Failure) string {
	text := notifiers.Plain(f.Err.Error())
	if f.Code != "" {
		text += " (" + notifiers.Plain(f.Code) + ")"
	}
	switch f.Class {
	case notifiers.Permanent:
		return text + "; check the person's address"
	case notifiers.Lost:
		return text + "; it may have gone out all the same: ask them before you send another"
	case notifiers.Misconfigured:
		return text + "; check the channel's credentials and settings"
	}
	return text + "; try again in a minute"
}

// notice is the test message. It has an attempt that no outbox knows: what the provider reports of it
// later is not kept.
func (cmd *sendCmd) notice(cfg *config.Config, person escalation.Person, now time.Time) notifiers.Notice {
	locale := locale(cfg).For(person)
	return notifiers.Notice{
		AttemptID: uuid.NewString(), Person: person,
		Page: notifiers.Page{
			Kind: "message", Person: person.ID, Channel: cmd.Channel, CreatedAt: now,
			Message: &escalation.Message{
				Person: person.ID, Channels: []escalation.Channel{cmd.Channel}, Subject: "Test message",
				Text: fmt.Sprintf("This is a test: Tocsin reaches you over %s.\nIt was sent on %s. There is nothing to do.\n", cmd.Channel, locale.Time(now)),
				URL:  cfg.Server.PublicURL,
			},
		},
		Brief: notifiers.Brief{Locale: locale},
	}
}

// shownAddress is a person's address as it may be printed: those that may hold secrets are masked.
func shownAddress(p escalation.Person, c escalation.Channel) string {
	switch c {
	case escalation.Webhook:
		return webhook.Mask(p.Webhook)
	case escalation.URL:
		return shoutrrr.Mask(p.URL)
	}
	return p.Address(c)
}

// printer shows what a sandbox would have sent. It stores nothing, and nothing comes back to it.
type printer struct{ out io.Writer }

// Keep writes a message as it would have left.
func (p printer) Keep(_ context.Context, o notifiers.Outgoing) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s is a sandbox: nothing was sent. This would have gone to %s:\n\n", o.Channel, o.To)
	if o.Subject != "" {
		fmt.Fprintf(&b, "Subject: %s\n\n", o.Subject)
	}
	fmt.Fprintln(&b, o.Text)
	if o.Payload != nil {
		if err := json.Indent(&b, o.Payload, "", "  "); err != nil {
			return errors.New("the message's blocks cannot be shown")
		}
		fmt.Fprintln(&b)
	}
	_, err := p.out.Write(b.Bytes())
	return err
}
