package escalation

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
)

// farthestOpening bounds how many times a calendar is followed from one change to the next.
const farthestOpening = 800

// warning is a sentence about the first moment of a stretch at which a person holds a role and a P0 then
// reaches nobody of it; empty if there is none. rotation narrows it to the roles of that one, unless empty.
func (p *Policy) warning(person, rotation string, from, until time.Time) string {
	row, ok := p.Matrix[alerting.P0]
	if !ok {
		return ""
	}
	roles := p.rolesOf(person, rotation)
	for _, at := range p.changesOf(person, roles, from, until) {
		for _, role := range roles {
			if missed := p.missed(role, person, row.Channels, at); missed != "" {
				return fmt.Sprintf("A P0 on %s would reach nobody of %s: %s.", p.local(at), role, missed)
			}
		}
	}
	return ""
}

// rolesOf are the roles that a person may hold, in order of their names.
func (p *Policy) rolesOf(person, rotation string) (out []string) {
	for _, name := range slices.Sorted(maps.Keys(p.Directory.Roles)) {
		r := p.Directory.Roles[name]
		if rotation == "" && (r.Rotation != "" || slices.Contains(r.People, person)) || r.Rotation == rotation && rotation != "" {
			out = append(out, name)
		}
	}
	return out
}

// missed says why a P0 reaches nobody of a role that a person holds at an instant; empty if it reaches somebody,
// or they do not hold it.
func (p *Policy) missed(role, person string, channels []Channel, at time.Time) string {
	h := p.Directory.holders(role, at)
	if !slices.ContainsFunc(h.people, func(x Person) bool { return x.ID == person }) {
		return ""
	}
	var why []string
	for _, holder := range h.people {
		_, tried, ok := p.reach(holder, h, alerting.P0, channels, at)
		if ok {
			return ""
		}
		for _, t := range tried {
			why = append(why, strings.TrimPrefix(t.Rule, "people.")+" "+t.Why)
		}
	}
	return strings.Join(why, "; ")
}

// changesOf are the moments of [from, until) from which on something else may hold for a person's duties: the
// beginning, hand-offs, absences, and the hours of all concerned.
func (p *Policy) changesOf(person string, roles []string, from, until time.Time) []time.Time {
	out := append([]time.Time{from}, p.Directory.absenceBounds(from, until)...)
	concerned := map[string]bool{person: true}
	for _, a := range p.Directory.Absences {
		concerned[a.Deputy] = true
	}
	for _, role := range roles {
		r := p.Directory.Roles[role]
		for _, id := range r.People {
			concerned[id] = true
		}
		for _, s := range p.Directory.Rotations[r.Rotation].Shifts(from, until) {
			out = append(out, s.From)
		}
	}
	for id := range concerned {
		out = append(out, p.openings(p.Directory.People[id], from, until)...)
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// openings is when a person's hours begin and end within (from, until).
func (p *Policy) openings(person Person, from, until time.Time) (out []time.Time) {
	var hours *calendar.Calendar
	switch person.Reach {
	case ReachBusinessHours:
		hours = p.businessTime(person)
	case ReachHours:
		hours = person.Hours
	}
	if hours == nil {
		return nil
	}
	for at := from; len(out) < farthestOpening; {
		next := hours.Closes(at)
		if !next.After(at) {
			next = hours.Next(at)
		}
		if !next.After(at) || !next.Before(until) {
			return out
		}
		out, at = append(out, next), next
	}
	return out
}
