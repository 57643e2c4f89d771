package slack

import (
	"embed"
	"io/fs"
	"strings"

	"tocsin/notifiers"
)

//go:embed texts/*.tmpl
var files embed.FS

// textLimit is how many characters a sentence of the configuration may make; what a message has room for
// is less where others share its place.
const textLimit = sectionLimit

// Room holds the sentences of direct messages, for the Book of the configuration: "slack.page",
// "slack.remind" and so on, and of the words of Slack's surfaces: "slack.words.held_until". They are one line of plain
// text: what formats in Slack is escaped after them, but in words that are mrkdwn (docs/texts.md).
func Room() notifiers.Room {
	own, err := fs.Sub(files, "texts")
	if err != nil {
		panic(err) // it is embedded
	}
	room := notifiers.NewRoom("slack", own, textLimit)
	samples := room.Samples
	room.Lines = wordLines()
	room.Samples = func(kind, language string) []any {
		if strings.HasPrefix(kind, wordsKind) {
			return sampleGaps()
		}
		return samples(kind, language)
	}
	return room
}

// lead is what a direct message says to its reader before anything else; empty for a first page.
func (s *Slack) lead(n notifiers.Notice) string {
	text, err := s.texts.Execute("slack", n.MessageKind(), n.Brief.Locale.Language, n.Text())
	if err != nil { // the built-in one does not fit either: say what there is in short
		text = n.Why()
	}
	return notifiers.Plain(text)
}
