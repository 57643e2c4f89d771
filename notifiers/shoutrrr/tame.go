package shoutrrr

import (
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
		&t.NextStep, &t.NextAt, &t.Counts, &t.Subject, &t.SeverityWord,
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

// tame replaces what could begin a format or a mention in Markdown, Slack's mrkdwn, HTML, Google Chat's and
// Lark's tags. An underscore within a word stays: names of hosts and metrics are full of them.
func tame(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i, r := range runes {
		inside := i > 0 && i < len(runes)-1 && wordy(runes[i-1]) && wordy(runes[i+1])
		if r == '_' && inside {
			b.WriteRune(r)
			continue
		}
		b.WriteRune(lookalike(r))
	}
	return b.String()
}

func wordy(r rune) bool { return r != '_' && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

func lookalike(r rune) rune {
	switch r {
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
