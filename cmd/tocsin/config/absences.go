package config

import (
	"maps"
	"slices"
	"time"

	"tocsin/escalation"
)

// absences are those of everybody, by person and in the file's order.
func (c *Config) absences() []escalation.Absence {
	var out []escalation.Absence
	for _, name := range c.personNames() {
		for _, a := range c.People[name].Away {
			out = append(out, c.absence(name, a))
		}
	}
	return out
}

// absence is one of a person's, read on the clock of where they are.
func (c *Config) absence(name string, a Away) escalation.Absence {
	zone := c.homeOf(name)
	return escalation.Absence{
		Person: name, From: instantOf(a.From.Civil, zone), Until: instantOf(a.Until.end(), zone), Deputy: a.Deputy, Note: a.Note,
	}
}

func (c *Config) personNames() []string { return slices.Sorted(maps.Keys(c.People)) }

// homeOf is the zone of a person.
func (c *Config) homeOf(name string) *time.Location {
	if zone := c.People[name].Timezone; zone != nil {
		return zone
	}
	return c.Timezone
}

// warnOfDeputies names each absence whose deputy is away as well.
func (c *Config) warnOfDeputies() {
	for _, name := range c.personNames() {
		for _, written := range c.People[name].Away {
			a := c.absence(name, written)
			for _, theirs := range c.People[a.Deputy].Away {
				b := c.absence(a.Deputy, theirs)
				if !a.From.Before(b.Until) || !b.From.Before(a.Until) {
					continue
				}
				written.place.warn(KindAway, "%s's deputy %s is away as well, from line %d: a deputy's deputy is not asked", name, a.Deputy, theirs.place.line)
			}
		}
	}
}
