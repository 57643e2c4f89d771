package oncall

import (
	"slices"
	"time"
)

// lookAhead is how far Next looks for somebody else, in days.
const lookAhead = 400

// Holder is who holds r at an instant, since when and until when (half-open): the stretch in which one turn
// of one layer, or one override, decides. The times are in r's zone. Where nobody holds it the person is "",
// from is when somebody last did and until when somebody will; zero where nobody has before, or ever will.
func (r Rotation) Holder(at time.Time) (person string, from, until time.Time) {
	s := r.At(at)
	return s.Person, s.From, s.Until
}

// Next is the hand-off that follows at: who takes over from whoever holds r at that instant, and when. The
// person is "" with a time where r is then nobody's, and "" with the zero time where nothing changes within
// 400 days.
func (r Rotation) Next(at time.Time) (person string, when time.Time) {
	holder, _, until := r.Holder(at)
	for end := at.AddDate(0, 0, lookAhead); !until.IsZero() && (holder == "" || until.Before(end)); {
		next, _, after := r.Holder(until)
		if next != holder {
			return next, until
		}
		until = after
	}
	return "", time.Time{}
}

// At is the shift of the final line that an instant falls into; see Holder for its bounds.
func (r Rotation) At(at time.Time) Shift {
	found := Shift{Layer: -1}
	above := func(layer int, p piece) bool {
		found.From, found.Until = later(found.From, p.from), earlier(found.Until, p.until)
		if p.person == "" {
			return false
		}
		found.Person, found.Layer, found.Override = p.person, layer, p.override
		return true
	}
	r.pieces(at, above)
	return found.in(r.zone())
}

// pieces hands over what the overrides and each layer say at an instant, the highest first, until one is
// taken.
func (r Rotation) pieces(at time.Time, taken func(layer int, p piece) bool) {
	if taken(-1, r.overrideAt(at)) {
		return
	}
	if r.Imported != nil {
		taken(0, importedAt(r.Imported, at))
		return
	}
	for i, l := range slices.Backward(r.Layers) {
		if taken(i+1, l.at(at, r.zone())) {
			return
		}
	}
	taken(0, r.base().at(at, r.zone()))
}

// ShadowsAt is who is told along at an instant, in the order of Shadows, each once, without whoever holds
// the rotation.
func (r Rotation) ShadowsAt(at time.Time) []string {
	holder, _, _ := r.Holder(at)
	var out []string
	for _, l := range r.Shadows {
		if p := l.at(at, r.zone()).person; p != "" && p != holder && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// overrideAt is what the overrides say at an instant.
func (r Rotation) overrideAt(at time.Time) piece {
	found := piece{}
	for i := range slices.Backward(r.Overrides) {
		o := &r.Overrides[i]
		if o.Person != "" && narrow(&found, o.From, o.Until, at) {
			found.person, found.override = o.Person, o
			break
		}
	}
	return found
}

// importedAt is what imported shifts say at an instant.
func importedAt(shifts []Shift, at time.Time) piece {
	found := piece{}
	for _, s := range slices.Backward(shifts) {
		if s.Person != "" && narrow(&found, s.From, s.Until, at) {
			found.person = s.Person
			break
		}
	}
	return found
}

// narrow cuts p to the side of [from, until) on which at is, and reports whether that is inside.
func narrow(p *piece, from, until, at time.Time) bool {
	switch {
	case !from.Before(until):
		return false
	case at.Before(from):
		p.until = earlier(p.until, from)
		return false
	case !at.Before(until):
		p.from = later(p.from, until)
		return false
	}
	p.from, p.until = later(p.from, from), earlier(p.until, until)
	return true
}

// in is s with its times in a zone; zero ones stay.
func (s Shift) in(zone *time.Location) Shift {
	for _, t := range []*time.Time{&s.From, &s.Until} {
		if !t.IsZero() {
			*t = t.In(zone)
		}
	}
	return s
}
