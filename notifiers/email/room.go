package email

import (
	"embed"
	"io/fs"
	"strings"

	"tocsin/notifiers"
)

//go:embed texts/*.tmpl
var files embed.FS

// Room is what mails say: for each of the kinds page, assign, remind, clear, message, bundle and digest a text
// (KIND) and a page of HTML (KIND.html); and the subject of all of them (subject).
func Room() notifiers.Room {
	own, err := fs.Sub(files, "texts")
	if err != nil {
		own = files // it is there: the compiler has put it in
	}
	return notifiers.NewRoom("email", own, 0)
}

// letter is the words of a mail.
type letter struct{ subject, text, html string }

const subjectLimit = 250 // characters

// write is the words of n. Should a text fail, the mail goes out with its headline rather than not at all.
func (e *Email) write(n notifiers.Notice) letter {
	t := n.Text()
	headline := t.Headline
	if n.Bundle != nil {
		headline = t.Subject
	}
	var l letter
	var err error
	if l.subject, err = e.texts.Execute("email", "subject", t.Language, t); err != nil || strings.TrimSpace(l.subject) == "" {
		l.subject = headline
	}
	l.subject = unencoded(notifiers.Cut(notifiers.Plain(l.subject), subjectLimit))
	if l.text, err = e.texts.Execute("email", t.Kind, t.Language, t); err != nil {
		l.text = headline + "\n" + t.Link + "\n"
	}
	if l.html, err = e.texts.Execute("email", t.Kind+".html", t.Language, t); err != nil {
		l.html = ""
	}
	return l
}

// unencoded makes sure that header text which happens to look like RFC 2047's encoded words is not
// decoded by a reader: line breaks could come of it.
func unencoded(s string) string { return strings.ReplaceAll(s, "=?", "= ?") }
