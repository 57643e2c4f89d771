package samples_test

import (
	"encoding/json"
	"html"
	"regexp"
	"strings"
	"testing"
)

// block is what is drawn of Block Kit.
type block struct {
	Type     string
	Text     *words
	Fields   []words
	Elements []struct {
		Type, Style       string
		Text, Placeholder *words
	}
}

type words struct{ Text string }

func blocksOf(t *testing.T, payload json.RawMessage) (notification string, blocks []block) {
	t.Helper()
	var m struct {
		Text   string
		Blocks []block
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		t.Fatal(err)
	}
	return html.UnescapeString(m.Text), m.Blocks
}

var (
	dates = regexp.MustCompile(`<!date\^[^|]*\|([^>]*)>`)
	links = regexp.MustCompile(`<https?://[^|>]*\|([^>]*)>`)
)

// seen is mrkdwn as Slack shows it: dates in words, links by their name.
func seen(s string) string {
	return html.UnescapeString(links.ReplaceAllString(dates.ReplaceAllString(s, "$1"), "$1"))
}

// drawn is a message of blocks in letters, with its buttons; in brief what stands before the facts.
func drawn(t *testing.T, payload json.RawMessage, brief bool) string {
	t.Helper()
	notification, blocks := blocksOf(t, payload)
	lines := []string{"Notification: " + notification, ""}
	for _, b := range blocks {
		if brief && b.Fields != nil {
			lines = append(lines, "...")
			break
		}
		lines = append(lines, b.lines()...)
	}
	return strings.Join(lines, "\n")
}

func (b block) lines() []string {
	switch {
	case b.Type == "header":
		return []string{"# " + seen(b.Text.Text), ""}
	case b.Type == "actions":
		return []string{b.buttons()}
	case b.Text != nil:
		return []string{seen(b.Text.Text), ""}
	}
	var out []string
	for _, f := range b.Fields {
		name, value, _ := strings.Cut(strings.ReplaceAll(seen(f.Text), "*", ""), "\n")
		out = append(out, name+strings.Repeat(" ", max(1, 11-len([]rune(name))))+value)
	}
	return append(out, "")
}

func (b block) buttons() string {
	var out []string
	for _, e := range b.Elements {
		if e.Text != nil {
			out = append(out, "["+e.Text.Text+"]")
		} else if e.Placeholder != nil {
			out = append(out, "["+e.Placeholder.Text+" v]")
		}
	}
	return strings.Join(out, " ")
}
