package config

import (
	"tocsin/alerting"
	"tocsin/escalation"
)

// Policy is the configuration as decisions see it. Each call makes a new one.
func (c *Config) Policy() *escalation.Policy {
	return &escalation.Policy{
		Config:        c.Hash,
		Classifier:    c.classifier(),
		GroupBy:       c.Intake.GroupBy,
		ReopenWithin:  c.Intake.ReopenWithin,
		ReorderWindow: c.Intake.ReorderWindow,
		Matrix:        c.matrix(),
		Directory:     c.directory(),
		Calendar:      c.calendar(),
		Maintenance:   c.windows(),
	}
}

func (c *Config) classifier() alerting.Classifier {
	out := alerting.Classifier{Default: c.Classify.Default, Config: c.Hash}
	for _, r := range c.Classify.Rules {
		out.Rules = append(out.Rules, alerting.Rule{Match: r.Match, Severity: r.Severity})
	}
	return out
}

func (c *Config) matrix() escalation.Matrix {
	m := escalation.Matrix{}
	for i, row := range c.Matrix.bySeverity() {
		out := escalation.Row{
			Meaning: row.Meaning, Channels: row.Channels, AckTimeout: row.AckTimeout,
			Failover: row.Failover, Digest: row.Digest, Remind: row.Remind, AllClear: row.AllClear, Places: row.places(),
			Repeat: escalation.Repeat{After: row.Repeat.After, Times: row.Repeat.Times},
		}
		for _, s := range row.Steps {
			kind := escalation.PageStep
			if s.Assign != "" {
				kind = escalation.AssignStep
			}
			out.Steps = append(out.Steps, escalation.Step{After: s.After, Kind: kind, Role: s.role(), Until: s.Until, Says: s.Says})
		}
		m[alerting.Severity(i)] = out
	}
	return m
}
