package config

import (
	"github.com/prometheus/alertmanager/pkg/labels"
)

// Suppress says what is held back: alerts by others, incidents while planned work goes on.
type Suppress struct {
	Inhibit     []Inhibit     `json:"inhibit" jsonschema_description:"Alertmanager's inhibition rules."`
	Maintenance []Maintenance `json:"maintenance" jsonschema_description:"Windows that come again and again: while one lasts, the steps of the incidents that it matches wait for its end."`
}

// Inhibit holds back the target alerts while a source alert fires.
type Inhibit struct {
	Source labels.Matchers `json:"source" jsonschema:"required" jsonschema_description:"The alerts that hold others back."`
	Target labels.Matchers `json:"target" jsonschema:"required" jsonschema_description:"The alerts that are held back."`
	Equal  []string        `json:"equal" jsonschema_description:"Labels that must have the same value in both."`
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
