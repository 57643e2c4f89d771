package twilio

import (
	"strings"

	"tocsin/notifiers"
)

// A text that is longer than one segment is sent in several, each of which has a header that takes room.
// A character of two septets is not split between two, so that each holds at least this many septets.
const (
	partSeptets = 152
	mostParts   = 3
)

// messageText is a message that belongs to no incident: its lines as sentences of one line, in GSM-7, in one
// segment where they fit, else in as few as they take and at most mostParts; what is longer is cut. The link
// is there where it asks for no further segment.
//
//	You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin). Before you: System Admin.
func (t *Twilio) messageText(m notifiers.Message, language string, repeat bool) string {
	data := written{PossibleRepeat: repeat, Text: "x"}
	frame := septets(t.sentence("message", language, data)) - 1
	data.Text = cutGSM7(toGSM7(sentences(m.Lines)), mostParts*partSeptets-frame)
	text := cutGSM7(t.sentence("message", language, data), mostParts*partSeptets)
	if u := m.URL; u != "" && toGSM7(u) == u && parts(text+" "+u) == parts(text) {
		return text + " " + u
	}
	return text
}

// sentences are the lines one after the other, each with a full stop unless it ends in another mark.
func sentences(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		b.WriteString(" " + line)
		if i < len(lines)-1 && !strings.ContainsAny(line[len(line)-1:], ".:;,?!") {
			b.WriteString(".")
		}
	}
	return b.String()
}

// parts is how many segments text takes, at most.
func parts(text string) int {
	n := septets(text)
	if n <= segment {
		return 1
	}
	return (n + partSeptets - 1) / partSeptets
}
