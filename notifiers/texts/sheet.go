package texts

import (
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"
	"time"
)

// What a text of the configuration may take.
const (
	longest = 50 * time.Millisecond // to write it once
	largest = 64 << 10              // bytes of its source
)

// sheet is one text. Those that are built in are trusted: a message goes out late and long rather than not
// at all. Those of the configuration are held to their limits.
type sheet struct {
	name  string
	limit int           // characters; 0: built in
	time  time.Duration // to write it once, where there is a limit
	ready sync.Pool
}

// press is a sheet made ready for one writer at a time.
type press struct {
	gate *gate
	run  func(io.Writer, any) error
}

// newSheet reads source once, so that what is wrong with it shows at once.
func newSheet(name, source string, parts map[string]string, limit int) (*sheet, error) {
	if limit > 0 && len(source) > largest {
		return nil, fmt.Errorf("text %s has %d bytes: %d is the most that is read", name, len(source), largest)
	}
	first, err := newPress(name, source, parts, limit > 0)
	if err != nil {
		return nil, fmt.Errorf("text %s cannot be read: %w", name, err)
	}
	s := &sheet{name: name, limit: limit, time: longest}
	s.ready.New = func() any {
		p, err := newPress(name, source, parts, limit > 0)
		if err != nil { // it could be read before
			return &press{gate: &gate{}, run: func(io.Writer, any) error { return err }}
		}
		return p
	}
	s.ready.Put(first)
	return s, nil
}

func newPress(name, source string, parts map[string]string, bounded bool) (*press, error) {
	g := &gate{}
	t := texttemplate.New(name).Funcs(g.functions())
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		if _, err := t.New(part).Parse(parts[part]); err != nil {
			return nil, err
		}
	}
	if _, err := t.Parse(source); err != nil {
		return nil, err
	}
	if bounded {
		if err := bound(t, name, source, parts); err != nil {
			return nil, err
		}
	}
	if !isHTML(name) {
		return &press{g, t.Execute}, nil
	}
	h := htmltemplate.New(name).Funcs(g.functions())
	for _, each := range t.Templates() {
		if _, err := h.AddParseTree(each.Name(), each.Tree); err != nil {
			return nil, err
		}
	}
	return &press{g, h.Lookup(name).Execute}, nil
}

// isHTML reports whether the text of this name is escaped for HTML.
func isHTML(name string) bool {
	kind, _ := split(name)
	return strings.HasSuffix(kind, ".html")
}

// write fills the sheet with data. The clock is read here: how long it takes is all that is asked.
func (s *sheet) write(data any) (string, error) {
	p := s.ready.Get().(*press)
	defer s.ready.Put(p)
	var b strings.Builder
	p.gate.open(s.limit, time.Now().Add(s.time), &b)
	err := p.run(p.gate, data)
	switch {
	case errors.Is(err, errLate):
		return "", fmt.Errorf("text %s %w", s.name, errLate)
	case errors.Is(err, errLong):
		return "", fmt.Errorf("text %s %w: %d characters", s.name, errLong, s.limit)
	case err != nil:
		return "", fmt.Errorf("text %s cannot be written: %w", s.name, err)
	}
	return b.String(), nil
}
