package email

import (
	"bytes"
	"fmt"
	"net/mail"
	"net/textproto"
	"strings"
	"time"

	"github.com/jordan-wright/email"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Render is a page as Send would write it.
func (e *Email) Render(n notifiers.Notice) notifiers.Rendered {
	text, html := e.bodies.write(n)
	return notifiers.Rendered{
		To:      notifiers.Plain(n.Person.Address(escalation.Email)),
		Subject: subject(n), Text: text, HTML: html,
	}
}

// build is the whole message, CRLF throughout. now is its Date.
func (e *Email) build(n notifiers.Notice, to mail.Address, now time.Time) ([]byte, error) {
	if to.Name == "" {
		to.Name = n.Person.Name
	}
	to.Name = unencoded(notifiers.Cut(notifiers.Plain(to.Name), 80))
	m := email.NewEmail()
	m.From = e.from.String()
	m.To = []string{to.String()}
	m.Subject = subject(n)
	text, html := e.bodies.write(n)
	m.Text, m.HTML = []byte(text), []byte(html)
	m.Headers = e.headers(n, now)
	raw, err := m.Bytes()
	if err != nil {
		return nil, err
	}
	return fold(crlf(raw)), nil
}

// fold breaks header lines between encoded words, which the library writes on one line however many
// they are; a line may have 998 bytes (RFC 5322).
func fold(raw []byte) []byte {
	header, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	header = bytes.ReplaceAll(header, []byte("?= =?"), []byte("?=\r\n =?"))
	return bytes.Join([][]byte{header, body}, []byte("\r\n\r\n"))
}

// crlf makes every line end in CRLF, whatever it ended in.
func crlf(b []byte) []byte {
	b = bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n"))
}

func (e *Email) headers(n notifiers.Notice, now time.Time) textproto.MIMEHeader {
	h := textproto.MIMEHeader{}
	h.Set("Date", now.Format(time.RFC1123Z))
	h.Set("Message-Id", e.messageID(n.AttemptID))
	h.Set("Auto-Submitted", "auto-generated") // RFC 3834: no holiday replies
	if _, ok := n.Message(); ok {             // it has no thread
		return h
	}
	root := fmt.Sprintf("<incident-%d@%s>", n.Brief.Incident.ID, e.id)
	h.Set("In-Reply-To", root)
	h.Set("References", root)
	h.Set("X-Tocsin-Incident", fmt.Sprint(n.Brief.Incident.ID))
	if !n.Brief.Incident.Severity.WorseThan(alerting.P2) {
		return h
	}
	h.Set("Importance", "high")
	h.Set("X-Priority", "1")
	return h
}

// messageID names one attempt's message; what could not stand in an id is left out of it.
func (e *Email) messageID(attemptID string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, attemptID)
	return "<attempt-" + safe[:min(len(safe), 64)] + "@" + e.id + ">"
}

// subject is "[P0] #412 SystemDown backend", and why this page comes; of what belongs to no incident its
// headline.
func subject(n notifiers.Notice) string {
	var s string
	if m, ok := n.Message(); ok {
		s = m.Headline()
	} else {
		s = notifiers.Cut(n.Brief.Headline(), 120)
		if why := n.Why(); why != "" {
			s += ": " + notifiers.Cut(why, 80)
		}
	}
	if n.PossibleRepeat {
		s += " (possible repeat)"
	}
	return unencoded(s)
}

// unencoded makes sure that header text which happens to look like RFC 2047's encoded words is not
// decoded by a reader: line breaks could come of it.
func unencoded(s string) string { return strings.ReplaceAll(s, "=?", "= ?") }
