package escalation

import (
	"slices"
	"time"

	"tocsin/alerting/calendar"
)

// farthestOpening bounds how many times a calendar is followed from one change to the next.
const farthestOpening = 800

// dueTimes are the first moments after each change, and before until, at which a step of a role can fall due that
// counts on a clock: at once on the wall clock, else with the next business time or business day.
func (p *Policy) dueTimes(clock calendar.DelayKind, role string, changes []time.Time, until time.Time) (out []time.Time) {
	c := p.calendarOf(role)
	if clock == calendar.Wall || c == nil {
		return changes
	}
	for _, at := range changes {
		if n := len(out); n > 0 && !at.After(out[n-1]) {
			continue
		}
		if clock == calendar.BusinessHours {
			at = c.Next(at)
		} else {
			at = dayOpens(c, at)
		}
		if !at.Before(until) {
			break
		}
		out = append(out, at)
	}
	return out
}

// dayOpens is the next opening of a business day, not before t.
func dayOpens(c *calendar.Calendar, t time.Time) time.Time {
	at := c.BusinessDay(t.Add(-30*time.Hour), 1)
	for at.Before(t) {
		at = c.BusinessDay(at, 1)
	}
	return at
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
