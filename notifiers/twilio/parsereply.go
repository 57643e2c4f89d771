package twilio

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// split takes text apart into its runs of letters, of any script, and of ASCII's digits; ok is false if it
// has other digits, marks that belong to no letter, or is no text.
func split(s string) (runs []string, ok bool) {
	if !utf8.ValidString(s) {
		return nil, false
	}
	last := between
	for _, r := range norm.NFC.String(s) {
		k := kindOf(r)
		if k == mark {
			if last != letter {
				return nil, false
			}
			k = letter
		}
		switch {
		case k == foreign, r == utf8.RuneError:
			return nil, false
		case k == between:
		case k == last:
			runs[len(runs)-1] += string(r)
		default:
			runs = append(runs, string(r))
		}
		last = k
	}
	return runs, true
}

type kind uint8

const (
	between kind = iota
	letter
	digit
	mark
	foreign
)

func kindOf(r rune) kind {
	switch {
	case r >= '0' && r <= '9':
		return digit
	case unicode.IsLetter(r):
		return letter
	case unicode.IsMark(r):
		return mark
	case unicode.IsNumber(r):
		return foreign
	}
	return between
}
