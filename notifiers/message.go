package notifiers

import (
	"cmp"
	"strings"
)

// Message is what a message that belongs to no incident says, as every channel says it. All of it is
// Plain; it is not yet escaped for any format.
type Message struct {
	Subject string
	Lines   []string // at least one
	URL     string   // where to look or to answer, in normal form; empty: nowhere
}

// A message's parts are at most so long, whoever wrote them.
const (
	subjectLimit  = 120 // characters
	headlineLimit = 160 // characters
	lineLimit     = 500 // characters
	linesLimit    = 12
)

// Headline is the message in one line, for where no more is shown than that, as in a notification or among
// other mails: its first line, which says who and when, without the full stop. At most 160 characters.
func (m Message) Headline() string {
	return Cut(cmp.Or(strings.TrimSuffix(m.Lines[0], "."), m.Subject), headlineLimit)
}

// Message is what there is to say where the page belongs to no incident; ok is false if it belongs to one.
func (n Notice) Message() (m Message, ok bool) {
	if n.Page.Message == nil {
		return m, false
	}
	m.Subject, m.URL = Cut(Plain(n.Page.Message.Subject), subjectLimit), WebURL(n.Page.Message.URL)
	if m.Subject == "" {
		m.Subject = n.Brief.Locale.Words().FromTocsin
	}
	text := n.Page.Message.Text
	if subject, lines, ok := n.Brief.Locale.sayAll(n.Page.Message.Said); ok {
		m.Subject, text = Cut(subject, subjectLimit), lines
	}
	for line := range strings.Lines(text) {
		if line = Plain(line); line != "" && len(m.Lines) < linesLimit {
			m.Lines = append(m.Lines, Cut(line, lineLimit))
		}
	}
	if len(m.Lines) == 0 {
		m.Lines = []string{m.Subject}
	}
	return m, true
}
