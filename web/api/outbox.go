package api

import (
	"encoding/json"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"
)

// Message is what a sandboxed channel kept instead of sending it.
type Message struct {
	ID       int64                  `json:"id"`
	At       time.Time              `json:"at"`
	Channel  escalation.Channel     `json:"channel"`
	Kind     notifiers.OutgoingKind `json:"kind" enum:"page,post,edit,reply"`
	Incident int64                  `json:"incident"`
	Page     int64                  `json:"page" doc:"0 unless kind is page"`
	Person   string                 `json:"person" doc:"empty unless kind is page"`
	To       string                 `json:"to" doc:"a telephone number is masked for whoever may not answer incidents"`
	Subject  string                 `json:"subject"`
	Text     string                 `json:"text"`
	HTML     string                 `json:"html"`
	Payload  any                    `json:"payload" doc:"as the provider would get it, null if there is none"`
}

// OfMessages is a list of kept messages.
func OfMessages(in []notifiers.Outgoing) []Message { return each(in, ofMessage) }

func ofMessage(m notifiers.Outgoing) Message {
	out := Message{
		ID: m.ID, At: m.At.UTC(), Channel: m.Channel, Kind: m.Kind, Incident: m.IncidentID, Page: m.PageID,
		Person: m.Person, To: m.To, Subject: m.Subject, Text: m.Text, HTML: m.HTML,
	}
	if json.Valid(m.Payload) {
		out.Payload = m.Payload
	}
	return out
}
