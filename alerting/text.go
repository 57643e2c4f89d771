package alerting

import (
	"strings"
	"unicode"
)

// OneLine is s without control characters and without marks that turn the direction of writing, each
// run of white space as one blank, cut to limit characters.
func OneLine(s string, limit int) string {
	out := make([]rune, 0, min(len(s), limit+2))
	gap := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			gap = len(out) > 0
			continue
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
			continue
		case gap:
			out, gap = append(out, ' '), false
		}
		if out = append(out, r); len(out) > limit {
			return string(out[:limit-1]) + "…"
		}
	}
	return string(out)
}

// Prose is text of any number of lines that somebody typed, as it may be stored and shown: without control
// characters and marks that turn the direction of writing, without blank ends. Invalid UTF-8 becomes U+FFFD.
func Prose(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd")))
}
