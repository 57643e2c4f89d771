package notifiers

import (
	"context"
	"encoding/json"
	"errors"

	"tocsin/alerting"
)

// Telling is what a place is told of an incident.
type Telling string

// What there is to tell.
const (
	TellOpened   Telling = "opened"
	TellUpdated  Telling = "updated" // it is another severity, state or round
	TellResolved Telling = "resolved"
)

// Place is a Board of an address besides people that is told of a severity's incidents. What it was told cannot be
// edited: it is told again where the incident's severity, state or round has changed, and nothing of the timeline.
type Place struct {
	// Tell tells it once. The error is a *Failure; any other counts as temporary.
	Tell func(ctx context.Context, what Telling, b Brief) error
	// Render is what it would be told.
	Render func(what Telling, b Brief) Rendered
}

// told is a reference: what the place has been told of an incident.
type told struct {
	Severity alerting.Severity `json:"severity"`
	State    alerting.State    `json:"state"`
	Round    int               `json:"round"`
}

func toldOf(b Brief) told { return told{b.Incident.Severity, b.Incident.State, b.Incident.Round} }

// Post tells the place that an incident has opened, or how it stands now.
func (p *Place) Post(ctx context.Context, b Brief) (json.RawMessage, error) {
	what := TellOpened
	if b.Incident.State != alerting.StateOpen {
		what = change(b)
	}
	return p.tell(ctx, what, b)
}

// Edit tells the place how the incident stands if that is another than at says.
func (p *Place) Edit(ctx context.Context, at json.RawMessage, b Brief) error {
	_, err := p.Renew(ctx, at, b)
	return err
}

// Renew is Edit; it returns what the place has been told by now, to be kept in at's place.
func (p *Place) Renew(ctx context.Context, at json.RawMessage, b Brief) (json.RawMessage, error) {
	var was told
	if err := json.Unmarshal(at, &was); err != nil || was.State == "" {
		return at, &Failure{Class: Permanent, Code: "reference", Err: errors.New("this is no reference to what a place was told: it names no state")}
	}
	if was == toldOf(b) {
		return at, nil
	}
	now, err := p.tell(ctx, change(b), b)
	if err != nil {
		return at, err
	}
	return now, nil
}

// Reply does nothing: a place is told of the incident, not of its timeline.
func (p *Place) Reply(context.Context, json.RawMessage, Brief, []alerting.Entry) error { return nil }

// RenderBrief is what the place would be told.
func (p *Place) RenderBrief(b Brief) Rendered { return p.Render(change(b), b) }

// RenderReply is nothing but to whom: see Reply.
func (p *Place) RenderReply(b Brief, _ []alerting.Entry) Rendered {
	return Rendered{To: p.Render(change(b), b).To}
}

func (p *Place) tell(ctx context.Context, what Telling, b Brief) (json.RawMessage, error) {
	if err := p.Tell(ctx, what, b); err != nil {
		return nil, err
	}
	ref, _ := json.Marshal(toldOf(b)) // a number and two words
	return ref, nil
}

func change(b Brief) Telling {
	if b.Incident.State == alerting.StateResolved {
		return TellResolved
	}
	return TellUpdated
}
