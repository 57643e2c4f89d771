package view

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
)

// slackBlock is one Block Kit block, as far as a sandbox shows it.
type slackBlock struct {
	Type     string
	Text     slackText
	Fields   []slackText
	Elements []slackElement
}

// slackText is Slack's text object; in a context block the element itself is one.
type slackText struct {
	Type string
	Text string
}

// slackElement is a button, or a text of a context block. Text is an object in the one, a string in the
// other.
type slackElement struct {
	Type  string
	Style string
	Text  json.RawMessage
}

// words are the element's text.
func (e slackElement) words() string {
	var plain string
	if json.Unmarshal(e.Text, &plain) == nil {
		return plain
	}
	var object slackText
	_ = json.Unmarshal(e.Text, &object) // what is neither has no words
	return object.Text
}

// slackBlocks reads a payload: a list of blocks, or a message with "blocks". nil if it is neither.
func slackBlocks(payload json.RawMessage) []slackBlock {
	var blocks []slackBlock
	if json.Unmarshal(payload, &blocks) == nil {
		return blocks
	}
	var message struct {
		Blocks      []slackBlock
		Attachments []struct{ Blocks []slackBlock }
	}
	_ = json.Unmarshal(payload, &message) // a payload of another shape is shown as text
	for _, a := range message.Attachments {
		message.Blocks = append(message.Blocks, a.Blocks...)
	}
	return message.Blocks
}

// span is a stretch of Slack's mrkdwn.
type span struct {
	kind string // "", "bold", "code", "link"
	text string
	href string
}

var mrkdwn = regexp.MustCompile("`[^`\n]+`|\\*[^*\n]+\\*|<[^<>\n]+>")

// spans divides mrkdwn: *bold*, `code`, <https://example.com|links>. All else is text.
func spans(text string) []span {
	var out []span
	add := func(s span) {
		if s.text != "" {
			s.text = html.UnescapeString(s.text)
			out = append(out, s)
		}
	}
	rest := 0
	for _, m := range mrkdwn.FindAllStringIndex(text, -1) {
		add(span{text: text[rest:m[0]]})
		add(marked(text[m[0]:m[1]]))
		rest = m[1]
	}
	add(span{text: text[rest:]})
	return out
}

func marked(text string) span {
	inner := text[1 : len(text)-1]
	switch text[0] {
	case '*':
		return span{kind: "bold", text: inner}
	case '`':
		return span{kind: "code", text: inner}
	}
	target, name, named := strings.Cut(inner, "|")
	if !named {
		name = target
	}
	if href := link(html.UnescapeString(target)); href != "" {
		return span{kind: "link", text: name, href: href}
	}
	return span{text: name} // <!date^...|text>, <@U123>: as text
}
