package config

import (
	"github.com/prometheus/alertmanager/pkg/labels"
	"tocsin/alerting"
)

// Classify says how severe an alert is.
type Classify struct {
	Rules   []ClassifyRule    `json:"rules" jsonschema_description:"Looked at in order; the first whose matchers all match decides."`
	Default alerting.Severity `json:"default" jsonschema:"default=P2" jsonschema_description:"The severity where no rule matches."`
}

// ClassifyRule gives a severity to the alerts that all its matchers match.
type ClassifyRule struct {
	Match    labels.Matchers   `json:"match" jsonschema:"required" jsonschema_description:"Matchers in Alertmanager's syntax; all must match."`
	Severity alerting.Severity `json:"severity" jsonschema:"required" jsonschema_description:"What such an alert is."`
}

// readClassify reads the rules; a file without the section has the operations manual's.
func readClassify(v value) Classify {
	c := Classify{Default: alerting.P2}
	if v.empty() {
		v = v.r.manual("classify")
	}
	v.object(
		key("rules", &c.Rules, list(readClassifyRule)),
		key("default", &c.Default, severity),
	)
	return c
}

func readClassifyRule(v value) ClassifyRule {
	var r ClassifyRule
	v.object(
		required(`which alerts the rule is for, as in ['severity="critical"']`, key("match", &r.Match, matchers)),
		required("P0, P1, P2 or P3", key("severity", &r.Severity, severity)),
	)
	return r
}

// severity is P0 to P3.
func severity(v value) alerting.Severity {
	s, _ := alerting.ParseSeverity(v.name("severity", severityNames()))
	return s
}

func severityNames() []string {
	var names []string
	for _, s := range alerting.Severities {
		names = append(names, s.String())
	}
	return names
}
