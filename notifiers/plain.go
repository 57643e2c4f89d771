package notifiers

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain makes one line of text that nobody has vetted (labels, annotations, titles): line breaks and
// other control characters become spaces, what reorders or hides text goes, invalid UTF-8 becomes
// U+FFFD. Escaping for a format comes after it and is the channel's own.
func Plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.Is(unicode.Bidi_Control, r), r >= 0xE0000 && r <= 0xE007F, r == '\u200b', r == '\u2060', r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.Join(strings.Fields(s), " ")
}

// Cut shortens s to at most n runes; what was cut shows as an ellipsis.
func Cut(s string, n int) string {
	runes := 0
	for i := range s {
		if runes == n-1 && len([]rune(s[i:])) > 1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		runes++
	}
	return s
}

// WebURL is s if a browser may safely be sent there (http or https, with a host), in normal form;
// empty otherwise.
func WebURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" || strings.ContainsFunc(u.Host, noHost) || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return ""
	}
	return u.String()
}

// noHost reports whether r stands in no name or address of a host: such a link is cut or read differently
// from one program to the next.
func noHost(r rune) bool {
	return r < utf8.RuneSelf && !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_:[]", r)
}
