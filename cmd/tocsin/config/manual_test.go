package config

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// written is a classifier as the configuration would write it: matchers hold compiled expressions, which
// do not compare.
func written(c alerting.Classifier) (out []string) {
	for _, r := range c.Rules {
		var ms []string
		for _, m := range r.Match {
			ms = append(ms, m.String())
		}
		out = append(out, fmt.Sprintf("%s -> %s", strings.Join(ms, ", "), r.Severity))
	}
	return append(out, "default -> "+c.Default.String())
}

func TestExampleIsThePolicyOfPolicytest(t *testing.T) {
	cfg, _ := read(t, string(Example))
	shipped, want := cfg.Policy(), policytest.Manual(t)

	same := func(what string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: the shipped file has\n%+v\nand policytest\n%+v", what, got, want)
		}
	}
	same("classify", written(shipped.Classifier), written(want.Classifier))
	same("intake.group_by", shipped.GroupBy, want.GroupBy)
	same("intake.reopen_within", shipped.ReopenWithin, want.ReopenWithin)
	same("intake.reorder_window", shipped.ReorderWindow, want.ReorderWindow)
	same("catch_all", shipped.Directory.CatchAll, want.Directory.CatchAll)
	same("people", shipped.Directory.People, want.Directory.People)
	same("roles", shipped.Directory.Roles, want.Directory.Roles)
	same("absences", shipped.Directory.Absences, want.Directory.Absences)
	same("rotations", rotations(shipped), rotations(want))
	same("maintenance", windows(shipped), windows(want))
	for _, s := range alerting.Severities {
		same("matrix."+s.String(), shipped.Matrix[s], want.Matrix[s])
	}
	if shipped.Config == "" || shipped.Config != shipped.Classifier.Config {
		t.Errorf("the configuration's hash: %q, the classifier's %q", shipped.Config, shipped.Classifier.Config)
	}
	sameCalendar(t, shipped, want)
}

// rotations prints them with their zones by name: two loads of one zone are not one pointer.
func rotations(p *escalation.Policy) map[string]string {
	out := map[string]string{}
	for name, r := range p.Directory.Rotations {
		out[name] = fmt.Sprint(r.Name, r.People, r.Turn, r.Since, r.Zone, r.Layers, r.Shadows, r.Imported)
	}
	return out
}

// windows prints maintenance windows, each with when it begins in the first days of a year and of its summer.
func windows(p *escalation.Policy) (out []string) {
	for _, w := range p.Maintenance {
		out = append(out, fmt.Sprint(w.Name, w.Match, w.Lasts))
		for _, month := range []time.Month{time.January, time.July} {
			at := time.Date(2026, month, 1, 0, 0, 0, 0, time.UTC)
			for range 3 {
				at = w.Begins(at)
				out = append(out, at.Format(time.RFC3339))
			}
		}
	}
	return out
}

// sameCalendar compares business time for two years, half an hour at a time.
func sameCalendar(t *testing.T, a, b *escalation.Policy) {
	t.Helper()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := start; at.Before(start.AddDate(2, 0, 0)); at = at.Add(30 * time.Minute) {
		if a.Calendar.Open(at) != b.Calendar.Open(at) {
			t.Fatalf("%v is business time in one and not in the other", at)
		}
	}
}
