package config

import "time"

// Intake says where alerts come from, and how they become incidents.
type Intake struct {
	Sources       []Source      `json:"sources" jsonschema_description:"Who may send alerts."`
	GroupBy       []string      `json:"group_by" jsonschema:"default=alertname,default=service" jsonschema_description:"Labels that make one incident, for a source that brings no group of its own."`
	ReopenWithin  time.Duration `json:"reopen_within" jsonschema:"default=30m" jsonschema_description:"The same problem again this soon reopens its incident."`
	FlapAfter     int           `json:"flap_after" jsonschema:"default=5" jsonschema_description:"State changes within reopen_within that count as flapping: one page, then quiet."`
	ReorderWindow time.Duration `json:"reorder_window" jsonschema:"default=1m" jsonschema_description:"A firing of an episode resolved this recently came late; later, it fires again."`
}

// Source is one sender of alerts.
type Source struct {
	Name   string     `json:"name" jsonschema:"required" jsonschema_description:"How incidents name it; its own among the sources."`
	Kind   SourceKind `json:"kind" jsonschema:"required" jsonschema_description:"Which format it sends."`
	Token  Secret     `json:"token" jsonschema_description:"What it proves itself with, or its hash. Without one everything it sends is refused."`
	Tokens []Secret   `json:"tokens" jsonschema_description:"Further tokens or hashes, up to three: all are valid, so that one can be replaced without a gap."`
}

// AllTokens are what the source may prove itself with.
func (s Source) AllTokens() []Secret {
	if s.Token == "" {
		return s.Tokens
	}
	return append([]Secret{s.Token}, s.Tokens...)
}

// SourceKind is a format in which alerts come.
type SourceKind string

// The formats.
const (
	Alertmanager SourceKind = "alertmanager"
	PagerDuty    SourceKind = "pagerduty"
	Grafana      SourceKind = "grafana"
	JSON         SourceKind = "json"
)

func readIntake(v value) Intake {
	in := Intake{GroupBy: []string{"alertname", "service"}, ReopenWithin: 30 * time.Minute, FlapAfter: 5, ReorderWindow: time.Minute}
	v.object(
		key("sources", &in.Sources, list(readSource)),
		key("group_by", &in.GroupBy, unique(some(text))),
		key("reopen_within", &in.ReopenWithin, duration),
		key("flap_after", &in.FlapAfter, count(2)),
		key("reorder_window", &in.ReorderWindow, duration),
	)
	v.child("sources").eachDiffers("name")
	v.child("sources").tokensDiffer()
	if len(in.Sources) == 0 {
		v.warn(KindNoSource, "intake.sources names no source: no alert can come in")
	}
	return in
}

func readSource(v value) Source {
	var s Source
	v.object(
		required("what incidents call the source", key("name", &s.Name, text)),
		required("alertmanager, pagerduty, grafana or json", key("kind", &s.Kind, choice("kind", Alertmanager, PagerDuty, Grafana, JSON))),
		key("token", &s.Token, token),
		key("tokens", &s.Tokens, tokens),
	)
	if !v.has("token") && len(s.Tokens) == 0 && v.has("name") {
		v.warn(KindNoToken, "the source %s has no token: everything it sends is refused", v.child("name").shown())
	}
	return s
}
