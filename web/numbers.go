package web

import (
	"slices"
	"strings"

	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/twilio"
)

// Telephone numbers are whole for whoever may answer incidents, and so may have to call somebody. Everybody
// else sees them masked; and what providers said of a number nobody needs.

// addressed are kept messages with their telephone numbers as who may see them.
func addressed(who Identity, messages []notifiers.Outgoing) []notifiers.Outgoing {
	if who.May(Responder) {
		return messages
	}
	out := slices.Clone(messages)
	for i := range out {
		if c := out[i].Channel; c == escalation.SMS || c == escalation.Voice {
			out[i].To = twilio.Mask(out[i].To)
		}
	}
	return out
}

// withoutNumbers masks telephone numbers in what providers said of an incident's pages.
func (d *detail) withoutNumbers() {
	d.pages = slices.Clone(d.pages)
	for i := range d.pages {
		tries := slices.Clone(d.pages[i].Attempts)
		for k := range tries {
			tries[k].Error = twilio.MaskAll(tries[k].Error)
		}
		d.pages[i].Attempts = tries
	}
	d.timeline = slices.Clone(d.timeline)
	for i := range d.timeline {
		if e := &d.timeline[i]; strings.HasPrefix(string(e.Kind), "page_") {
			e.Text, e.Reason.Text = twilio.MaskAll(e.Text), twilio.MaskAll(e.Reason.Text)
		}
	}
}
