// Package alerting is the domain: alerts and their episodes, incidents and their states, dedup keys,
// and classification. It does no I/O and reads no clock; whoever calls it passes the time in. What is
// owed to an incident, and to whom, is package escalation's.
package alerting
