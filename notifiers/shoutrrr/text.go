package shoutrrr

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tocsin/notifiers"
)

//go:embed texts/*.tmpl
var ownTexts embed.FS

// The longest texts of the configuration, in characters.
const roomLimit = 2000

// Room is the channel's texts, for the Book that the configuration's own are put into.
func Room() notifiers.Room {
	own, _ := fs.Sub(ownTexts, "texts") // it is there: it is embedded
	return notifiers.NewRoom("url", own, roomLimit)
}

// text is a message as a service is given it.
type text struct{ title, body string }

// page is what a person is told.
func (s *Shoutrrr) page(scheme string, n notifiers.Notice) (text, error) {
	kind, title := n.MessageKind(), "page.title"
	switch kind {
	case "message", "bundle", "digest":
		title = kind + ".title"
	}
	return s.write(scheme, title, kind, n.Text())
}

// place is what a place is told.
func (s *Shoutrrr) place(scheme string, b notifiers.Brief) (text, error) {
	return s.write(scheme, "place.title", "place", notifiers.Notice{Brief: b}.Text())
}

func (s *Shoutrrr) write(scheme, title, kind string, data notifiers.Text) (text, error) {
	if formats(scheme) {
		data = tamed(data)
	}
	var out text
	var err error
	if out.title, err = s.texts.Execute("url", title, data.Language, data); err == nil {
		out.body, err = s.texts.Execute("url", kind, data.Language, data)
	}
	if err != nil {
		return out, &notifiers.Failure{Class: notifiers.Permanent, Code: "text", Err: fmt.Errorf("writing the message: %w", err)}
	}
	out.title = notifiers.Cut(notifiers.Plain(out.title), 200)
	if !titled(scheme) {
		out.title, out.body = "", out.title+"\n"+out.body
	}
	out.body = cutBytes(lines(out.body), limit(scheme))
	return out, nil
}

// titled reports whether the service shows a title of its own. With others it is the text's first line.
func titled(scheme string) bool {
	return slices.Contains([]string{"bark", "discord", "gotify", "join", "lark", "ntfy", "pushbullet", "pushover", "smtp", "teams"}, scheme)
}

// limit is how many bytes a service takes, with room to spare. Sources: each service's document of its API
// (Pushover 1,024 characters, WeCom 2,048 bytes, Telegram 4,096, ntfy 4,096 bytes).
func limit(scheme string) int {
	switch scheme {
	case "pushover":
		return 1000
	case "wecom":
		return 1900
	case "discord":
		return 1900
	}
	return 3800
}

// lines is a text without empty lines and with each line Plain.
func lines(s string) string {
	var out []string
	for line := range strings.Lines(s) {
		if line = notifiers.Plain(line); line != "" {
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// cutBytes shortens s to at most n bytes, between characters, and marks that it is cut.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.TrimRight(strings.ToValidUTF8(s[:n-len("…")], ""), " \n") + "…"
}
