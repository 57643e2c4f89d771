package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const twoScenarios = `scenarios:
  - name: the engineer on call is told
    at: 2026-12-25T03:00
    alert: {alertname: SystemDown, service: backend}
    for: 1m
    expect: {at: +0m, page: system-admin}
  - name: the executive is told at once
    at: 2026-12-25T03:00
    alert: {alertname: SystemDown, service: backend}
    for: 1m
    expect: {at: +0m, page: vp-engineering}
`

// scenarioFile writes a scenario file beside the manual's configuration.
func scenarioFile(t *testing.T, text string) (dir, path string) {
	t.Helper()
	dir = manualFolder(t)
	path = filepath.Join(dir, "s.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, path
}

// untimed is output with its running times and folder taken out.
func untimed(out, dir string) string {
	out = strings.ReplaceAll(out, dir+string(filepath.Separator), "")
	return regexp.MustCompile(`\d+\.\d+s`).ReplaceAllString(out, "0s")
}

func TestScenariosPrintWhatGoTestWould(t *testing.T) {
	dir, path := scenarioFile(t, twoScenarios)
	const failed = `--- FAIL: the executive is told at once (0s)
    s.yaml:7: it came otherwise (- missing, + not expected, ~ besides):
        - Fri 2026-12-25 03:00:00 CET (+0s)  page vp-engineering [line 11]
        ~ Fri 2026-12-25 03:00:00 CET (+0s)  page system-admin as on-call over sms, email, slack says ""
`
	const passed = `=== RUN   the engineer on call is told
--- PASS: the engineer on call is told (0s)
`
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, 1, failed + "FAIL\ts.yaml\t0s\nFAIL\n"},
		{[]string{"-v"}, 1, passed + "=== RUN   the executive is told at once\n" + failed + "FAIL\ts.yaml\t0s\nFAIL\n"},
		{[]string{"--run", "on call"}, 0, "ok\ts.yaml\t0s\n"},
		{[]string{"-v", "--run", "on call"}, 0, passed + "PASS\nok\ts.yaml\t0s\n"},
		{[]string{"--run", "nothing like it"}, 0, "ok\ts.yaml\t0s [no scenarios to run]\n"},
	} {
		code, out, errs := tocsin(t, dir, "", append([]string{"test", path}, c.args...)...)
		if got := untimed(out, dir); code != c.code || got != c.want || errs != "" {
			t.Errorf("%v: code %d, stderr %q, stdout\n%s\nwant\n%s", c.args, code, errs, got, c.want)
		}
	}
}

func TestAScenarioFileThatIsWrongRunsNothing(t *testing.T) {
	dir, path := scenarioFile(t, strings.Replace(twoScenarios, "page: vp-engineering", "page: nemo", 1))
	code, out, _ := tocsin(t, dir, "", "test", path)
	want := "s.yaml:11: page: there is nobody called \"nemo\" under people\nFAIL\ts.yaml [not run]\nFAIL\n"
	if got := untimed(out, dir); code != 1 || got != want {
		t.Errorf("code %d\n%s\nwant\n%s", code, got, want)
	}
	if code, _, errs := tocsin(t, dir, "", "test", path, "--run", "("); code != 1 || !strings.Contains(errs, "no regular expression") {
		t.Errorf("code %d, %s", code, errs)
	}
	if code, _, _ := tocsin(t, dir, "", "test"); code != 2 {
		t.Errorf("without a file the code is %d", code)
	}
}

func TestTheShippedScenariosPassOnTheCommandLine(t *testing.T) {
	dir := manualFolder(t)
	if code, out, errs := tocsin(t, dir, "", "test", filepath.Join(dir, "scenarios", "manual.yaml")); code != 0 {
		t.Errorf("code %d\n%s%s", code, out, errs)
	}
}
