package twilio

import (
	"strings"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/unicode/norm"

	"tocsin/notifiers"
)

// The GSM 7-bit default alphabet and its extension table: 3GPP TS 23.038, section 6.2.1. A character of
// the extension takes two septets. Line breaks are left out, a page is one line.
const (
	gsmBasic     = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "^{}\\[~]|€"
)

// runeSeptets is how many septets r takes, 0 if GSM-7 does not have it.
func runeSeptets(r rune) int {
	switch {
	case strings.ContainsRune(gsmBasic, r):
		return 1
	case strings.ContainsRune(gsmExtension, r):
		return 2
	}
	return 0
}

// septets is the length of GSM-7 text on the air.
func septets(s string) int {
	n := 0
	for _, r := range s {
		n += runeSeptets(r)
	}
	return n
}

// toGSM7 writes s with the characters of GSM-7 alone, on one line: what is in the alphabet stays,
// accents that are not go, other scripts are transliterated, the rest becomes a question mark.
func toGSM7(s string) string {
	var b strings.Builder
	for _, r := range norm.NFC.String(notifiers.Plain(s)) {
		b.WriteString(runeToGSM7(r))
	}
	return notifiers.Plain(b.String())
}

func runeToGSM7(r rune) string {
	if runeSeptets(r) > 0 {
		return string(r)
	}
	if r == '`' {
		return "'"
	}
	var b strings.Builder
	for _, d := range unidecode.Unidecode(string(r)) {
		if d == '`' {
			d = '\''
		}
		if runeSeptets(d) > 0 {
			b.WriteRune(d)
		}
	}
	if b.Len() == 0 {
		return "?"
	}
	return b.String()
}

// cutGSM7 shortens GSM-7 text to at most n septets; what was cut shows as two dots.
func cutGSM7(s string, n int) string {
	if septets(s) <= n {
		return s
	}
	if n < 4 { // nothing that a reader could use
		return ""
	}
	room := n - 2
	for i, r := range s {
		if room -= runeSeptets(r); room < 0 {
			return strings.TrimRight(s[:i], " ") + ".."
		}
	}
	return s
}
