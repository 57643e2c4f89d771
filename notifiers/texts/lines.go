package texts

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed sentences/*.txt
var sentences embed.FS

// Sentences are the built-in ones of a group ("answer", "entry", "handoff", "swap", "why"), by KIND.LANGUAGE.
// An error is a mistake of the program.
func Sentences(group string) (map[string]string, error) {
	dir, err := fs.Sub(sentences, "sentences")
	if err != nil {
		return nil, err
	}
	return ReadLines(dir, group, "")
}

// ReadLines reads texts of one line each from GROUP.LANGUAGE.txt in every language, by KIND.LANGUAGE; prefix is
// put in front of each kind.
func ReadLines(dir fs.FS, group, prefix string) (map[string]string, error) {
	out := map[string]string{}
	for _, language := range Languages {
		file := group + "." + language + ".txt"
		b, err := fs.ReadFile(dir, file)
		if err != nil {
			return nil, err
		}
		lines, err := parseLines(string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		for kind, source := range lines {
			out[prefix+kind+"."+language] = source
		}
	}
	return out, nil
}

// parseLines reads "KIND: TEXT" in each line that is not empty and does not begin with #. A kind is of small
// letters, digits and _, and stands once.
func parseLines(source string) (map[string]string, error) {
	out := map[string]string{}
	n := 0
	for line := range strings.Lines(source) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		kind, text, ok := strings.Cut(line, ": ")
		if text = strings.TrimSpace(text); !ok || kind == "" || text == "" || strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			return nil, fmt.Errorf("line %d is not KIND: TEXT", n)
		}
		if _, twice := out[kind]; twice {
			return nil, fmt.Errorf("line %d: there is a text %s already", n, kind)
		}
		out[kind] = text
	}
	return out, nil
}
