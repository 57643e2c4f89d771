package config

import (
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
)

// Suppress says which alerts are stored but open no incident.
type Suppress struct {
	Inhibit     []Inhibit     `json:"inhibit" jsonschema_description:"Alertmanager's inhibition rules."`
	Maintenance []Maintenance `json:"maintenance" jsonschema_description:"Windows that come again and again."`
}

// Inhibit holds back the target alerts while a source alert fires.
type Inhibit struct {
	Source labels.Matchers `json:"source" jsonschema:"required" jsonschema_description:"The alerts that hold others back."`
	Target labels.Matchers `json:"target" jsonschema:"required" jsonschema_description:"The alerts that are held back."`
	Equal  []string        `json:"equal" jsonschema_description:"Labels that must have the same value in both."`
}

// Maintenance holds back what it matches while its window lasts.
type Maintenance struct {
	Name  string          `json:"name" jsonschema:"required" jsonschema_description:"What people call it."`
	Match labels.Matchers `json:"match" jsonschema:"required" jsonschema_description:"The alerts that are held back."`
	Every string          `json:"every" jsonschema:"required,example=0 3 * * SUN" jsonschema_description:"When it begins, as cron writes it; MON#1 is the month's first Monday."`
	Lasts time.Duration   `json:"lasts" jsonschema:"required" jsonschema_description:"How long it lasts."`
}

func readSuppress(v value) Suppress {
	var s Suppress
	v.object(
		key("inhibit", &s.Inhibit, list(readInhibit)),
		key("maintenance", &s.Maintenance, list(readMaintenance)),
	)
	v.child("maintenance").eachDiffers("name")
	return s
}

func readInhibit(v value) Inhibit {
	var i Inhibit
	v.object(
		required("the alerts that hold others back", key("source", &i.Source, matchers)),
		required("the alerts that are held back", key("target", &i.Target, matchers)),
		key("equal", &i.Equal, unique(list(text))),
	)
	return i
}

func readMaintenance(v value) Maintenance {
	var m Maintenance
	v.object(
		required("what people call it", key("name", &m.Name, text)),
		required("the alerts that are held back", key("match", &m.Match, matchers)),
		required(`when it begins, as in "0 3 * * SUN"`, key("every", &m.Every, parsed("cron schedule", parseCron))),
		required("how long it lasts, as in 1h", key("lasts", &m.Lasts, period)),
	)
	return m
}
