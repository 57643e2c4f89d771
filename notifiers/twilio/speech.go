package twilio

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/unicode/norm"

	"tocsin/notifiers"
)

// lastLatin is the end of the letters that voices for English and German can read: Latin Extended-B's.
const lastLatin = 'ɏ'

// sayable leaves of text what a voice can say: Latin letters, digits, and the marks that make it pause.
// Other scripts are transliterated, the rest is a pause between words.
func sayable(s string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(notifiers.Plain(s)) {
		switch {
		case canSay(r):
			b.WriteRune(r)
		case r <= lastLatin:
			b.WriteByte(' ')
		default:
			for _, d := range unidecode.Unidecode(string(r)) {
				if !canSay(d) {
					d = ' '
				}
				b.WriteRune(d)
			}
		}
	}
	words := strings.Join(strings.Fields(b.String()), " ")
	return strings.NewReplacer(" .", ".", " ,", ",", " :", ":", " ;", ";", " ?", "?", " !", "!").Replace(words)
}

func canSay(r rune) bool {
	return r <= lastLatin && unicode.IsLetter(r) || r >= '0' && r <= '9' || strings.ContainsRune(" .,:;?!%'", r)
}

// spell is what a voice makes of a name that somebody gave: its words apart ("SystemDown" is two), and its
// digits one by one.
func spell(s string) string {
	var b strings.Builder
	var last rune
	for _, r := range sayable(s) {
		number, after := unicode.IsDigit(r), unicode.IsDigit(last)
		if number && last != 0 || after || unicode.IsUpper(r) && unicode.IsLower(last) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		last = r
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// cutEscaped shortens text by whole words until it takes at most n bytes inside of an address's query. One
// word that is longer than that is cut itself.
func cutEscaped(s string, n int) string {
	for len(url.QueryEscape(s)) > n {
		if i := strings.LastIndexByte(s, ' '); i > 0 {
			s = s[:i]
			continue
		}
		runes := []rune(s)
		s = string(runes[:len(runes)/2])
	}
	return s
}
