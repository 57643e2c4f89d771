package notifierstest

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SlackNode is a piece of a text as Slack shows it.
type SlackNode struct {
	Kind   string // text, bold, italic, strike, code, quote, link, user, channel, group, broadcast, date
	Text   string // what is read; of what holds others, all of theirs
	Target string // where a link leads, or the ID of who or what is mentioned
	Inside []SlackNode
}

// SlackWay is how a text is to be read.
type SlackWay uint8

// Ways of reading.
const (
	PlainWay    SlackWay = iota // plain_text: nothing is formatted
	VerbatimWay                 // mrkdwn with verbatim, or a message's text with parse none
	LiberalWay                  // mrkdwn without: bare addresses and names become links and mentions too
)

// ReadMrkdwn reads a text as Slack would: what stands in angle brackets, the three entities, formats, and
// quotes. Where Slack's clients differ it takes the reading in which more is live. Emoji stay as they are
// written. Source: docs.slack.dev/messaging/formatting-message-text.
func ReadMrkdwn(s string, way SlackWay) []SlackNode {
	if way == PlainWay {
		return controls(s, way)
	}
	var out []SlackNode
	for line := range strings.Lines(s) {
		if rest, quoted := quote(line); quoted {
			out = append(out, holder("quote", formatted(rest, way)))
			continue
		}
		out = append(out, formatted(line, way)...)
	}
	return out
}

// quote cuts off what makes a line a quotation.
func quote(line string) (rest string, quoted bool) {
	trimmed := strings.TrimLeftFunc(line, unicode.IsSpace)
	if rest, ok := strings.CutPrefix(trimmed, "&gt;"); ok {
		return rest, true
	}
	return strings.CutPrefix(trimmed, ">")
}

// formatted reads one line: the first format that opens and closes, what is before it, and what is after.
func formatted(line string, way SlackWay) []SlackNode {
	for at, r := range line {
		kind := formatOf(r)
		if kind == "" || inControl(line, at) || !opens(line, at) {
			continue
		}
		if end := closes(line, at); end > 0 {
			inside := line[at+1 : end]
			nodes := controls(inside, way) // in code nothing is formatted, and mentions are live all the same
			if kind != "code" {
				nodes = formatted(inside, way)
			}
			return append(append(controls(line[:at], way), holder(kind, nodes)), formatted(line[end+1:], way)...)
		}
	}
	return controls(line, way)
}

func formatOf(r rune) string {
	switch r {
	case '*':
		return "bold"
	case '_':
		return "italic"
	case '~':
		return "strike"
	case '`':
		return "code"
	}
	return ""
}

// inControl reports whether the byte at is inside angle brackets.
func inControl(line string, at int) bool {
	open := strings.LastIndexByte(line[:at], '<')
	return open >= 0 && !strings.Contains(line[open:at], ">") && strings.Contains(line[at:], ">")
}

func opens(line string, at int) bool {
	before, _ := utf8.DecodeLastRuneInString(line[:at])
	after, size := utf8.DecodeRuneInString(line[at+1:])
	return (at == 0 || !unicode.IsLetter(before) && !unicode.IsDigit(before)) && size > 0 && !unicode.IsSpace(after) && after != rune(line[at])
}

// closes is where what opens at ends, 0 if nowhere.
func closes(line string, at int) int {
	for i := at + 2; i < len(line); i++ {
		before, _ := utf8.DecodeLastRuneInString(line[:i])
		if line[i] == line[at] && !unicode.IsSpace(before) && !inControl(line, i) {
			return i
		}
	}
	return 0
}

func holder(kind string, inside []SlackNode) SlackNode {
	n := SlackNode{Kind: kind, Inside: inside}
	for _, in := range inside {
		n.Text += in.Text
	}
	return n
}

// controls reads what stands in angle brackets.
func controls(s string, way SlackWay) []SlackNode {
	var out []SlackNode
	for s != "" {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		size := strings.IndexByte(s[open:], '>')
		if size < 0 {
			break
		}
		if again := strings.LastIndexByte(s[open:open+size], '<'); again > 0 { // the innermost pair counts
			open, size = open+again, size-again
		}
		out = append(out, bare(s[:open], way)...)
		out = append(out, control(s[open+1:open+size]))
		s = s[open+size+1:]
	}
	return append(out, bare(s, way)...)
}

// control is what <inside> stands for.
func control(inside string) SlackNode {
	what, label, labelled := strings.Cut(inside, "|")
	n := SlackNode{Kind: "link", Target: entities(what), Text: entities(what)}
	switch {
	case strings.HasPrefix(what, "@"):
		n.Kind, n.Target = "user", what[1:]
	case strings.HasPrefix(what, "#"):
		n.Kind, n.Target = "channel", what[1:]
	case strings.HasPrefix(what, "!subteam^"):
		n.Kind, n.Target = "group", strings.TrimPrefix(what, "!subteam^")
	case strings.HasPrefix(what, "!date^"):
		n.Kind, n.Target = "date", strings.TrimPrefix(what, "!date^")
	case strings.HasPrefix(what, "!"):
		n.Kind, n.Target = "broadcast", what[1:]
	}
	if labelled {
		n.Text = entities(label)
	}
	return n
}

// bareLink and bareName are what Slack makes links and mentions of by itself, where it may.
const (
	bareLink = `(?i)(?:https?://|www\.|mailto:)[^\s<>|]+|[\w.+-]+@[\w-]+\.[a-z]{2,}`
	bareName = `@(?:here|channel|everyone)\b|#[\p{L}\p{N}_-]+`
)

// bare is text outside of angle brackets.
func bare(s string, way SlackWay) []SlackNode {
	if s == "" {
		return nil
	}
	if way != LiberalWay {
		return []SlackNode{{Kind: "text", Text: entities(s)}}
	}
	var out []SlackNode
	from := 0
	for _, at := range regexp.MustCompile(bareLink+"|"+bareName).FindAllStringIndex(s, -1) {
		if at[0] > from {
			out = append(out, SlackNode{Kind: "text", Text: entities(s[from:at[0]])})
		}
		n := SlackNode{Kind: "link", Text: entities(s[at[0]:at[1]]), Target: entities(s[at[0]:at[1]])}
		switch s[at[0]] {
		case '@':
			n.Kind = "broadcast"
		case '#':
			n.Kind = "channel"
		}
		out, from = append(out, n), at[1]
	}
	if from < len(s) {
		out = append(out, SlackNode{Kind: "text", Text: entities(s[from:])})
	}
	return out
}

// entities undoes the three that Slack knows, once.
func entities(s string) string {
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(s)
}
