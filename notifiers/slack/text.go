package slack

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/slack-go/slack"

	"tocsin/notifiers"
)

// Slack's limits, in characters, from docs.slack.dev/reference/block-kit.
const (
	headerLimit  = 150
	sectionLimit = 3000
	fieldLimit   = 2000
	blockLimit   = 50
	contextLimit = 10 // elements of a context block
)

// escape makes anybody's text harmless in mrkdwn and plain_text alike, and at most limit characters long. Slack reads &, < and > in both; entities are never cut in two. It makes one line of s.
func escape(s string, limit int) string {
	var b strings.Builder
	room := limit
	s = notifiers.Plain(s)
	for i, r := range s {
		e := escapeRune(r)
		if rest := room - len([]rune(e)); rest < 0 || rest == 0 && i+len(string(r)) < len(s) {
			b.WriteRune('…')
			break
		}
		b.WriteString(e)
		room -= len([]rune(e))
	}
	return b.String()
}

func escapeRune(r rune) string {
	switch r {
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	}
	return string(r)
}

// code is s in a code span, in which Slack formats nothing; a backtick in s becomes an apostrophe.
func code(s string, limit int) string {
	return "`" + escape(strings.ReplaceAll(s, "`", "'"), limit-2) + "`"
}

// prose is s in running mrkdwn. Slack has no escape for what formats (* _ ~ `), so where one of these
// could open a format it is replaced by a character that looks the same; so is what makes a quotation of a
// line that it starts.
func prose(s string, limit int) string {
	var b strings.Builder
	prev := ' '
	for _, r := range notifiers.Plain(s) {
		if r == '>' && strings.TrimSpace(b.String()) == "" {
			r = '\u203a'
		}
		b.WriteRune(tame(r, !unicode.IsLetter(prev) && !unicode.IsDigit(prev)))
		prev = r
	}
	return escape(b.String(), limit)
}

func tame(r rune, opens bool) rune {
	switch {
	case r == '`':
		return '\''
	case r == '*' && opens:
		return '\u2217'
	case r == '_' && opens:
		return '\u02cd'
	case r == '~' && opens:
		return '\u223c'
	}
	return r
}

// link is a mrkdwn link; u is an http(s) URL in normal form.
func link(name, u string) string {
	u = strings.NewReplacer("&", "&amp;", "<", "%3C", ">", "%3E", "|", "%7C", "`", "%60").Replace(u)
	return "<" + u + "|" + escape(name, 60) + ">"
}

// date is t in the reader's own zone, and in ours where Slack cannot tell it.
func date(l notifiers.Locale, t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", t.Unix(), l.Time(t))
}

func plainText(s string, limit int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, escape(s, limit), false, false)
}

// mrkdwn takes text that is escaped already; verbatim, so that Slack makes no links or mentions of it.
func mrkdwn(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.MarkdownType, s, false, true)
}
