package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestARefusedAnswerFailsTheSimulationAndIsSaid(t *testing.T) {
	dir := manualFolder(t)
	args := []string{"simulate", "--alert", "testdata/system-down.json", "--at", "2026-12-25T03:00", "--answer", "resolved@1m", "--answer", "acknowledged@2m"}
	const said = "tocsin: the answer acknowledge@2m0s was refused: incident #1 is resolved (by system-admin at 2026-12-25 03:01 CET): reopen it first\n"
	code, out, errs := tocsin(t, dir, "", args...)
	if code != 1 || errs != said || !strings.Contains(out, "refused      system-admin: acknowledge@2m0s") {
		t.Errorf("code %d, stderr %q\n%s", code, errs, out)
	}
	code, out, errs = tocsin(t, dir, "", append(args, "--json")...)
	if code != 1 || errs != said || strings.Contains(out, "refused") {
		t.Errorf("for programs: code %d, stderr %q\n%s", code, errs, out)
	}
}

func TestAnAnswerThatChangesNothingIsNoFailure(t *testing.T) {
	code, out, errs := tocsin(t, manualFolder(t), "", "simulate", "--alert", "testdata/system-down.json", "--at", "2026-12-25T03:00", "--answer", "acknowledged@1m", "--answer", "acknowledged@2m")
	if code != 0 || errs != "" || !strings.Contains(out, "unchanged    system-admin: acknowledge@2m0s") {
		t.Errorf("code %d, %s\n%s", code, errs, out)
	}
}

// changedManual is the shipped example with something in it replaced.
func changedManual(t *testing.T, replace ...string) string {
	t.Helper()
	dir := manualFolder(t)
	path := filepath.Join(dir, "tocsin.yaml")
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(src)
	for i := 0; i+1 < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("the example has no %q", replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAPersonalRuleIsAClauseOfItsOwn(t *testing.T) {
	dir := changedManual(t, "slack: U0SYS, reach: on-call}", "slack: U0SYS, reach: on-call, notify: {P0: [{over: [slack]}, {over: [sms], after: 2m}]}}")
	_, out, _ := tocsin(t, dir, "", "simulate", "--alert", "testdata/system-down.json", "--at", "2026-12-25T03:00", "--for", "4m")
	for _, want := range []string{"until 2026-12-28 09:00 CET; by a personal rule\n", "until 2026-12-28 09:00 CET; after 2m by a personal rule\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("it does not say %q\n%s", want, out)
		}
	}
}

func TestAStepThatIsDueWithALaterOneSaysWhoTells(t *testing.T) {
	dir := changedManual(t, "{after: 15m, page: manager}", "{after: 30m, page: senior-engineer}")
	args := []string{"simulate", "--alert", "testdata/system-down.json", "--at", "2026-12-25T03:00", "--for", "40m"}
	_, out, _ := tocsin(t, dir, "", args...)
	const want = "told once    devops-lead\n                                   step 3, senior-engineer: told by step 4, which was due too\n"
	if !strings.Contains(out, want) || strings.Contains(out, "tells nobody") {
		t.Errorf("it does not say %q\n%s", want, out)
	}
	if _, out, _ := tocsin(t, dir, "", append(args, "--json")...); !strings.Contains(out, `"reason": "told by step 4, which was due too"`) {
		t.Errorf("for programs:\n%s", out)
	}
}
