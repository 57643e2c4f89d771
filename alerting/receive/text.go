package receive

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of one alert, in bytes where they are lengths.
const (
	maxLabels     = 256 // and as many annotations
	maxName       = 256
	maxLabelValue = 4 << 10
	maxAnnotation = 64 << 10
	maxLink       = 16 << 10
)

// cutMark ends an annotation that was too long.
const cutMark = " … [cut]"

// identity makes s fit for a label's name or value of at most limit bytes. What it has to change ends in
// a hash of the original, so that what differed still differs.
func identity(s string, limit int) string {
	if len(s) <= limit && isClean(s) {
		return s
	}
	mark := "~" + hash(s)
	return cut(clean(s), limit-len(mark)) + mark
}

// prose makes s fit for an annotation.
func prose(s string) string {
	if s = clean(s); len(s) > maxAnnotation {
		return cut(s, maxAnnotation-len(cutMark)) + cutMark
	}
	return s
}

// clean replaces control characters and invalid UTF-8 by U+FFFD. Tabs and line feeds stay, and
// CR LF becomes one line feed.
func clean(s string) string {
	if isClean(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isForbidden(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

// isClean reports whether clean would return s as it is.
func isClean(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf {
			return utf8.ValidString(s[i:]) && !strings.ContainsFunc(s[i:], isForbidden)
		} else if isForbidden(rune(c)) {
			return false
		}
	}
	return true
}

func isForbidden(r rune) bool { return r != '\n' && r != '\t' && unicode.IsControl(r) }

// cut shortens s to at most limit bytes, between two characters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// hash is s's digest in 16 hexadecimal digits.
func hash(s string) string { return fmt.Sprintf("%016x", digest(s)) }

// digest is the first 64 bits of s's SHA-256.
func digest(s string) uint64 {
	sum := sha256.Sum256([]byte(s))
	return binary.BigEndian.Uint64(sum[:])
}
