// Package simulator drives the machine on a made-up clock: it keeps incidents, alerts and pages in memory as
// storage does in PostgreSQL, decides with the same pure functions, and tells what happened as a story.
// It does no I/O and reads no clock. Nothing that it says has been sent.
package simulator
