package slack

import (
	"context"
	"strconv"
	"strings"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// interaction is what Tocsin reads of an interaction payload; whatever else there is may change.
// Source: docs.slack.dev/reference/interaction-payloads.
type interaction struct {
	Type        string   `json:"type"` // block_actions, message_action, view_submission
	ResponseURL string   `json:"response_url"`
	CallbackID  string   `json:"callback_id"` // of a shortcut
	TriggerID   string   `json:"trigger_id"`
	Actions     []action `json:"actions"`
	User        struct {
		ID string `json:"id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Message posted `json:"message"`
	View    form   `json:"view"` // of a form that was sent
}

type action struct {
	ID       string `json:"action_id"`
	Value    string `json:"value"` // of a button
	Selected struct {
		Value string `json:"value"` // of a choice
	} `json:"selected_option"`
	SelectedUser string `json:"selected_user"`
	BlockID      string `json:"block_id"`
}

// verbs are the actions that an incident's message offers.
func verbs(action string) escalation.Verb {
	switch action {
	case "acknowledge", "resolve", "escalate", "snooze", "assign":
		return escalation.Verb(action)
	}
	return ""
}

// interact does what an interaction asks for: a press or a choice is stored as a reply, a shortcut and its
// form as a note. What asks for nothing is forgotten.
func (s *Slack) interact(ctx context.Context, in Intake, d delivery, payload []byte) error {
	if len(payload) == 0 {
		return nil
	}
	var i interaction
	if err := readJSON(payload, &i); err != nil {
		return err
	}
	switch {
	case i.Type == "block_actions":
		return s.press(ctx, in, d, i)
	case i.Type == "message_action" && i.CallbackID == noteAction:
		return s.shortcut(ctx, in, d, i)
	case i.Type == "view_submission" && i.View.CallbackID == noteAction:
		return s.noteForm(ctx, in, d, i)
	}
	return nil
}

func (s *Slack) press(ctx context.Context, in Intake, d delivery, i interaction) error {
	for _, a := range i.Actions {
		if r, ok := a.reply(); ok {
			r.Address, r.Respond = notifiers.Plain(i.User.ID), s.responseURL(i.ResponseURL)
			return in.take(ctx, d, r)
		}
	}
	return nil
}

// responseURL is raw if it is one of Slack's own; else empty.
func (s *Slack) responseURL(raw string) string {
	if s.ours(raw) {
		return raw
	}
	return ""
}

// reply is what a press asks for: a button's value is the incident's number, a snooze's is that and a
// duration ("412 1h"), an assignment's that and a person's key ("412 ada"), or else the chosen Slack user.
func (a action) reply() (r escalation.Reply, ok bool) {
	r.Verb = verbs(a.ID)
	number, rest := a.Value, ""
	switch r.Verb {
	case "":
		return r, false
	case escalation.Snooze:
		number, rest, _ = strings.Cut(a.Selected.Value, " ")
		var err error
		if r.For, err = time.ParseDuration(rest); err != nil || r.For <= 0 {
			return r, false
		}
	case escalation.Assign:
		number, rest, _ = strings.Cut(a.Selected.Value, " ")
		if a.SelectedUser != "" {
			number, r.To = strings.TrimPrefix(a.BlockID, assignBlock), notifiers.Plain(a.SelectedUser)
		} else if r.Person = rest; rest == "" {
			return r, false
		}
	}
	r.Incident, ok = incidentNumber(number)
	return r, ok
}

// incidentNumber reads "412"; ok is false for what is no incident's number.
func incidentNumber(s string) (id int64, ok bool) {
	n, err := strconv.ParseUint(s, 10, 63)
	return int64(n), err == nil && n > 0
}
