package slack

import (
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// entryLimit bounds one timeline entry, so that a message of blockLimit entries stays below what Slack
// takes in all.
const entryLimit = 250

// replyMessages are the thread messages that carry entries, in order: one context block an entry.
func replyMessages(l notifiers.Locale, entries []alerting.Entry) []message {
	var out []message
	for part := range slices.Chunk(entries, blockLimit) {
		var m message
		var texts []string
		for _, e := range part {
			m.add(slack.NewContextBlock("", mrkdwn(date(l, e.At)+" "+prose(entryText(l, e), entryLimit))))
			texts = append(texts, prose(entryText(l, e), entryLimit))
		}
		m.text = strings.Join(texts, "\n")
		out = append(out, m)
	}
	return out
}

// entryText is what the entry says in the reader's language, where it is stored as data; else its text and, if that
// does not name them, who it was.
func entryText(l notifiers.Locale, e alerting.Entry) string {
	if text, ok := l.Say(e.Reason.Said); ok {
		return text
	}
	text := notifiers.Plain(e.Text)
	if text == "" {
		text = strings.ReplaceAll(string(e.Kind), "_", " ")
	}
	if who := e.Actor.Name; who != "" && who != alerting.Tocsin.Name && !strings.Contains(text, who) && !strings.Contains(text, l.Name(who)) {
		text += " (" + l.Name(who) + ")"
	}
	return text
}
