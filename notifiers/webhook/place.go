package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// Events of a place.
const (
	eventOpened   = "incident.opened"
	eventUpdated  = "incident.updated"
	eventResolved = "incident.resolved"
)

// Place is a notifiers.Board: an address that is told of a severity's incidents, besides people.
type Place struct {
	webhook *Webhook
	address string
}

// Place makes the board of one address.
func (w *Webhook) Place(address string) *Place { return &Place{w, address} }

// shown is a reference: what the place has been told of an incident.
type shown struct {
	Severity alerting.Severity `json:"severity"`
	State    alerting.State    `json:"state"`
	Round    int               `json:"round"`
}

func shownOf(b notifiers.Brief) shown {
	return shown{b.Incident.Severity, b.Incident.State, b.Incident.Round}
}

// Post tells the place that an incident has opened, or how it stands now.
func (p *Place) Post(ctx context.Context, b notifiers.Brief) (json.RawMessage, error) {
	name := eventOpened
	if b.Incident.State != alerting.StateOpen {
		name = changed(b)
	}
	return p.tell(ctx, name, b)
}

// Edit tells the place that the incident's severity, state or round is another than at says.
func (p *Place) Edit(ctx context.Context, at json.RawMessage, b notifiers.Brief) error {
	_, err := p.Renew(ctx, at, b)
	return err
}

// Renew is Edit; it returns what the place has been told by now, to be kept in at's place.
func (p *Place) Renew(ctx context.Context, at json.RawMessage, b notifiers.Brief) (json.RawMessage, error) {
	var was shown
	if err := json.Unmarshal(at, &was); err != nil || was.State == "" {
		return at, &notifiers.Failure{Class: notifiers.Permanent, Code: "reference", Err: errors.New("this is no reference to what a webhook was told: it names no state")}
	}
	if was == shownOf(b) {
		return at, nil
	}
	now, err := p.tell(ctx, changed(b), b)
	if err != nil {
		return at, err
	}
	return now, nil
}

// Reply does nothing: a place is told of the incident, not of its timeline.
func (p *Place) Reply(context.Context, json.RawMessage, notifiers.Brief, []alerting.Entry) error {
	return nil
}

// RenderBrief is what the place would be told.
func (p *Place) RenderBrief(b notifiers.Brief) notifiers.Rendered {
	out := placeBody(changed(b), b, p.webhook.now())
	return notifiers.Rendered{To: Mask(p.address), Subject: out.Event, Payload: marshal(out)}
}

// RenderReply is nothing: see Reply.
func (p *Place) RenderReply(notifiers.Brief, []alerting.Entry) notifiers.Rendered {
	return notifiers.Rendered{To: Mask(p.address)}
}

func (p *Place) tell(ctx context.Context, name string, b notifiers.Brief) (json.RawMessage, error) {
	out := placeBody(name, b, p.webhook.now())
	if _, err := p.webhook.post(ctx, p.address, post{event: name, id: out.ID, key: "tocsin-" + out.ID, body: marshal(out)}); err != nil {
		return nil, err
	}
	ref, _ := json.Marshal(shownOf(b)) // a number and two words
	return ref, nil
}

func changed(b notifiers.Brief) string {
	if b.Incident.State == alerting.StateResolved {
		return eventResolved
	}
	return eventUpdated
}

// placeBody has an id that is the same however often this change of the incident is told.
func placeBody(name string, b notifiers.Brief, now time.Time) body {
	in := b.Incident
	return body{
		Version: version, Event: name, ID: fmt.Sprintf("incident-%d-%d-%d-%s-%s", in.ID, in.Round, in.Rev, in.Severity, in.State),
		At: now.UTC().Truncate(time.Second), URL: notifiers.WebURL(b.URL), Incident: briefOf(b),
	}
}
