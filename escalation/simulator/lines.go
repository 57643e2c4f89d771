package simulator

import (
	"slices"
	"strings"

	"tocsin/escalation"
)

// Line is one line of a story as people read it: what is said to one person at a moment, over all its
// channels. Its Event names no channel, neither in the field nor in the reason.
type Line struct {
	Event
	Over []escalation.Channel
}

// Lines are a story with what differs only in the channel put together.
func Lines(story []Event) []Line {
	var out []Line
	for _, e := range story {
		l := Line{Event: withoutChannel(e)}
		if e.Channel == "" {
			out = append(out, l)
			continue
		}
		if n := len(out); n > 0 && len(out[n-1].Over) > 0 && out[n-1].Event == l.Event {
			out[n-1].Over = append(slices.Clip(out[n-1].Over), e.Channel)
			continue
		}
		l.Over = []escalation.Channel{e.Channel}
		out = append(out, l)
	}
	return out
}

// withoutChannel is an event without its channel. What a personal rule says of it is a clause of its own.
func withoutChannel(e Event) Event {
	if e.Channel == "" {
		return e
	}
	if before, after, ok := strings.Cut(e.Reason, ", over "+string(e.Channel)); ok {
		e.Reason = before + after
		if strings.Contains(after, "by a personal rule") {
			e.Reason = before + "; " + strings.TrimLeft(after, ", ")
		}
	}
	e.Channel, e.Lost = "", false
	return e
}

// Channels are channels as the configuration names them: "sms, email".
func Channels(cs []escalation.Channel) string {
	words := make([]string, len(cs))
	for i, c := range cs {
		words[i] = string(c)
	}
	return strings.Join(words, ", ")
}
