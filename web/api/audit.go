package api

import (
	"time"

	"tocsin/alerting"
)

// AuditEntry is one line of the audit log.
type AuditEntry struct {
	ID       int64          `json:"id"`
	At       time.Time      `json:"at"`
	Actor    string         `json:"actor"`
	Via      string         `json:"via" doc:"web, api, slack, sms, link"`
	From     string         `json:"from" doc:"the address that it came from"`
	Action   string         `json:"action"`
	Incident int64          `json:"incident" doc:"0 if it was about none"`
	Before   map[string]any `json:"before" doc:"the incident before it; empty if it was about none, or opened it"`
	After    map[string]any `json:"after"`
}

// OfAudit is a list of lines.
func OfAudit(in []alerting.AuditEntry) []AuditEntry {
	return each(in, func(e alerting.AuditEntry) AuditEntry {
		return AuditEntry{
			ID: e.ID, At: e.At.UTC(), Actor: e.Actor.Name, Via: e.Actor.Via, From: e.Actor.From, Action: e.Action,
			Incident: e.Incident, Before: facts(e.Before), After: facts(e.After),
		}
	})
}

// facts are m, never null in JSON.
func facts(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
