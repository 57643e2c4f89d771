package notifierstest

import (
	"encoding/json"
	"errors"
	"fmt"
)

// block is the part of Block Kit that is checked.
type block struct {
	Type     string            `json:"type"`
	BlockID  string            `json:"block_id"`
	Text     *text             `json:"text"`
	Fields   []text            `json:"fields"`
	Elements []json.RawMessage `json:"elements"`
}

type text struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type element struct {
	Type     string `json:"type"`
	ActionID string `json:"action_id"`
	Value    string `json:"value"`
	URL      string `json:"url"`
	Text     *text  `json:"text"`
	Options  []struct {
		Text  text   `json:"text"`
		Value string `json:"value"`
	} `json:"options"`
}

// CheckBlocks reports the first of Slack's limits that a message's blocks break. Source: the block and
// element references at docs.slack.dev.
func CheckBlocks(raw json.RawMessage) error {
	var blocks []block
	if err := json.Unmarshal(raw, &blocks); err != nil {
		return fmt.Errorf("blocks are no list of blocks: %w", err)
	}
	if len(blocks) > 50 {
		return fmt.Errorf("%d blocks, 50 are allowed", len(blocks))
	}
	for i, b := range blocks {
		if err := b.check(); err != nil {
			return fmt.Errorf("block %d (%s): %w", i, b.Type, err)
		}
	}
	return nil
}

func (b block) check() error {
	if err := within("block_id", b.BlockID, 0, 255); err != nil {
		return err
	}
	switch b.Type {
	case "header":
		return b.Text.check("plain_text", 150)
	case "section":
		return b.checkSection()
	case "context":
		return b.checkContext()
	case "actions":
		return b.checkActions()
	case "divider":
		return nil
	}
	return fmt.Errorf("type %q is not known here", b.Type)
}

func (b block) checkSection() error {
	if b.Text == nil && len(b.Fields) == 0 || len(b.Fields) > 10 {
		return fmt.Errorf("%d fields and no text", len(b.Fields))
	}
	if b.Text != nil {
		if err := b.Text.check("mrkdwn", 3000); err != nil {
			return err
		}
	}
	for _, f := range b.Fields {
		if err := f.check("mrkdwn", 2000); err != nil {
			return err
		}
	}
	return nil
}

func (b block) checkContext() error {
	if len(b.Elements) == 0 || len(b.Elements) > 10 {
		return fmt.Errorf("%d elements, 1 to 10 are allowed", len(b.Elements))
	}
	for _, raw := range b.Elements {
		var t text
		if err := json.Unmarshal(raw, &t); err != nil {
			return err
		}
		if err := t.check("mrkdwn", 3000); err != nil {
			return err
		}
	}
	return nil
}

func (b block) checkActions() error {
	if len(b.Elements) == 0 || len(b.Elements) > 25 {
		return fmt.Errorf("%d elements, 1 to 25 are allowed", len(b.Elements))
	}
	seen := map[string]bool{}
	for _, raw := range b.Elements {
		var e element
		if err := json.Unmarshal(raw, &e); err != nil {
			return err
		}
		if seen[e.ActionID] {
			return fmt.Errorf("action_id %q stands twice", e.ActionID)
		}
		seen[e.ActionID] = true
		if err := e.check(); err != nil {
			return err
		}
	}
	return nil
}

func (e element) check() error {
	if err := within("action_id", e.ActionID, 1, 255); err != nil {
		return err
	}
	if e.Type == "button" {
		if err := errors.Join(within("value", e.Value, 0, 2000), within("url", e.URL, 0, 3000)); err != nil {
			return err
		}
		return e.Text.check("plain_text", 75)
	}
	if e.Type == "users_select" {
		return nil
	}
	if e.Type != "static_select" || len(e.Options) == 0 || len(e.Options) > 100 {
		return fmt.Errorf("%q with %d options", e.Type, len(e.Options))
	}
	for _, o := range e.Options {
		if err := within("option value", o.Value, 1, 150); err != nil {
			return err
		}
		if err := o.Text.check("plain_text", 75); err != nil {
			return err
		}
	}
	return nil
}

func (t *text) check(kind string, limit int) error {
	if t == nil || t.Type != kind {
		return fmt.Errorf("text is not %s", kind)
	}
	return within("text", t.Text, 1, limit)
}

func within(what, s string, least, most int) error {
	if n := len([]rune(s)); n < least || n > most {
		return fmt.Errorf("%s has %d characters, %d to %d are allowed", what, n, least, most)
	}
	return nil
}
