package slack

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// Respond writes text to the person who pressed a button, and to nobody else; to is the response_url
// that came with the press. The error is a *notifiers.Failure.
func (s *Slack) Respond(ctx context.Context, to, text string) error {
	if !s.ours(to) {
		return &notifiers.Failure{Class: notifiers.Permanent, Code: "response_url", Err: errors.New("the response_url is not one of Slack's")}
	}
	trip := notifiers.NewTrip(ctx, s.opts.HTTP)
	answer := ephemeral(prose(text, sectionLimit))
	err := slack.PostWebhookCustomHTTPContext(ctx, to, trip.Client(), &slack.WebhookMessage{
		ResponseType: answer.ResponseType, ReplaceOriginal: false, Text: answer.Text, Parse: answer.Parse, Blocks: &slack.Blocks{BlockSet: answer.Blocks},
	})
	if err != nil {
		f := trip.Failure(fmt.Errorf("answering in Slack: %w", withoutURL(err)))
		if f.Class == notifiers.Misconfigured { // the address is no setting, and it expires
			f.Class = notifiers.Permanent
		}
		return f
	}
	return nil
}

// ours reports whether raw is an address that Slack, or the configured stand-in for it, gives out for
// answers: nothing else is called, whoever asks for it. Slack for governments has a domain of its own.
func (s *Slack) ours(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Opaque != "" {
		return false
	}
	if u.Scheme == "https" && (u.Host == "hooks.slack.com" || u.Host == "hooks.slack-gov.com") {
		return true
	}
	api, err := url.Parse(s.opts.APIURL)
	return err == nil && u.Host != "" && u.Scheme == api.Scheme && u.Host == api.Host
}

// withoutURL takes the address out of an error: whoever has it can write in Slack.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}
