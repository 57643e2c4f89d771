package notifiers

import (
	"io/fs"

	"tocsin/notifiers/texts"
)

// Texts are the words of all channels' messages, as texts.Book describes them: what is built in, and what the
// configuration has in its place. A channel is given them, and asks With for its own Room.
type Texts = texts.Book

// NewTexts reads the configuration's own texts, by CHANNEL.KIND or CHANNEL.KIND.LANGUAGE, for the rooms of all
// channels; texts.New says what it refuses.
func NewTexts(overrides map[string]string, rooms ...Room) (*Texts, error) {
	return texts.New(overrides, rooms...)
}

// Room is one channel's texts as they are built in.
type Room = texts.Room

// NewRoom is a channel's texts: own holds its templates, and limit is how many characters a text of the
// configuration may make, 0 for 65,536. Each of these has to do for the samples of its kind.
func NewRoom(channel string, own fs.FS, limit int) Room {
	return Room{Channel: channel, Own: own, Limit: limit, Samples: sampleTexts}
}

// Language is the language that texts are written in for somebody who asks for tag ("de", "de-AT"): "en" or
// "de".
func Language(tag string) string { return texts.Language(tag) }
