package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestShowSaysWhenStepsWillFireThatWait(t *testing.T) {
	var i remote
	if err := json.Unmarshal([]byte(`{"id": 5, "severity": "P0", "state": "acknowledged", "plan": [
		{"due_at": "2026-02-02T09:00:00Z", "fires_at": null, "kind": "page", "role": "on-call", "state": "fired"},
		{"due_at": "2026-02-02T09:05:00Z", "fires_at": "2026-02-02T10:00:00Z", "kind": "page", "role": "on-call", "state": "skipped"},
		{"due_at": "2026-02-02T09:15:00Z", "fires_at": "2026-02-02T10:10:00Z", "kind": "page", "role": "manager", "state": "pending"},
		{"due_at": "2026-02-02T10:00:00Z", "fires_at": "2026-02-02T10:00:00Z", "kind": "page", "role": "executive", "state": "pending"},
		{"due_at": "2026-02-02T11:00:00Z", "fires_at": null, "kind": "assign", "role": "engineer", "state": "pending"}]}`), &i); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	i.print(&out)
	said := strings.Join(strings.Fields(out.String()), " ")
	for _, want := range []string{
		"2026-02-02 09:00:00Z page on-call fired", "2026-02-02 10:00:00Z page on-call waits, was due 2026-02-02 09:05:00Z",
		"2026-02-02 10:10:00Z page manager waits, was due 2026-02-02 09:15:00Z", "2026-02-02 10:00:00Z page executive pending",
		"2026-02-02 11:00:00Z assign engineer will be skipped",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
