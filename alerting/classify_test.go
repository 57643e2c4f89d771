package alerting

import (
	"strings"
	"testing"

	"github.com/prometheus/alertmanager/matcher/parse"
)

// manualsClassifier has the operations manual's rules.
func manualsClassifier(t testing.TB) *Classifier {
	t.Helper()
	c := &Classifier{Default: P2, Config: "c0ffee"}
	for _, r := range []struct {
		match    string
		severity Severity
	}{
		{`{alertname=~"SystemDown|DatabaseFailure"}`, P0},
		{`{alertname="HighErrorRate"}`, P1},
		{`{severity="critical", env="prod"}`, P0},
		{`{severity="critical"}`, P1},
		{`{severity="warning"}`, P2},
		{`{severity=~"info|none"}`, P3},
	} {
		ms, err := parse.Matchers(r.match)
		if err != nil {
			t.Fatal(err)
		}
		c.Rules = append(c.Rules, Rule{Match: ms, Severity: r.severity})
	}
	return c
}

func TestFirstRuleThatMatchesDecides(t *testing.T) {
	c := manualsClassifier(t)
	for _, k := range []struct {
		labels Labels
		want   Severity
		rule   string
	}{
		{Labels{"alertname": "SystemDown"}, P0, "classify.rules[0]"},
		{Labels{"alertname": "SystemDownish", "severity": "none"}, P3, "classify.rules[5]"},
		{Labels{"alertname": "HighErrorRate", "severity": "warning"}, P1, "classify.rules[1]"},
		{Labels{"severity": "critical", "env": "prod"}, P0, "classify.rules[2]"},
		{Labels{"severity": "critical", "env": "test"}, P1, "classify.rules[3]"},
		{Labels{"severity": "warning"}, P2, "classify.rules[4]"},
		{Labels{"severity": "Critical"}, P2, "classify.default"},
		{nil, P2, "classify.default"},
	} {
		got, r := c.Classify(k.labels)
		if got != k.want || r.Rule != k.rule || r.Config != "c0ffee" {
			t.Errorf("%s is %s by %s of %s, want %s by %s", k.labels, got, r.Rule, r.Config, k.want, k.rule)
		}
	}
}

func TestReasonTellsTheRuleItsValuesAndWhatWasTriedBefore(t *testing.T) {
	_, r := manualsClassifier(t).Classify(Labels{"alertname": "Odd", "severity": "critical", "env": "prod"})
	if want := `P0 by rule 3: severity="critical", env="prod"`; r.Text != want {
		t.Errorf("text %q, want %q", r.Text, want)
	}
	if len(r.Values) != 2 || r.Values["severity"] != "critical" || r.Values["env"] != "prod" {
		t.Errorf("values %v, want those of severity and env", r.Values)
	}
	want := []Tried{
		{"classify.rules[0]", `alertname=~"SystemDown|DatabaseFailure" does not match "Odd"`},
		{"classify.rules[1]", `alertname="HighErrorRate" does not match "Odd"`},
	}
	if len(r.Tried) != 2 || r.Tried[0] != want[0] || r.Tried[1] != want[1] {
		t.Errorf("tried %v, want %v", r.Tried, want)
	}
	if _, r := manualsClassifier(t).Classify(nil); len(r.Tried) != 6 || !strings.Contains(r.Text, "P2 by default") {
		t.Errorf("by default: %+v, want six rules tried", r)
	}
}

// The reason is stored with every alert: one hostile value is not repeated whole for each rule.
func TestLongValuesAreCutInReasons(t *testing.T) {
	_, r := manualsClassifier(t).Classify(Labels{"alertname": strings.Repeat("é", 2000)})
	if why := r.Tried[0].Why; len(why) > 250 || !strings.HasSuffix(why, `éé…"`) {
		t.Errorf("%d bytes: %q", len(why), why)
	}
}

// An alert without the label has the empty value, as in Alertmanager.
func TestMissingLabelIsTheEmptyValue(t *testing.T) {
	ms, err := parse.Matchers(`{env!="prod", "host.name"=~"|rack"}`)
	if err != nil {
		t.Fatal(err)
	}
	c := &Classifier{Rules: []Rule{{Match: ms, Severity: P3}}}
	if got, r := c.Classify(Labels{}); got != P3 || r.Text != `P3 by rule 1: env!="prod", "host.name"=~"|rack"` {
		t.Errorf("%s: %s", got, r.Text)
	}
}

func BenchmarkClassify(b *testing.B) {
	c := manualsClassifier(b)
	for name, l := range map[string]Labels{
		"first":   {"alertname": "SystemDown", "severity": "critical"},
		"fifth":   {"alertname": "HighErrorRat", "severity": "warning"},
		"default": {"alertname": "HighErrorRat", "severity": "page"},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Classify(l)
			}
		})
	}
}
