package notifierstest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// SlackText is one text of a message or a form, read.
type SlackText struct {
	Place string // "text", "blocks.2.fields.0", ...
	Nodes []SlackNode
}

// Live are all nodes that do or say more than plain text, inside others too.
func (t SlackText) Live() []SlackNode { return live(t.Nodes) }

func live(nodes []SlackNode) []SlackNode {
	var out []SlackNode
	for _, n := range nodes {
		if n.Kind != "text" {
			out = append(out, n)
		}
		out = append(out, live(n.Inside)...)
	}
	return out
}

// ReadSlack reads every text of a payload (a message with its text, parse and blocks, an answer, a form) as
// Slack would show it, and the addresses that buttons lead to, as links.
func ReadSlack(payload []byte) ([]SlackText, error) {
	var root map[string]any
	if err := json.Unmarshal(payload, &root); err != nil {
		return nil, fmt.Errorf("no payload of Slack's: %w", err)
	}
	var out []SlackText
	if s, ok := root["text"].(string); ok {
		way := LiberalWay
		if root["parse"] == "none" {
			way = VerbatimWay
		}
		out = append(out, SlackText{"text", ReadMrkdwn(s, way)})
	}
	for _, name := range slices.Sorted(maps.Keys(root)) {
		if name != "text" {
			out = walk(out, name, root[name])
		}
	}
	return out, nil
}

// walk reads the text objects below v.
func walk(out []SlackText, place string, v any) []SlackText {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			out = walk(out, place+"."+strconv.Itoa(i), e)
		}
	case map[string]any:
		if s, ok := v["text"].(string); ok {
			return append(out, SlackText{place, ReadMrkdwn(s, wayOf(v))})
		}
		if u, ok := v["url"].(string); ok {
			out = append(out, SlackText{place + ".url", []SlackNode{{Kind: "link", Text: "button", Target: u}}})
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			out = walk(out, place+"."+name, v[name])
		}
	}
	return out
}

func wayOf(object map[string]any) SlackWay {
	switch {
	case object["type"] == "plain_text":
		return PlainWay
	case object["verbatim"] == true:
		return VerbatimWay
	}
	return LiberalWay
}

// Read reads a message as it stands.
func (m SlackMessage) Read() ([]SlackText, error) {
	return readSlack(m.Text, m.Parse, string(m.Blocks))
}

// Read reads an answer.
func (a SlackAnswer) Read() ([]SlackText, error) { return readSlack(a.Text, a.Parse, a.Blocks) }

func readSlack(text, parse, blocks string) ([]SlackText, error) {
	if blocks == "" {
		blocks = "null"
	}
	payload, err := json.Marshal(map[string]any{"text": text, "parse": parse, "blocks": json.RawMessage(blocks)})
	if err != nil {
		return nil, err
	}
	return ReadSlack(payload)
}
