package config

import "slices"

// Away is that somebody is told nothing for days.
type Away struct {
	From   LocalTime `json:"from" jsonschema:"required,example=2026-12-20" jsonschema_description:"First day, or local date and time, in the person's zone."`
	Until  LocalTime `json:"until" jsonschema:"required,example=2027-01-03" jsonschema_description:"Last day (it belongs to the absence), or local date and time of the return."`
	Deputy string    `json:"deputy" jsonschema_description:"The person who is told in their place, if they may be. A deputy's deputy is not asked."`
	Note   string    `json:"note" jsonschema:"example=parental leave" jsonschema_description:"Why, for people."`

	place value // for errors and warnings
}

// readAbsences reads those of a person.
func readAbsences(who string) func(value) []Away {
	return func(v value) []Away {
		out := list(func(v value) Away { return readAway(v, who) })(v)
		noOverlap(out)
		return out
	}
}

func readAway(v value, who string) Away {
	a := Away{place: v}
	v.object(
		required("the first day, as in 2026-12-20", key("from", &a.From, parsed("date or local time", parseLocalTime))),
		required("the last day, as in 2027-01-03", key("until", &a.Until, parsed("date or local time", parseLocalTime))),
		key("deputy", &a.Deputy, person),
		key("note", &a.Note, text),
	)
	if a.isComplete() && compareCivil(a.Until.end(), a.From.Civil) <= 0 {
		v.fail("the absence ends (%s) before it begins (%s)", v.child("until").shown(), v.child("from").shown())
	}
	if a.Deputy == who {
		v.child("deputy").fail("%s cannot stand in for themselves: name somebody else, or leave deputy out", who)
	}
	return a
}

func (a Away) isComplete() bool { return a.From != (LocalTime{}) && a.Until != (LocalTime{}) }

// overlaps reports whether some moment belongs to both, where both are told in one zone.
func (a Away) overlaps(b Away) bool {
	return a.isComplete() && b.isComplete() &&
		compareCivil(a.From.Civil, b.Until.end()) < 0 && compareCivil(b.From.Civil, a.Until.end()) < 0
}

// noOverlap makes sure that one person's absences do not overlap.
func noOverlap(all []Away) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b Away) int { return compareCivil(a.From.Civil, b.From.Civil) })
	longest := 0 // of those before i, the one that ends last
	for i := 1; i < len(sorted); i++ {
		if a, b := sorted[longest], sorted[i]; a.overlaps(b) {
			later, other := b.place, a.place
			if other.line > later.line {
				later, other = other, later
			}
			later.fail("this absence overlaps the one in line %d: write them as one, or let one end before the other begins", other.line)
		}
		if compareCivil(sorted[i].Until.end(), sorted[longest].Until.end()) > 0 {
			longest = i
		}
	}
}
