package simulator

import (
	"fmt"
	"slices"
	"strings"

	"tocsin/escalation"
)

// Loss is pages that are assumed not to be accepted: those over a channel, to one person or to all.
type Loss struct {
	Person  string // empty: everybody
	Channel escalation.Channel
}

// ParseLoss reads CHANNEL or PERSON:CHANNEL, as in "sms" or "devops-lead:slack". The error is a sentence.
func ParseLoss(s string) (Loss, error) {
	person, channel, named := strings.Cut(strings.TrimSpace(s), ":")
	if !named {
		person, channel = "", person
	}
	l := Loss{strings.TrimSpace(person), escalation.Channel(strings.TrimSpace(channel))}
	switch {
	case named && l.Person == "":
		return Loss{}, fmt.Errorf("%q does not say whose: write it as in sms or devops-lead:sms", s)
	case !slices.Contains(escalation.Channels, l.Channel):
		return Loss{}, fmt.Errorf("%q is no channel: use %s", l.Channel, ChannelWords())
	}
	return l, nil
}

// String is l as ParseLoss reads it.
func (l Loss) String() string {
	if l.Person == "" {
		return string(l.Channel)
	}
	return l.Person + ":" + string(l.Channel)
}

// ChannelWords lists all channels for a sentence: "sms, voice or email".
func ChannelWords() string {
	words := make([]string, len(escalation.Channels))
	for i, c := range escalation.Channels {
		words[i] = string(c)
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// silent is what comes of pages where some are lost: their channel says nothing.
func silent(lost []Loss) func(string, escalation.Channel) Outcome {
	return func(person string, ch escalation.Channel) Outcome {
		if slices.Contains(lost, Loss{"", ch}) || slices.Contains(lost, Loss{person, ch}) {
			return Silent
		}
		return Accepts
	}
}
