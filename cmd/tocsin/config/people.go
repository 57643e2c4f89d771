package config

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// Person is somebody who may be told.
type Person struct {
	Name  string              `json:"name" jsonschema_description:"What messages and pages call them. Left out: the key."`
	Phone string              `json:"phone" jsonschema:"example=+15005550001" jsonschema_description:"Number in E.164, for SMS; of one person only."`
	Email string              `json:"email" jsonschema:"example=dba@example.com" jsonschema_description:"Email address."`
	Slack string              `json:"slack" jsonschema:"example=U0DBA" jsonschema_description:"Slack user ID; of one person only."`
	Reach escalation.Reach    `json:"reach" jsonschema:"default=always" jsonschema_description:"When they may be told: always, in business-hours, or on-call (while they hold a rotation)."`
	Only  []alerting.Severity `json:"only" jsonschema_description:"Told of these severities only."`
}

// Rotation passes a role from person to person.
type Rotation struct {
	People   []string       `json:"people" jsonschema:"required" jsonschema_description:"Who takes turns, in order."`
	Turn     oncall.Turn    `json:"turn" jsonschema:"default=1 week,example=12 hours" jsonschema_description:"How long one person holds it."`
	Since    oncall.Civil   `json:"since" jsonschema:"required,example=2026-01-05T09:00" jsonschema_description:"Local date and time at which the first turn of the first person begins."`
	Timezone *time.Location `json:"timezone" jsonschema_description:"The zone of since and of the hand-offs. Left out: the file's."`
	Layers   []Layer        `json:"layers" jsonschema_description:"Further layers, each with its own people and turn; a later one goes before an earlier one."`
}

// Layer stands above a rotation in the hours that its restriction names.
type Layer struct {
	People      []string     `json:"people" jsonschema:"required" jsonschema_description:"Who takes turns, in order."`
	Turn        oncall.Turn  `json:"turn" jsonschema_description:"How long one person holds it. Left out: the rotation's."`
	Since       oncall.Civil `json:"since" jsonschema_description:"Local date and time at which the first turn begins. Left out: the rotation's."`
	Restriction Restriction  `json:"restriction" jsonschema_description:"When the layer holds; left out: always."`
}

// Restriction is part of the week, in the rotation's zone.
type Restriction struct {
	Days  []Workday `json:"days" jsonschema_description:"Days of the week; left out: every day."`
	Hours Hours     `json:"hours" jsonschema:"example=22:00-06:00" jsonschema_description:"Hours of these days; left out: all day. Hours past midnight belong to the day on which they begin."`
}

// Role is what a step names: a rotation's holder, or people.
type Role struct {
	Rotation string   `json:"rotation" jsonschema_description:"Whoever holds this rotation."`
	People   []string `json:"people" jsonschema_description:"These people, all of them."`
}

// External is a contact outside.
type External struct {
	Name string `json:"name" jsonschema:"required" jsonschema_description:"What people call it."`
	How  string `json:"how" jsonschema:"required" jsonschema_description:"How it is reached."`
}

// names are those that other parts of the file may use.
type names struct{ people, rotations, roles []string }

func namesIn(file value) names {
	keys := func(section string) []string {
		var out []string
		if v := file.child(section); v.node != nil && v.node.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(v.node.Content); i += 2 {
				out = append(out, v.node.Content[i].Value)
			}
		}
		slices.Sort(out)
		return out
	}
	return names{keys("people"), keys("rotations"), keys("roles")}
}

func person(v value) string   { return v.name("person", v.r.names.people) }
func rotation(v value) string { return v.name("rotation", v.r.names.rotations) }
func role(v value) string     { return v.name("role", v.r.names.roles) }

func readPerson(v value) Person {
	p := Person{Name: v.key, Reach: escalation.ReachAlways}
	v.object(
		key("name", &p.Name, text),
		key("phone", &p.Phone, parsed("telephone number", parsePhone)),
		key("email", &p.Email, parsed("email address", parseMailbox)),
		key("slack", &p.Slack, text),
		key("reach", &p.Reach, choice("reach", escalation.ReachAlways, escalation.ReachBusinessHours, escalation.ReachOnCall)),
		key("only", &p.Only, unique(some(severity))),
	)
	if !v.has("phone") && !v.has("email") && !v.has("slack") {
		v.warn(KindNoChannel, "%s has no phone, email or slack and can be told nothing", v.key)
	}
	return p
}

// people reads everybody. What a reply comes from says who sends it, so nobody shares it.
func people(v value) map[string]Person {
	out := named(readPerson)(v)
	v.oneOwnerEach("phone", "phone")
	v.oneOwnerEach("slack", "Slack user")
	return out
}

// oneOwnerEach makes sure that no two of the mapping v say the same under key, which people call
// what. Upper and lower case are the same.
func (v value) oneOwnerEach(key, what string) {
	if v.node == nil || v.node.Kind != yaml.MappingNode {
		return
	}
	owners := map[string]string{}
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		owner := v.member(i)
		item := owner.child(key)
		if item.empty() || item.node.Kind != yaml.ScalarNode {
			continue
		}
		same := strings.ToUpper(item.node.Value)
		if first, taken := owners[same]; taken && first != owner.key {
			item.fail("the %s %s is %s's already: a reply must say who sent it", what, item.shown(), first)
			continue
		}
		owners[same] = owner.key
	}
}

func readRotation(v value) Rotation {
	r := Rotation{Turn: oncall.Turn{Days: 7}}
	v.object(
		required("who takes turns", key("people", &r.People, some(person))),
		key("turn", &r.Turn, parsed("turn", oncall.ParseTurn)),
		required("when the first turn begins, as in 2026-01-05T09:00", key("since", &r.Since, parsed("local time", oncall.ParseCivil))),
		key("timezone", &r.Timezone, parsed("time zone", parseZone)),
		key("layers", &r.Layers, list(readLayer)),
	)
	for i := range r.Layers {
		l := &r.Layers[i]
		l.Turn, l.Since = cmp.Or(l.Turn, r.Turn), cmp.Or(l.Since, r.Since)
	}
	return r
}

func readLayer(v value) Layer {
	var l Layer
	v.object(
		required("who takes turns", key("people", &l.People, some(person))),
		key("turn", &l.Turn, parsed("turn", oncall.ParseTurn)),
		key("since", &l.Since, parsed("local time", oncall.ParseCivil)),
		key("restriction", &l.Restriction, readRestriction),
	)
	return l
}

func readRestriction(v value) Restriction {
	var r Restriction
	v.object(
		key("days", &r.Days, unique(some(choice("day", weekdays()...)))),
		key("hours", &r.Hours, hours),
	)
	return r
}

func readRole(v value) Role {
	var r Role
	v.object(
		key("rotation", &r.Rotation, rotation),
		key("people", &r.People, unique(some(person))),
	)
	switch {
	case v.has("rotation") && v.has("people"):
		v.fail("the role %s has both rotation and people: it stands for one or the other", v.key)
	case !v.has("rotation") && !v.has("people"):
		v.fail("the role %s has neither rotation nor people: say for whom it stands", v.key)
	}
	return r
}

func readExternal(v value) External {
	var e External
	v.object(
		required("what people call it", key("name", &e.Name, text)),
		required("how it is reached", key("how", &e.How, prose)),
	)
	return e
}

// holders are the people that a role stands for, at one time or another.
func (c *Config) holders(role string) []string {
	r := c.Roles[role]
	if r.Rotation == "" {
		return r.People
	}
	return c.Rotations[r.Rotation].People
}
