package webhook

import (
	"context"
	"fmt"
	"time"

	"tocsin/notifiers"
)

// Place makes the board of one address that is told of a severity's incidents, besides people.
func (w *Webhook) Place(address string) *notifiers.Place {
	return &notifiers.Place{
		Tell: func(ctx context.Context, what notifiers.Telling, b notifiers.Brief) error {
			out := placeBody(what, b, w.now())
			_, err := w.post(ctx, address, post{event: out.Event, id: out.ID, key: "tocsin-" + out.ID, body: marshal(out)})
			return err
		},
		Render: func(what notifiers.Telling, b notifiers.Brief) notifiers.Rendered {
			out := placeBody(what, b, w.now())
			return notifiers.Rendered{To: Mask(address), Subject: out.Event, Payload: marshal(out)}
		},
	}
}

// placeBody has an id that is the same however often this change of the incident is told.
func placeBody(what notifiers.Telling, b notifiers.Brief, now time.Time) body {
	in := b.Incident
	return body{
		Version: version, Event: "incident." + string(what), ID: fmt.Sprintf("incident-%d-%d-%d-%s-%s", in.ID, in.Round, in.Rev, in.Severity, in.State),
		At: now.UTC().Truncate(time.Second), URL: notifiers.WebURL(b.URL), Incident: briefOf(b),
	}
}
