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
func plainMessage(l notifiers.Locale, w notifiers.Message, lead string) message {
	m := message{note: lead, text: prose(strings.Join(nonEmpty(w.Headline(), lead), " · "), sectionLimit)}
	m.add(slack.NewHeaderBlock(plainText(w.Subject, headerLimit)))
	m.addLead()
	for _, line := range w.Lines {
		m.addText(prose(line, sectionLimit))
	}
	m.addOpen(w.URL, wordsOf(l).Open)
	return m
}

// addLead puts what is for the reader alone in bold.
func (m *message) addLead() {
	if m.note != "" {
		m.add(slack.NewSectionBlock(mrkdwn("*"+prose(m.note, 500)+"*"), nil, nil))
	}
}

// addOpen adds a button that leads to u, if Slack takes such an address.
func (m *message) addOpen(u, words string) {
	if u != "" && len([]rune(u)) <= urlLimit {
		m.add(slack.NewActionBlock("message", slack.NewButtonBlockElement("open", "", plainText(words, 75)).WithURL(u)))
	}
}
