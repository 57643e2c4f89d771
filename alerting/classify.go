package alerting

import (
	"strconv"
	"strings"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Classifier decides a severity: the first rule whose matchers all match.
type Classifier struct {
	Rules   []Rule
	Default Severity
	Config  string // the configuration's hash, for reasons
}

// Rule gives a severity to the alerts that all its matchers match.
type Rule struct {
	Match    labels.Matchers
	Severity Severity
}

// Classify decides the severity of an alert with these labels, and says by which rule, with the values
// it saw and the rules tried before. It runs for every alert that comes in.
func (c *Classifier) Classify(l Labels) (Severity, Reason) {
	r := Reason{Config: c.Config}
	for i, rule := range c.Rules {
		name := "classify.rules[" + strconv.Itoa(i) + "]"
		miss := firstMiss(rule.Match, l)
		if miss == nil {
			r.Rule, r.Values = name, seen(rule.Match, l)
			r.Text = rule.Severity.String() + " by rule " + strconv.Itoa(i+1) + ": " + matchersText(rule.Match)
			return rule.Severity, r
		}
		if r.Tried == nil {
			r.Tried = make([]Tried, 0, len(c.Rules))
		}
		r.Tried = append(r.Tried, Tried{Rule: name, Why: missText(miss, l[miss.Name])})
	}
	r.Rule = "classify.default"
	r.Text = c.Default.String() + " by default: no rule matched"
	return c.Default, r
}

func firstMiss(ms labels.Matchers, l Labels) *labels.Matcher {
	for _, m := range ms {
		if !m.Matches(l[m.Name]) {
			return m
		}
	}
	return nil
}

func seen(ms labels.Matchers, l Labels) map[string]string {
	out := make(map[string]string, len(ms))
	for _, m := range ms {
		out[m.Name] = l[m.Name]
	}
	return out
}

// missText says why a matcher does not match. There is one for each rule tried, so a long value is cut.
func missText(m *labels.Matcher, value string) string {
	const limit = 120
	if len(value) > limit {
		value = strings.ToValidUTF8(value[:limit], "") + "…"
	}
	b := append(appendMatcher(make([]byte, 0, 96), m), " does not match "...)
	return string(strconv.AppendQuote(b, value))
}

func matchersText(ms labels.Matchers) string {
	b := make([]byte, 0, 96)
	for i, m := range ms {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendMatcher(b, m)
	}
	return string(b)
}

// appendMatcher writes a matcher as the configuration does. Matcher.String writes the same, but takes
// microseconds for it, which counts here.
func appendMatcher(b []byte, m *labels.Matcher) []byte {
	b = appendName(b, m.Name)
	b = append(b, m.Type.String()...)
	return strconv.AppendQuote(b, m.Value)
}
