package main

import (
	"strings"
	"testing"
)

func TestForProgramsRemindersAllClearsAndFailoversAreKnownKinds(t *testing.T) {
	dir := changedManual(t, "    meaning: System completely down, revenue impact\n", "    meaning: System completely down, revenue impact\n    remind: 1h\n")
	code, out, errs := tocsin(t, dir, "", "simulate", "--alert", "testdata/system-down.json", "--at", "2026-12-25T03:00", "--fail", "sms",
		"--answer", "acknowledged@2m", "--answer", "resolved@90m by devops-lead", "--json")
	if code != 0 || errs != "" {
		t.Fatalf("code %d, %s", code, errs)
	}
	for _, want := range []string{"sms was not accepted within 10 s (unknown); voice instead, over voice", "no word or act of a person for 1h", "was told of it, and it is resolved by devops-lead"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q\n%s", want, out)
		}
	}
	for line := range strings.Lines(out) {
		if kind, ok := strings.CutPrefix(strings.TrimSpace(line), `"kind": `); ok && kind != `"page",` && kind != `"skip",` {
			t.Errorf("a kind is %s", kind)
		}
	}
}
