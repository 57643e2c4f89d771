package config

import (
	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
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
		out := escalation.Row{Meaning: row.Meaning, Channels: row.Channels}
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

func (c *Config) directory() escalation.Directory {
	d := escalation.Directory{
		People:    map[string]escalation.Person{},
		Roles:     map[string]escalation.Role{},
		Rotations: map[string]oncall.Rotation{},
		CatchAll:  c.CatchAll,
	}
	for name := range c.People {
		d.People[name] = c.person(name)
	}
	for name, r := range c.Roles {
		d.Roles[name] = escalation.Role{Rotation: r.Rotation, People: r.People}
	}
	for name, r := range c.Rotations {
		zone := r.Timezone
		if zone == nil {
			zone = c.Timezone
		}
		d.Rotations[name] = oncall.Rotation{Name: name, People: r.People, Turn: r.Turn, Since: r.Since, Zone: zone}
	}
	return d
}

func (c *Config) person(name string) escalation.Person {
	p := c.People[name]
	return escalation.Person{ID: name, Name: p.Name, Phone: p.Phone, Email: p.Email, Slack: p.Slack, Reach: p.Reach, Only: p.Only}
}

func (c *Config) calendar() *calendar.Calendar {
	out := &calendar.Calendar{Zone: c.Timezone, Hours: c.Calendar.Hours, Closed: c.Calendar.Closed}
	for _, d := range c.Calendar.Workdays {
		out.Workdays = append(out.Workdays, d.weekday())
	}
	for _, r := range c.Calendar.Holidays {
		out.Holidays = append(out.Holidays, r.Holidays...)
	}
	return out
}
