package slack

import (
	"slices"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// replyEntries is how many entries one reply has: a block each, and one is left for a mark.
const replyEntries = blockLimit - 1

// replyMessage is the thread message of at most replyEntries entries. What may be a repeat says so first.
func replyMessage(b notifiers.Brief, entries []alerting.Entry) message {
	m := replyMessages(b.Locale, entries)[0]
	if b.Repeat {
		mark := prose(b.Locale.Words().Repeat, entryLimit)
		m.blocks = slices.Insert(m.blocks, 0, slack.Block(slack.NewContextBlock("", mrkdwn("*"+mark+"*"))))
		m.text = mark + "\n" + m.text
	}
	return m
}

// partly is the failure of a reply in several messages of which the first may stand: trying again writes those
// again.
func partly(err error, written bool) error {
	f := notifiers.AsFailure(err)
	if written && (f.Class == notifiers.Temporary || f.Class == notifiers.Misconfigured) {
		f.Class = notifiers.Lost
	}
	return f
}
