package alerting

import "time"

// AuditEntry is one line of the audit log: who did what, from where, with what before and after. Lines
// are only ever added.
type AuditEntry struct {
	ID       int64
	At       time.Time
	Actor    Actor
	Action   string         // "acknowledge", "sign-in", ...
	Incident int64          // 0 if it was about none
	Before   map[string]any // what the log keeps of an incident; nil if it was about none, or opened it
	After    map[string]any
}
