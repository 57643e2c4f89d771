package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tocsin/cmd/tocsin/config"
)

// manualFolder is the shipped example in a folder of its own.
func manualFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.ExampleFiles); err != nil {
		t.Fatal(err)
	}
	return dir
}

// tocsin runs the program on the manual's configuration.
func tocsin(t *testing.T, dir, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	args = append([]string{"-c", filepath.Join(dir, "tocsin.yaml")}, args...)
	code = run(t.Context(), args, func(string) string { return "" }, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

// UPDATE_GOLDEN=1 writes the golden files anew; read the difference.
func TestSimulateTellsTheStoryOfTheManualAtChristmas(t *testing.T) {
	dir := manualFolder(t)
	const alert, at = "testdata/system-down.json", "2026-12-25T03:00 Europe/Berlin"
	for golden, args := range map[string][]string{
		"simulate-christmas.txt":      {"--alert", alert, "--at", at},
		"simulate-acknowledged.txt":   {"--alert", alert, "--at", at, "--answer", "acknowledged@7m"},
		"simulate-acknowledged.json":  {"--alert", alert, "--at", at, "--answer", "acknowledged@7m", "--json"},
		"simulate-slow-queries.txt":   {"--alert", "testdata/slow-queries.json", "--at", "2026-04-02T16:30"},
		"simulate-snoozed-muted.txt":  {"--alert", alert, "--at", at, "--answer", "snooze:20m@1m", "--answer", "mute:30m@22m by devops-lead", "--answer", "severity:P1@1h by devops-lead", "--answer", "jump:3@65m"},
		"simulate-failover.txt":       {"--alert", alert, "--at", at, "--fail", "system-admin:slack", "--fail", "sms", "--answer", "resolved@16m by devops-lead"},
		"simulate-one-hour-looks.txt": {"--alert", alert, "--at", "2026-12-25T02:00:00Z", "--for", "20m", "--source", "prometheus"},
	} {
		code, out, errs := tocsin(t, dir, "", append([]string{"simulate"}, args...)...)
		if code != 0 || errs != "" {
			t.Fatalf("%v: code %d, %s", args, code, errs)
		}
		path := filepath.Join("testdata", golden)
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(path); err != nil || string(want) != out {
			t.Errorf("%v: %s has\n%s\n(%v) and it prints\n%s", args, path, want, err, out)
		}
	}
}

func TestSimulateForProgramsHasTheFormThatIsPromised(t *testing.T) {
	body, err := os.ReadFile("testdata/system-down.json")
	if err != nil {
		t.Fatal(err)
	}
	_, out, _ := tocsin(t, manualFolder(t), string(body), "simulate", "--alert", "-", "--at", "2026-12-25T03:00", "--answer", "acknowledged@7m", "--json")
	var got struct {
		Incident struct{ Severity, Reason, Title string }
		Events   []struct{ At, Kind, Role, Person, Channel, Reason string }
	}
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Incident.Severity != "P0" || got.Incident.Reason == "" || got.Incident.Title == "" || len(got.Events) != 11 {
		t.Errorf("%d events of %+v", len(got.Events), got.Incident)
	}
	before := ""
	for _, e := range got.Events {
		if e.At < before || e.Kind != "page" && e.Kind != "skip" || e.Role == "" || e.Reason == "" {
			t.Errorf("an event is %+v, after %s", e, before)
		}
		before = e.At
	}
}

func TestSimulateRefusesWithASentence(t *testing.T) {
	dir := manualFolder(t)
	const alert = "testdata/system-down.json"
	for says, args := range map[string][]string{
		"is no time":                   {"--alert", alert, "--at", "tomorrow"},
		"nothing that can be answered": {"--alert", alert, "--answer", "laughed@1m"},
		`no source "nemo"`:             {"--alert", alert, "--source", "nemo"},
		"sends the format pagerduty":   {"--alert", alert, "--source", "apps"},
		"no such file":                 {"--alert", "nofile.json"},
		`"pigeon" is no channel`:       {"--alert", alert, "--fail", "pigeon"},
		`nobody called "nemo"`:         {"--alert", alert, "--fail", "nemo:sms"},
	} {
		code, out, errs := tocsin(t, dir, "", append([]string{"simulate"}, args...)...)
		if code != 1 || out != "" || !strings.Contains(errs, says) {
			t.Errorf("%v: code %d, stdout %q, stderr %q; want %q", args, code, out, errs, says)
		}
	}
	if code, _, errs := tocsin(t, dir, "{", "simulate", "--alert", "-"); code != 1 || !strings.Contains(errs, "not JSON") {
		t.Errorf("code %d, %s", code, errs)
	}
	if code, _, _ := tocsin(t, dir, "", "simulate"); code != 2 {
		t.Errorf("without --alert the code is %d", code)
	}
}
