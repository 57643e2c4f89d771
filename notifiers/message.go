package notifiers

import "strings"

// Message is what a message that belongs to no incident says, as every channel says it. All of it is
// Plain; it is not yet escaped for any format.
type Message struct {
	Subject string
	Lines   []string // at least one
	URL     string   // where to look or to answer, in normal form; empty: nowhere
}

// A message's parts are at most so long, whoever wrote them.
const (
	subjectLimit = 120 // characters
	lineLimit    = 500 // characters
	linesLimit   = 12
)

// Message is what there is to say where the page belongs to no incident; ok is false if it belongs to one.
func (n Notice) Message() (m Message, ok bool) {
	if n.Page.Message == nil {
		return m, false
	}
	m.Subject, m.URL = Cut(Plain(n.Page.Message.Subject), subjectLimit), WebURL(n.Page.Message.URL)
	if m.Subject == "" {
		m.Subject = "A message from Tocsin"
	}
	for line := range strings.Lines(n.Page.Message.Text) {
		if line = Plain(line); line != "" && len(m.Lines) < linesLimit {
			m.Lines = append(m.Lines, Cut(line, lineLimit))
		}
	}
	if len(m.Lines) == 0 {
		m.Lines = []string{m.Subject}
	}
	return m, true
}
