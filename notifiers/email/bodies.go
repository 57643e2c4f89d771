package email

import (
	"embed"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"

	"tocsin/notifiers"
)

//go:embed body.txt body.html message.txt message.html
var files embed.FS

// bodies writes both bodies of a mail.
type bodies struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

func newBodies() (bodies, error) {
	text, err := texttemplate.ParseFS(files, "*.txt")
	if err != nil {
		return bodies{}, fmt.Errorf("email: %w", err)
	}
	html, err := htmltemplate.ParseFS(files, "*.html")
	if err != nil {
		return bodies{}, fmt.Errorf("email: %w", err)
	}
	return bodies{text, html}, nil
}

// letter is what the bodies of a mail show that belongs to no incident.
type letter struct {
	notifiers.Message
	PossibleRepeat bool
}

// write is the plain body, and the other with html/template's escaping. Should a template fail, the
// page goes out with its headline rather than not at all.
func (t bodies) write(n notifiers.Notice) (text, html string) {
	if m, ok := n.Message(); ok {
		return t.fill("message", letter{m, n.PossibleRepeat}, m.Subject)
	}
	return t.fill("body", newView(n), n.Brief.Headline())
}

func (t bodies) fill(name string, data any, headline string) (text, html string) {
	var plain, marked strings.Builder
	if err := t.text.ExecuteTemplate(&plain, name+".txt", data); err != nil {
		return headline, ""
	}
	if err := t.html.ExecuteTemplate(&marked, name+".html", data); err != nil {
		return plain.String(), ""
	}
	return plain.String(), marked.String()
}
