package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The house has five floors; a package imports only what stands below it.
var floors = map[string]int{"alerting": 0, "escalation": 1, "notifiers": 2, "web": 3, "storage": 3, "cmd": 4}

const (
	module     = "tocsin/"
	migrations = "migrations" // beside the floors: only storage imports it
)

func TestPackagesImportOnlyDownward(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, to := range p.Imports {
			if why := refused(p.path(), to, false); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, to, why)
			}
		}
		for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
			if why := refused(p.path(), to, true); why != "" {
				t.Errorf("a test of %s imports %s: %s", p.ImportPath, to, why)
			}
		}
	}
}

func TestFloorRuleRefusesUpAndSideways(t *testing.T) {
	t.Parallel()
	const ok = ""
	for _, c := range []struct {
		from, to string
		test     bool
		want     string
	}{
		{"escalation", "alerting", false, ok},
		{"storage", "escalation/oncall", false, ok},
		{"cmd/tocsin", "storage/embedded", false, ok},
		{"alerting", "escalation", false, "up"},
		{"notifiers/slack", "web", false, "up"},
		{"web", "storage", false, "sideways"},
		{"storage", "web/view", false, "sideways"},
		{"web", "storage", true, "sideways"},
		{"web", "storage/storagetest", true, "sideways"},
		{"notifiers", "notifiers/slack", false, ok},
		{"notifiers/slack", "notifiers", false, ok},
		{"notifiers/slack", "notifiers/twilio", false, "sibling"},
		{"notifiers/slack", "notifiers/slackers", true, "sibling"},
		{"alerting/probe", "alerting/calendar", false, "sibling"},
		{"storage", "migrations", false, ok},
		{"storage/storagetest", "migrations", false, ok},
		{"cmd/tocsin", "migrations", false, "only storage"},
		{"migrations", "alerting", false, "migrations imports"},
		{"storage/storagetest", "storage/embedded", false, ok},
		{"storage", "storage/storagetest", true, ok},
		{"cmd/tocsin", "storage/storagetest", true, ok},
		{"cmd/tocsin", "storage/storagetest", false, "only tests"},
		{"cmd/tocsin", "migrations", true, ok},
		{"notifiers/twilio", "notifiers/notifierstest", true, ok},
		{"notifiers/twilio", "notifiers/notifierstest", false, "only tests"},
		{"notifiers/notifierstest", "storage/storagetest", true, "up"},
		{"utils", "alerting", false, "no floor"},
		{"alerting", "utils", false, "no floor"},
		{"alerting", "net/http", false, ok},
	} {
		to := c.to
		if to != "net/http" {
			to = module + to
		}
		why := refused(c.from, to, c.test)
		if (why == "") != (c.want == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s imports %s (in a test: %v): %q, want %q", c.from, c.to, c.test, why, c.want)
		}
	}
}

// refused says why the package at from must not import to; empty if it may.
func refused(from, to string, inTest bool) string {
	to, ours := strings.CutPrefix(to, module)
	if !ours || inTest && top(from) == "cmd" {
		return ""
	}
	fromFloor, known := floors[top(from)]
	toFloor, toKnown := floors[top(to)]
	switch {
	case from == migrations:
		return "migrations imports nothing of ours"
	case to == migrations && top(from) == "storage":
		return ""
	case to == migrations:
		return "only storage imports migrations"
	case !known || !toKnown:
		return "one of them stands on no floor"
	case forTests(to) && !inTest && !forTests(from):
		return "only tests import it"
	case top(from) == top(to) && !related(from, to) && !forTests(from) && !forTests(to):
		return "it is a sibling"
	case top(from) != top(to) && toFloor == fromFloor:
		return "that is sideways"
	case toFloor > fromFloor:
		return "that is up"
	}
	return ""
}

func top(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

// forTests reports whether a package is there for tests: storage/storagetest, notifiers/notifierstest. Such a
// package stands up what its siblings' tests need, and so may know them and be known to their tests.
func forTests(path string) bool { return strings.HasSuffix(path, "test") }

// related reports whether one is the other, or lies in its folder.
func related(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func (p goPackage) path() string { return strings.TrimPrefix(p.ImportPath, module) }

// packages are all packages of the module, as the go command sees them.
func packages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []goPackage
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < len(floors) {
		t.Fatalf("go list knows only %d packages", len(all))
	}
	return all
}
