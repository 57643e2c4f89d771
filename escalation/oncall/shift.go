package oncall

import "time"

// cut is the part of s within [from, until); empty, with Until not after From, if there is none.
func cut(s Shift, from, until time.Time) Shift {
	s.From, s.Until = later(s.From, from.In(s.From.Location())), earlier(s.Until, until.In(s.Until.Location()))
	return s
}

// join appends s to shifts that end no later than it begins, and makes one of it and the last where the
// same decided for the same person.
func join(shifts []Shift, s Shift) []Shift {
	if last := len(shifts) - 1; last >= 0 && shifts[last].Until.Equal(s.From) && sameHold(shifts[last], s) {
		shifts[last].Until = s.Until
		return shifts
	}
	return append(shifts, s)
}

func sameHold(a, b Shift) bool {
	return a.Person == b.Person && a.Layer == b.Layer && a.Override == b.Override
}

// overlay puts upper before lower: where both have a shift, upper's. Both are in order and do not overlap,
// and so is the result.
func overlay(lower, upper []Shift) []Shift {
	if len(lower) == 0 {
		return upper
	}
	out := make([]Shift, 0, len(lower)+len(upper))
	i := 0
	for _, u := range upper {
		for ; i < len(lower) && lower[i].From.Before(u.From); i++ {
			out = appendSome(out, cut(lower[i], lower[i].From, u.From))
			if lower[i].Until.After(u.From) {
				break
			}
		}
		out = join(out, u)
		for ; i < len(lower) && !lower[i].Until.After(u.Until); i++ {
		}
		if i < len(lower) && lower[i].From.Before(u.Until) {
			lower[i].From = u.Until
		}
	}
	for ; i < len(lower); i++ {
		out = appendSome(out, lower[i])
	}
	return out
}

func appendSome(shifts []Shift, s Shift) []Shift {
	if s.From.Before(s.Until) {
		return join(shifts, s)
	}
	return shifts
}

// flatten makes shifts that may overlap, of which the later in the list goes first, into ones in order that
// do not.
func flatten(shifts []Shift) []Shift {
	if len(shifts) < 2 {
		return shifts
	}
	half := len(shifts) / 2
	return overlay(flatten(shifts[:half]), flatten(shifts[half:]))
}

// fill puts a shift of nobody wherever shifts leave a gap in [from, until).
func fill(shifts []Shift, from, until time.Time) []Shift {
	out := make([]Shift, 0, len(shifts)+1)
	for _, s := range shifts {
		if from.Before(s.From) {
			out = append(out, Shift{From: from, Until: s.From, Layer: -1})
		}
		out, from = append(out, s), s.Until
	}
	if from.Before(until) {
		out = append(out, Shift{From: from, Until: until, Layer: -1})
	}
	return out
}
