package slack

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// interaction is what Tocsin reads of an interaction payload; whatever else there is may change.
// Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload.
type interaction struct {
	Type        string   `json:"type"`
	ResponseURL string   `json:"response_url"`
	Actions     []action `json:"actions"`
	User        struct {
		ID string `json:"id"`
	} `json:"user"`
}

type action struct {
	ID       string `json:"action_id"`
	Value    string `json:"value"` // of a button
	Selected struct {
		Value string `json:"value"` // of a choice
	} `json:"selected_option"`
}

// verbs are the buttons that incidentMessage makes.
var verbs = map[string]escalation.Verb{
	"acknowledge": escalation.Acknowledge,
	"resolve":     escalation.Resolve,
	"escalate":    escalation.Escalate,
	"snooze":      escalation.Snooze,
}

// pressed reads a payload; ok is false if it is no answer to an incident. A reply has no ID and no From
// yet.
func (s *Slack) pressed(payload string) (r escalation.Reply, ok bool, err error) {
	if payload == "" {
		return r, false, nil
	}
	var in interaction
	err = json.Unmarshal([]byte(payload), &in)
	if _, foreign := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !foreign {
		return r, false, err
	}
	if in.Type != "block_actions" {
		return r, false, nil
	}
	for _, a := range in.Actions {
		r, ok := a.reply()
		if !ok {
			continue
		}
		r.Channel, r.Address = escalation.Slack, notifiers.Plain(in.User.ID)
		if s.ours(in.ResponseURL) {
			r.Respond = in.ResponseURL
		}
		return r, true, nil
	}
	return r, false, nil
}

// reply is what a press asks for: a button's value is the incident's number, a snooze's is that and a
// duration: "412 1h".
func (a action) reply() (r escalation.Reply, ok bool) {
	r.Verb = verbs[a.ID]
	number := a.Value
	switch r.Verb {
	case "":
		return r, false
	case escalation.Snooze:
		var span string
		var err error
		number, span, _ = strings.Cut(a.Selected.Value, " ")
		if r.For, err = time.ParseDuration(span); err != nil || r.For <= 0 {
			return r, false
		}
	}
	id, err := strconv.ParseUint(number, 10, 63)
	r.Incident = int64(id)
	return r, err == nil && id > 0
}
