// Package notifiers carries pages out: the outbox's rows, the dispatcher that claims and sends them,
// the retry policy. It decides nothing about who is told or over what (package escalation does); each
// channel's own package renders, sends, and reads what comes back.
package notifiers
