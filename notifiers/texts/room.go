package texts

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

const (
	suffix       = ".tmpl"
	defaultLimit = 64 << 10 // characters
)

// open reads a room's texts. Each kind has to be there in every language.
func open(r Room) (*room, error) {
	if r.Limit == 0 {
		r.Limit = defaultLimit
	}
	out := &room{Room: r, builtIn: map[string]*sheet{}, others: map[string]*sheet{}}
	sources, parts, err := read(r)
	if err != nil {
		return nil, fmt.Errorf("texts: reading those of channel %q: %w", r.Channel, err)
	}
	for name, source := range sources {
		s, err := newSheet(r.Channel+"."+name, source, parts, 0)
		if err != nil {
			return nil, fmt.Errorf("texts: %w", err)
		}
		out.builtIn[name] = s
		kind, _ := split(name)
		if !slices.Contains(out.kinds, kind) {
			out.kinds = append(out.kinds, kind)
		}
	}
	slices.Sort(out.kinds)
	for _, kind := range out.kinds {
		for _, language := range Languages {
			if out.builtIn[kind+"."+language] == nil {
				return nil, fmt.Errorf("texts: channel %q has no %s.%s%s", r.Channel, kind, language, suffix)
			}
		}
	}
	return out, nil
}

// read is the texts by KIND.LANGUAGE, and the parts that they share by _NAME.
func read(r Room) (sources, parts map[string]string, err error) {
	sources, parts = map[string]string{}, map[string]string{}
	maps.Copy(sources, r.Lines)
	if r.Own == nil {
		return sources, parts, nil
	}
	own := r.Own
	files, err := fs.Glob(own, "*"+suffix)
	if err != nil {
		return nil, nil, err
	}
	for _, file := range files {
		b, err := fs.ReadFile(own, file)
		if err != nil {
			return nil, nil, err
		}
		name := strings.TrimSuffix(file, suffix)
		if strings.HasPrefix(name, "_") {
			parts[name] = string(b)
			continue
		}
		if _, language := split(name); language == "" {
			return nil, nil, fmt.Errorf("%s names no language: KIND.LANGUAGE%s is how texts are called", file, suffix)
		}
		sources[name] = string(b)
	}
	if len(sources) == 0 {
		return nil, nil, fmt.Errorf("there is no file KIND.LANGUAGE%s", suffix)
	}
	return sources, parts, nil
}

// split is the kind and the language of KIND.LANGUAGE; the language is empty where there is none.
func split(name string) (kind, language string) {
	if i := strings.LastIndexByte(name, '.'); i >= 0 && slices.Contains(Languages[:], name[i+1:]) {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// override puts source in the place of the text of this name, and tries it.
func (b *Book) override(name, source string) error {
	channel, rest, _ := strings.Cut(name, ".")
	r := b.rooms[channel]
	kind, language := split(rest)
	if r == nil || !slices.Contains(r.kinds, kind) {
		return unknown(name, b.Names())
	}
	_, parts, err := read(r.Room)
	if err != nil {
		return err
	}
	s, err := newSheet(name, source, parts, r.Limit)
	if err != nil {
		return err
	}
	r.others[rest] = s
	languages := []string{language}
	if language == "" {
		languages = Languages[:]
	}
	return r.try(s, kind, languages)
}

// try writes s with each sample of its room.
func (r *room) try(s *sheet, kind string, languages []string) error {
	if r.Samples == nil {
		return nil
	}
	for _, language := range languages {
		for _, data := range r.Samples(kind, language) {
			text, err := s.write(data)
			for range 2 { // the machine may be busy with something else
				if errors.Is(err, errLate) {
					text, err = s.write(data)
				}
			}
			if err != nil {
				return err
			}
			if strings.TrimSpace(text) == "" {
				return fmt.Errorf("text %s says nothing: write what the message is to say, or leave it out", s.name)
			}
		}
	}
	return nil
}
