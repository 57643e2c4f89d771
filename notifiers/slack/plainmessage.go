package slack

import (
	"strings"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// urlLimit is how long the address of a button may be, in characters.
const urlLimit = 3000

// plainMessage is what belongs to no incident: its subject, its lines, and a button that leads to where
// more is to be seen. What a notification shows is its headline. Slack reports that button's presses too,
// which ask for nothing.
func plainMessage(w notifiers.Message, repeat bool) message {
	var m message
	if repeat {
		m.note = "possible repeat"
	}
	m.text = prose(strings.Join(nonEmpty(w.Headline(), m.note), " · "), sectionLimit)
	m.add(slack.NewHeaderBlock(plainText(w.Subject, headerLimit)))
	if m.note != "" {
		m.add(slack.NewSectionBlock(mrkdwn("*"+m.note+"*"), nil, nil))
	}
	for _, line := range w.Lines {
		m.addText(prose(line, sectionLimit))
	}
	if w.URL != "" && len([]rune(w.URL)) <= urlLimit {
		m.add(slack.NewActionBlock("message", slack.NewButtonBlockElement("open", "", plainText("Open in Tocsin", 75)).WithURL(w.URL)))
	}
	return m
}
