package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tocsin/cmd/tocsin/config"
)

// checkExample runs check on the shipped example.
func checkExample(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tocsin.yaml")
	if err := os.WriteFile(path, config.Example, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"check", "-c", path}, args...), func(string) string { return "" }, nil, &out, &errs)
	return strings.ReplaceAll(out.String(), path, "tocsin.yaml"), errs.String(), code
}

func TestCheckNamesWhatIsWrongWithTheShippedExample(t *testing.T) {
	stdout, _, code := checkExample(t, "--days", "60", "--from", "2026-10-12T12:00")
	if code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{
		"tocsin.yaml: warning: P0 step 4 and P1 step 3 (senior-engineer): database-admin is reached in business hours only: outside them senior-engineer is devops-lead alone: 44 times, first from Mon 12 October 2026 17:00 CEST until Tue 13 October 2026 09:00 CEST\n",
		"tocsin.yaml: warning: P0 step 3 and P1 step 4 (manager): only engineering-manager ever answers\n",
		"tocsin.yaml: warning: P0 step 5 (executive): only vp-engineering ever answers\n",
		"tocsin.yaml: warning: P2 names no channel but email: where that fails, nobody is told\n",
	} {
		if !strings.Contains(stdout, want) {
			t.Errorf("it does not say %q, but\n%s", want, stdout)
		}
	}
}

func TestCheckLooksAheadOnlyWhereAsked(t *testing.T) {
	stdout, _, code := checkExample(t)
	if code != 0 || strings.Contains(stdout, "ever answers") {
		t.Errorf("exit code %d\n%s", code, stdout)
	}
}

func TestCheckGivesProgramsKindsAndTimes(t *testing.T) {
	stdout, _, code := checkExample(t, "--days", "60", "--from", "2026-10-12T10:00:00Z", "--json")
	var got struct {
		Errors   []any
		Warnings []struct {
			Kind, Message string
			From, Until   *time.Time
		}
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || code != 0 || len(got.Errors) > 0 {
		t.Fatalf("exit code %d, %v\n%s", code, err, stdout)
	}
	count := map[string]int{}
	for _, w := range got.Warnings {
		count[w.Kind]++
		switch w.Kind {
		case "alone":
			if w.From != nil || w.Until != nil {
				t.Errorf("what always holds has times: %+v", w)
			}
		case "part-time":
			from, until := time.Date(2026, 10, 12, 15, 0, 0, 0, time.UTC), time.Date(2026, 10, 13, 7, 0, 0, 0, time.UTC)
			if !strings.Contains(w.Message, "database-admin") || !w.From.Equal(from) || !w.Until.Equal(until) {
				t.Errorf("%+v", w)
			}
		}
	}
	if count["maintenance"] != 1 || count["uncovered"] != 0 || count["alone"] != 2 || count["part-time"] != 1 || count["one-channel"] != 2 {
		t.Errorf("of each kind there are %v", count)
	}
}

// checkFile runs check on a configuration with 60 days from the autumn of 2026.
func checkFile(t *testing.T, dir string, env map[string]string) (stdout string) {
	t.Helper()
	var out, errs bytes.Buffer
	args := []string{"check", "-c", filepath.Join(dir, "tocsin.yaml"), "--days", "60", "--from", "2026-10-12T12:00"}
	if code := run(t.Context(), args, func(name string) string { return env[name] }, nil, &out, &errs); code != 0 {
		t.Fatal(out.String(), errs.String())
	}
	return out.String()
}

func TestCheckCountsNoSandboxAsCover(t *testing.T) {
	const all, thin = "every channel is a sandbox", "nobody would be told over two channels, only engineering-manager over sms, email and slack (sms and email are sandboxes)"
	dir := manualFolder(t)
	if out := checkFile(t, dir, nil); strings.Count(out, all) != 1 || strings.Contains(out, thin) {
		t.Errorf("without credentials it says\n%s", out)
	}
	env := map[string]string{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}
	if out := checkFile(t, dir, env); strings.Contains(out, all) || strings.Count(out, thin) != 1 {
		t.Errorf("with Slack's it says\n%s", out)
	}
}

func TestCheckSaysOnceThatARoleReachesNobody(t *testing.T) {
	dir := changedManual(t, `phone: "+15005550004", email: manager@example.com, slack: U0MGR,`, "")
	out := checkFile(t, dir, nil)
	if strings.Contains(out, "reaches nobody over") || strings.Contains(out, "devops-lead ever answers") || !strings.Contains(out, "(manager): only catch_all would be told, devops-lead") {
		t.Errorf("it says\n%s", out)
	}
}

func TestCheckRefusesDaysThatItCannotLookAt(t *testing.T) {
	for _, args := range [][]string{{"--days=-1"}, {"--days", "732"}, {"--days", "60", "--from", "some day"}} {
		if _, stderr, code := checkExample(t, args...); code != 1 || !strings.HasPrefix(stderr, "tocsin: --") {
			t.Errorf("%v: exit code %d, %q", args, code, stderr)
		}
	}
}
