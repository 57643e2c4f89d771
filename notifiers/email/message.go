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
	l := e.write(n)
	return notifiers.Rendered{To: notifiers.Plain(n.Person.Address(escalation.Email)), Subject: l.subject, Text: l.text, HTML: l.html}
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
	l := e.write(n)
	m.Subject, m.Text, m.HTML = l.subject, []byte(l.text), []byte(l.html)
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
	if n.Bundle != nil && n.Bundle.Digest {
		h.Set("List-Unsubscribe", "<"+e.unsubscribe+">")
	}
	if n.Bundle == nil && n.Page.Message == nil {
		e.thread(h, n)
	}
	if n.Page.Message == nil && n.Brief.Incident.Severity.WorseThan(alerting.P2) && n.Page.Kind != "clear" {
		h.Set("Importance", "high")
		h.Set("X-Priority", "1")
	}
	return h
}

// thread puts the mail below the incident's root, a message that is never sent: so all its mails are one
// thread, whichever of them a reader got.
func (e *Email) thread(h textproto.MIMEHeader, n notifiers.Notice) {
	root := fmt.Sprintf("<incident-%d@%s>", n.Brief.Incident.ID, e.id)
	h.Set("In-Reply-To", root)
	h.Set("References", root)
	h.Set("X-Tocsin-Incident", fmt.Sprint(n.Brief.Incident.ID))
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
