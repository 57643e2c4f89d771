package slack

import (
	"strings"

	"tocsin/alerting"
)

// read is a text as Slack hands it over, in plain words: what stands in angle brackets becomes what a reader
// sees of it, the entities become characters again. Line breaks stay.
// Source: docs.slack.dev/messaging/formatting-message-text#retrieving-messages.
func read(text string) string {
	var b strings.Builder
	for {
		before, rest, open := strings.Cut(text, "<")
		b.WriteString(before)
		inside, after, closed := strings.Cut(rest, ">")
		if !open || !closed {
			if open {
				b.WriteString("<" + rest)
			}
			break
		}
		b.WriteString(spoken(inside))
		text = after
	}
	return alerting.Prose(strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(b.String()))
}

// spoken is what a reader sees of <inside>: a name of a person, a channel or a group with its sign, a link's
// words with where it leads.
func spoken(inside string) string {
	what, label, labelled := strings.Cut(inside, "|")
	switch {
	case strings.HasPrefix(what, "!date^"):
		return label
	case strings.HasPrefix(what, "!subteam^") && !labelled:
		return "@" + strings.TrimPrefix(what, "!subteam^")
	case strings.HasPrefix(what, "!subteam^"):
		return "@" + strings.TrimPrefix(label, "@")
	case strings.HasPrefix(what, "!"):
		return "@" + strings.TrimPrefix(what, "!")
	case strings.HasPrefix(what, "@"), strings.HasPrefix(what, "#"):
		if label != "" {
			return what[:1] + label
		}
		return what
	case labelled && label != what && "http://"+label != what && "https://"+label != what && "mailto:"+label != what:
		return label + " (" + what + ")"
	case labelled:
		return label
	}
	return what
}
