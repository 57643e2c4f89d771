package storage_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"tocsin/alerting"
	"tocsin/escalation"
)

// audited is the audit log, oldest first: actor, way, action, incident, outcome.
func (w *world) audited() []string {
	w.t.Helper()
	entries, err := w.AuditLog(w.context(), 0, 100)
	w.must(err)
	var out []string
	for _, e := range slices.Backward(entries) {
		out = append(out, fmt.Sprintf("%s %s %s %d: %v", e.Actor.Name, e.Actor.Via, e.Action, e.Incident, e.After["outcome"]))
	}
	return out
}

func (w *world) expectAudited(want ...string) {
	w.t.Helper()
	if got := w.audited(); !slices.Equal(got, want) {
		w.t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// last is what the newest line says of the answer.
func (w *world) last() map[string]any {
	w.t.Helper()
	entries, err := w.AuditLog(w.context(), 0, 1)
	w.must(err)
	return entries[0].After
}

func TestEveryAnswerIsOnTheAuditLogWhateverCameOfIt(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.answer(id, escalation.Acknowledge, "ada")
	w.answer(id, escalation.Acknowledge, "bob")
	w.answer(id, escalation.Resolve, "ada")
	_, _, err := w.desk.Answer(w.context(), id, escalation.Answer{Verb: escalation.Escalate, By: alerting.Actor{Name: "bob", Via: "test"}})
	if err == nil {
		t.Error("escalating what is resolved is no error")
	}
	w.expectAudited(
		"ada test acknowledge 1: changed",
		"bob test acknowledge 1: nothing: already acknowledged by ada at 2026-02-02 09:00:00 UTC",
		"ada test resolve 1: changed",
		"bob test escalate 1: refused: incident #1 is resolved: there is nothing to escalate",
	)
}

func TestTheAuditLogSaysWhatAnAnswerNamed(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	by := alerting.Actor{Name: "ada", Via: "test"}
	for _, tc := range []struct {
		answer escalation.Answer
		want   map[string]any
	}{
		{escalation.Answer{Verb: escalation.Escalate, By: by}, map[string]any{"step": 2.0, "role": "on-call"}},
		{escalation.Answer{Verb: escalation.Assign, Person: "devops-lead", By: by}, map[string]any{"person": "devops-lead", "assignee": "devops-lead"}},
		{escalation.Answer{Verb: escalation.Note, Text: strings.Repeat("ä", 300), By: by}, map[string]any{"text": strings.Repeat("ä", 199) + "…"}},
	} {
		_, _, err := w.desk.Answer(w.context(), id, tc.answer)
		w.must(err)
		for key, want := range tc.want {
			if got := w.last(); got[key] != want {
				t.Errorf("%s: %s is %v, want %v", tc.answer.Verb, key, got[key], want)
			}
		}
	}
}

func TestEveryReplyIsOnTheAuditLogWhateverCameOfIt(t *testing.T) {
	f := newFront(t)
	f.text("ACK")
	id := f.fire("backend")
	f.text(fmt.Sprintf("ACK %d", id))
	f.text(fmt.Sprintf("ACK %d", id))
	f.text("I am on my way")
	f.text("ACK 99999")
	f.textFrom("+15005559999", fmt.Sprintf("RES %d", id))
	f.text("RES")
	f.text(fmt.Sprintf("ESC %d", id))
	f.expectAudited(
		"system-admin sms acknowledge 0: refused: no number, and not one incident that could be meant",
		"system-admin sms acknowledge 1: changed",
		"system-admin sms acknowledge 1: nothing: already acknowledged by system-admin at 2026-02-02 09:00:00 UTC",
		"system-admin sms reply 0: refused: not understood",
		"system-admin sms acknowledge 99999: refused: there is no such incident",
		"+15005559999 sms resolve 1: unknown sender",
		"system-admin sms resolve 1: changed",
		"system-admin sms escalate 1: refused: incident #1 is resolved: there is nothing to escalate",
	)
}
