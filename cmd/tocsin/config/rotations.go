package config

import (
	"cmp"
	"time"

	"tocsin/escalation/oncall"
)

// Rotation passes a role from person to person: by turns, or as a calendar says.
type Rotation struct {
	People   []string       `json:"people" jsonschema_description:"Who takes turns, in order. Needed unless there is ical."`
	Turn     oncall.Turn    `json:"turn" jsonschema:"default=1 week,example=12 hours" jsonschema_description:"How long one person holds it."`
	Since    oncall.Civil   `json:"since" jsonschema:"example=2026-01-05T09:00" jsonschema_description:"Local date and time at which the first turn of the first person begins. Needed unless there is ical."`
	Timezone *time.Location `json:"timezone" jsonschema_description:"The zone of since and of the hand-offs. Left out: the file's."`
	Layers   []Layer        `json:"layers" jsonschema_description:"Further layers, each with its own people and turn; a later one goes before an earlier one."`
	Shadows  []Shadow       `json:"shadows" jsonschema_description:"People who learn: whoever's turn it is among them is told along by email and Slack, and never counts as reached."`
	Ical     Ical           `json:"ical" jsonschema:"example=oncall.ics" jsonschema_description:"An iCalendar file or https URL that says who holds it, instead of people, turn, since and layers. An event's summary or an attendee names the person: key, name or email."`
}

// Layer stands above a rotation in the hours that its restriction names.
type Layer struct {
	Name        string       `json:"name" jsonschema:"example=nights" jsonschema_description:"What people call it."`
	People      []string     `json:"people" jsonschema:"required" jsonschema_description:"Who takes turns, in order."`
	Turn        oncall.Turn  `json:"turn" jsonschema_description:"How long one person holds it. Left out: the rotation's."`
	Since       oncall.Civil `json:"since" jsonschema_description:"Local date and time at which the first turn begins. Left out: the rotation's."`
	Restriction Restriction  `json:"restriction" jsonschema_description:"When the layer holds; left out: always."`
}

// Shadow is told what a rotation's holder is told, to learn.
type Shadow struct {
	People []string     `json:"people" jsonschema:"required" jsonschema_description:"Who takes turns, in order."`
	Turn   oncall.Turn  `json:"turn" jsonschema_description:"How long one person shadows. Left out: the rotation's."`
	Since  oncall.Civil `json:"since" jsonschema_description:"Local date and time at which the first turn begins. Left out: the rotation's."`

	place value // for warnings
}

// Restriction is part of the week, in the rotation's zone.
type Restriction struct {
	Days  []Workday `json:"days" jsonschema_description:"Days of the week; left out: every day."`
	Hours Hours     `json:"hours" jsonschema:"example=22:00-06:00" jsonschema_description:"Hours of these days; left out: all day. Hours past midnight belong to the day on which they begin."`
}

const (
	takesTurns = "who takes turns"
	firstTurn  = "when the first turn begins, as in 2026-01-05T09:00"
)

func readRotation(v value) Rotation {
	r := Rotation{Turn: oncall.Turn{Days: 7}}
	ofPeople := key("people", &r.People, some(person))
	since := key("since", &r.Since, parsed("local time", oncall.ParseCivil))
	if !v.has("ical") {
		ofPeople, since = required(takesTurns, ofPeople), required(firstTurn, since)
	}
	v.object(
		ofPeople,
		key("turn", &r.Turn, parsed("turn", oncall.ParseTurn)),
		since,
		key("timezone", &r.Timezone, parsed("time zone", parseZone)),
		key("layers", &r.Layers, list(readLayer)),
		key("shadows", &r.Shadows, list(shadowOf(v))),
		key("ical", &r.Ical, readIcal),
	)
	v.child("layers").eachDiffers("name")
	v.oneKindOfRotation()
	for i := range r.Layers {
		l := &r.Layers[i]
		l.Turn, l.Since = cmp.Or(l.Turn, r.Turn), cmp.Or(l.Since, r.Since)
	}
	for i := range r.Shadows {
		s := &r.Shadows[i]
		s.Turn, s.Since = cmp.Or(s.Turn, r.Turn), cmp.Or(s.Since, r.Since)
	}
	return r
}

// oneKindOfRotation makes sure that not both a calendar and turns say who holds the rotation v.
func (v value) oneKindOfRotation() {
	if !v.has("ical") {
		return
	}
	for _, other := range []string{"people", "turn", "since", "layers"} {
		if turns := v.child(other); !turns.hollow() {
			turns.fail("the rotation %s has both ical and %s: either the calendar says who holds it, or turns do", v.key, other)
		}
	}
}

func readLayer(v value) Layer {
	var l Layer
	v.object(
		key("name", &l.Name, text),
		required(takesTurns, key("people", &l.People, some(person))),
		key("turn", &l.Turn, parsed("turn", oncall.ParseTurn)),
		key("since", &l.Since, parsed("local time", oncall.ParseCivil)),
		key("restriction", &l.Restriction, readRestriction),
	)
	return l
}

// shadowOf reads one shadow of rotation. Where a calendar says who holds that, it gives no first turn.
func shadowOf(rotation value) func(value) Shadow {
	return func(v value) Shadow {
		s := Shadow{place: v}
		since := key("since", &s.Since, parsed("local time", oncall.ParseCivil))
		if !rotation.has("since") {
			since = required(firstTurn, since)
		}
		v.object(
			required(takesTurns, key("people", &s.People, some(person))),
			key("turn", &s.Turn, parsed("turn", oncall.ParseTurn)),
			since,
		)
		return s
	}
}

func readRestriction(v value) Restriction {
	var r Restriction
	v.object(
		key("days", &r.Days, unique(some(choice("day", weekdays()...)))),
		key("hours", &r.Hours, hours),
	)
	return r
}
