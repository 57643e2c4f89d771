package shoutrrr

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"tocsin/notifiers"
)

// formats reports whether the service reads text as markup or looks in it for people to mention. Those that do
// not show it as it is.
func formats(scheme string) bool {
	plain := []string{"bark", "generic", "gotify", "ifttt", "join", "ntfy", "opsgenie", "pagerduty", "pushbullet", "pushover", "smtp"}
	return !slices.Contains(plain, scheme)
}

// tamed is data in which nothing formats, links or mentions. The services have no escape in common, and some
// have none: what could begin a format is replaced by a character that looks the same.
func tamed(t notifiers.Text) notifiers.Text {
	for _, s := range []*string{
		&t.Name, &t.Title, &t.Headline, &t.Why, &t.Summary, &t.State, &t.StateWord, &t.Since, &t.Holder, &t.Next,
		&t.NextStep, &t.NextAt, &t.Counts, &t.Subject, &t.SeverityWord, &t.Because, &t.Thread,
	} {
		*s = tame(*s)
	}
	t.Alerts, t.Lines = each(t.Alerts, tame), each(t.Lines, tame)
	t.Labels, t.Facts = each(t.Labels, tameLabel), each(t.Facts, tameLabel)
	t.Items = each(t.Items, func(i notifiers.ItemText) notifiers.ItemText {
		i.Name, i.State, i.Since, i.Why, i.SeverityWord = tame(i.Name), tame(i.State), tame(i.Since), tame(i.Why), tame(i.SeverityWord)
		i.Link = tameURL(i.Link)
		return i
	})
	t.Links = each(t.Links, func(l notifiers.Link) notifiers.Link { return notifiers.Link{Name: tame(l.Name), URL: tameURL(l.URL)} })
	for _, u := range []*string{&t.Runbook, &t.IncidentLink, &t.ActLink, &t.Link, &t.AllLink} {
		*u = tameURL(*u)
	}
	return t
}

func each[T any](list []T, f func(T) T) []T {
	out := slices.Clone(list)
	for i := range out {
		out[i] = f(out[i])
	}
	return out
}

func tameLabel(l notifiers.Label) notifiers.Label {
	return notifiers.Label{Name: tame(l.Name), Value: tame(l.Value)}
}

// tame replaces what could begin a format, a link or a mention in Markdown, Slack's mrkdwn, HTML, Google Chat's
// and Lark's tags. s is one line and may begin one in the message. An underscore within a word stays, and so does
// a full stop in a name of a host: names of hosts and metrics are full of them.
func tame(s string) string {
	s = unlinked(unstarted(s))
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		before, after := around(runes, i)
		switch {
		case r == '_' && wordy(before) && wordy(after), r == '#' && number(runes[i+1:]):
			b.WriteRune(r)
		case r == ':' && after != ' ' && (before == ' ' || !port(runes[i+1:])): // an emoji, by its look or its name
			b.WriteRune('\ua789')
		default:
			b.WriteRune(lookalike(r))
		}
	}
	return b.String()
}

// around are the characters beside the one at i; a blank where the line begins or ends.
func around(runes []rune, i int) (before, after rune) {
	before, after = ' ', ' '
	if i > 0 {
		before = runes[i-1]
	}
	if i < len(runes)-1 {
		after = runes[i+1]
	}
	return before, after
}

// unstarted is s without what makes a heading, a list, a rule or a table of a line that begins with it. Quotes,
// tables and code are no concern of a line's beginning alone.
func unstarted(s string) string {
	if s == "" {
		return s
	}
	switch s[0] {
	case '-':
		return "\u2010" + s[1:]
	case '+':
		return "\uff0b" + s[1:]
	case '=':
		return "\uff1d" + s[1:]
	}
	rest := strings.TrimLeft(s, "0123456789")
	number := s[:len(s)-len(rest)]
	if number == "" || len(rest) > 1 && rest[1] != ' ' {
		return s
	}
	if after, ok := strings.CutPrefix(rest, "."); ok {
		return number + "\u2024" + after
	}
	if after, ok := strings.CutPrefix(rest, ")"); ok {
		return number + "\uff09" + after
	}
	return s
}

// unlinked is s without an address that a service would make a link of.
func unlinked(s string) string {
	return linked.ReplaceAllStringFunc(s, func(u string) string {
		return strings.NewReplacer(":", "\ua789", ".", "\u2024").Replace(u)
	})
}

// linked finds what services take for a link where it stands by itself: an address with its scheme, or with "www.".
var linked = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://\S*|www\.\S*`)

// number reports whether runes begin with a number that is a word: "#412" is no heading and names no channel.
func number(runes []rune) bool {
	n := digits(runes)
	return n > 0 && (n == len(runes) || !wordy(runes[n]) && !strings.ContainsRune("_-", runes[n]))
}

// digits is how many digits runes begin with.
func digits(runes []rune) int {
	n := 0
	for n < len(runes) && runes[n] >= '0' && runes[n] <= '9' {
		n++
	}
	return n
}

// port reports whether runes begin with a number that a colon may stand before, as in a time or after a host: one
// that no emoji is called by.
func port(runes []rune) bool {
	name := string(runes[:digits(runes)])
	return number(runes) && name != "100" && name != "1234"
}

func wordy(r rune) bool { return r != '_' && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

func lookalike(r rune) rune {
	switch r {
	case '#':
		return '\uff03'
	case '$':
		return '\uff04'
	case '<':
		return '\u2039'
	case '>':
		return '\u203a'
	case '&':
		return '\uff06'
	case '@':
		return '\uff20'
	case '[':
		return '\uff3b'
	case ']':
		return '\uff3d'
	case '*':
		return '\u2217'
	case '_':
		return '\u02cd'
	case '~':
		return '\u223c'
	case '`':
		return '\''
	case '|':
		return '\u01c0'
	case '\\':
		return '\uff3c'
	}
	return r
}

// tameURL is a link in normal form without what would end it or format it.
func tameURL(u string) string {
	return strings.NewReplacer("<", "%3C", ">", "%3E", "|", "%7C", "*", "%2A", "`", "%60", "[", "%5B", "]", "%5D", "(", "%28", ")", "%29", "\\", "%5C", "@", "%40", "~", "%7E").Replace(u)
}
