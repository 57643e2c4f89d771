package twilio

import (
	"context"
	"errors"
	"net/url"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

const (
	ringSeconds   = 30  // then nobody answers
	callSeconds   = 180 // then Twilio ends the call, whatever is said
	listenSeconds = 5   // then whoever answered is told, whether or not Twilio knows what they are
)

// Voice is the channel that calls: a notifiers.Sender and Renderer. It is safe for concurrent use.
type Voice struct{ t *Twilio }

// Voice is this account's channel for calls.
func (t *Twilio) Voice() *Voice { return &Voice{t} }

// Send makes Twilio call the person. When they answer Twilio asks at /twilio/voice what to say, and it
// reports to /twilio/voice/status how the call goes. Twilio listens who it is first: a person hears the message
// once they are known as one, or after listenSeconds at the latest; a machine after its greeting, where that is
// no longer. One with a longer greeting is taken for somebody who is not known, and records the second reading.
// https://www.twilio.com/docs/voice/answering-machine-detection
func (v *Voice) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	to := n.Person.Address(escalation.Voice)
	if err := v.t.mayLeave(ctx, escalation.Voice, to, n.Page.Severity); err != nil {
		return notifiers.Receipt{}, err
	}
	return v.t.bySender(func(from string) (notifiers.Receipt, *notifiers.Failure) { return v.call(ctx, n, to, from) })
}

func (v *Voice) call(ctx context.Context, n notifiers.Notice, to, from string) (notifiers.Receipt, *notifiers.Failure) {
	trip := notifiers.NewTrip(ctx, v.t.opts.HTTP)
	ask := v.t.ref(n).address(v.t.opts.PublicURL + voicePath)
	params := (&openapi.CreateCallParams{}).
		SetTo(to).SetFrom(from).SetUrl(ask).SetFallbackUrl(ask). // asked a second time if Tocsin did not answer
		SetStatusCallback(v.t.opts.PublicURL + voicePath + "/status?attempt=" + url.QueryEscape(n.AttemptID)).
		SetStatusCallbackEvent([]string{"initiated", "ringing", "answered", "completed"}).
		SetMachineDetection("DetectMessageEnd").SetMachineDetectionTimeout(listenSeconds).SetTimeout(ringSeconds).SetTimeLimit(callSeconds)
	c, err := v.t.api(trip).CreateCall(params)
	switch {
	case err != nil:
		return notifiers.Receipt{Receipts: trip.Status() < 300}, failure(trip, err)
	case c.Sid == nil || *c.Sid == "":
		return notifiers.Receipt{Receipts: true}, trip.Failure(errors.New("the answer names no call"))
	}
	return notifiers.Receipt{ProviderID: *c.Sid, Receipts: true}, nil
}

// ref is what Twilio's requests during a call say of it.
func (t *Twilio) ref(n notifiers.Notice) callRef {
	c := callRef{attempt: n.AttemptID, language: n.Brief.Locale.Language, say: t.said(n)}
	switch {
	case n.Bundle != nil:
		c.all = n.Bundle.Kind != remind && n.Bundle.Kind != clear
	case n.Page.Message == nil && n.Page.Kind != clear:
		c.incident = n.Brief.Incident.ID
		c.acked = n.Page.Kind == remind || n.Brief.Incident.State == alerting.StateAcknowledged
	}
	return c
}

// Render is what Send would have said, once, with what can be pressed.
func (v *Voice) Render(n notifiers.Notice) notifiers.Rendered {
	return notifiers.Rendered{To: n.Person.Address(escalation.Voice), Text: v.t.withKeys(v.t.ref(n))}
}

// withKeys is a call's message with what can be pressed.
func (t *Twilio) withKeys(c callRef) string {
	if !c.keys() {
		return c.say
	}
	return c.say + " " + t.whatKeys(c)
}

// whatKeys says what can be pressed.
func (t *Twilio) whatKeys(c callRef) string {
	return t.phrase("keys", c.language, spoken{All: c.all, Acknowledged: c.acked})
}
