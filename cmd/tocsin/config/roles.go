package config

import (
	"slices"
	"time"
)

// Role is what a step names: a rotation's holder, or people.
type Role struct {
	Rotation string         `json:"rotation" jsonschema_description:"Whoever holds this rotation."`
	People   []string       `json:"people" jsonschema_description:"These people, all of them."`
	Timezone *time.Location `json:"timezone" jsonschema:"example=America/New_York" jsonschema_description:"Where they are: the zone in which the business time of the steps that name the role is counted. Left out: the file's."`
	Calendar OwnCalendar    `json:"calendar" jsonschema_description:"The business time of the steps that name the role, where it differs from the file's."`
}

// External is a contact outside.
type External struct {
	Name string `json:"name" jsonschema:"required" jsonschema_description:"What people call it."`
	How  string `json:"how" jsonschema:"required" jsonschema_description:"How it is reached."`
}

func readRole(v value) Role {
	var r Role
	v.object(
		key("rotation", &r.Rotation, rotation),
		key("people", &r.People, unique(some(person))),
		key("timezone", &r.Timezone, parsed("time zone", parseZone)),
		key("calendar", &r.Calendar, readOwnCalendar),
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

// holders are the people that a role stands for, at one time or another; known is false where nobody can
// tell before its iCal address has been asked.
func (c *Config) holders(role string) (people []string, known bool) {
	r := c.Roles[role]
	if r.Rotation == "" {
		return r.People, true
	}
	return c.turnTakers(r.Rotation)
}

// turnTakers are the people who hold a rotation at one time or another, those of its layers included.
func (c *Config) turnTakers(rotation string) (people []string, known bool) {
	r := c.Rotations[rotation]
	people = slices.Clone(r.People)
	for _, l := range r.Layers {
		people = append(people, l.People...)
	}
	for _, s := range c.imported[rotation] {
		people = append(people, s.Person)
	}
	return people, r.Ical.URL == ""
}
