// Package texts is where the words of messages are kept: each channel's templates in English and German,
// those that the configuration puts in their place, and the words that all channels share. What stands in a
// configuration can neither stop a message nor hold it up: a text of its own that fails, takes too long or
// writes too much gives way to the one that is built in. It knows no channel and sends nothing.
package texts

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Languages are those that every text is there in. The first stands in for one that is not.
var Languages = [...]string{"en", "de"}

// Room is one channel's texts as they are built in.
type Room struct {
	Channel string // the first part of its texts' names
	// Own holds KIND.LANGUAGE.tmpl for each text ("page.en.tmpl"), and _NAME.tmpl for what texts share, to be
	// used as {{template "_NAME" .}}. A kind that ends in .html is escaped for HTML by its context; what
	// others need is their channel's business.
	Own fs.FS
	// Lines are further texts, by KIND.LANGUAGE, as ReadLines gives them.
	Lines map[string]string
	// Limit is how many characters a text of the configuration may make; 0 is 65,536.
	Limit int
	// Samples are data as such a text meets them: each text of the configuration has to do for all of them.
	Samples func(kind, language string) []any
}

// Book holds the texts of several rooms. It is safe for concurrent use. A nil Book has none; With gives it
// those that are built in.
type Book struct {
	rooms    map[string]*room
	fallback func(name string, err error)
}

type room struct {
	Room
	kinds   []string
	builtIn map[string]*sheet // by KIND.LANGUAGE
	others  map[string]*sheet // the configuration's, by KIND or KIND.LANGUAGE
}

// New makes a Book of rooms in which overrides, by CHANNEL.KIND or CHANNEL.KIND.LANGUAGE, stand in for what
// is built in. One without a language stands in for all languages that have none of their own. The error
// names every override that no text has the name of, cannot be read, or fails with one of its room's samples.
func New(overrides map[string]string, rooms ...Room) (*Book, error) {
	b := &Book{rooms: map[string]*room{}, fallback: func(string, error) {}}
	for _, r := range rooms {
		made, err := open(r)
		if err != nil {
			return nil, err
		}
		b.rooms[r.Channel] = made
	}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(overrides)) {
		if err := b.override(name, overrides[name]); err != nil {
			wrong = append(wrong, err)
		}
	}
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	return b, nil
}

// With is b where it has the room's channel. Else it is a Book with that room alone, as it is built in.
func (b *Book) With(r Room) (*Book, error) {
	if b != nil && b.rooms[r.Channel] != nil {
		return b, nil
	}
	return New(nil, r)
}

// OnFallback makes f hear of each text of the configuration that gave way to the built-in one, by its name.
// It is to be called before the Book is used; f may be called by several goroutines at once.
func (b *Book) OnFallback(f func(name string, err error)) { b.fallback = f }

// Names are all texts that can be overridden, without a language.
func (b *Book) Names() []string {
	var names []string
	for channel, r := range b.rooms {
		for _, kind := range r.kinds {
			names = append(names, channel+"."+kind)
		}
	}
	slices.Sort(names)
	return names
}

// Execute writes a text. Which language is spoken says Language. An error means that there is no such text,
// or that the built-in one does not fit data: a mistake of the program.
func (b *Book) Execute(channel, kind, language string, data any) (string, error) {
	if b == nil || b.rooms[channel] == nil {
		return "", fmt.Errorf("texts: there is no room for channel %q", channel)
	}
	r, own := b.rooms[channel], kind+"."+Language(language)
	for _, name := range []string{own, kind} {
		if s := r.others[name]; s != nil {
			text, err := s.write(data)
			if err == nil {
				return text, nil
			}
			b.fallback(channel+"."+name, err)
			break
		}
	}
	s := r.builtIn[own]
	if s == nil {
		return "", fmt.Errorf("texts: channel %q has no text %q", channel, kind)
	}
	return s.write(data)
}

// Overridden reports whether the configuration has a text of its own here.
func (b *Book) Overridden(channel, kind, language string) bool {
	r := b.rooms[channel]
	return r != nil && (r.others[kind] != nil || r.others[kind+"."+Language(language)] != nil)
}

// Language is the language that texts are written in for somebody who asks for tag ("de", "de-AT"): one of
// Languages.
func Language(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if slices.Contains(Languages[:], base) {
		return base
	}
	return Languages[0]
}
