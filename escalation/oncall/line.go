package oncall

import (
	"slices"
	"time"
)

// Handoff is that a rotation passes from one person to another. From or To is "" where nobody holds it
// before, or after.
type Handoff struct {
	At       time.Time
	From, To string
}

// Shifts is the final line cut to [from, until): in order, without a hole, each stretch that nobody holds as
// a shift without a person. Neighbours of one person by one layer or override are one shift.
func (r Rotation) Shifts(from, until time.Time) []Shift {
	if !from.Before(until) {
		return nil
	}
	from, until = from.In(r.zone()), until.In(r.zone())
	line := r.LayerShifts(0, from, until)
	if r.Imported == nil {
		for i := range r.Layers {
			line = overlay(line, r.LayerShifts(i+1, from, until))
		}
	}
	return fill(overlay(line, r.overrides(from, until)), from, until)
}

// LayerShifts is who would hold a layer if it were alone, cut to [from, until): in order, without what is
// nobody's. Layer 0 is what was imported, or else People by turns; layer i is Layers[i-1]. There is nothing
// in a layer that does not exist, or that an import stands in for.
func (r Rotation) LayerShifts(layer int, from, until time.Time) []Shift {
	switch {
	case layer == 0 && r.Imported != nil:
		return r.imported(from, until)
	case layer == 0:
		return r.base().shifts(0, from, until, r.zone())
	case layer < 0 || layer > len(r.Layers) || r.Imported != nil:
		return nil
	}
	return r.Layers[layer-1].shifts(layer, from, until, r.zone())
}

// ShadowShifts is who is told along by Shadows[i], cut to [from, until), with i as the layer: in order,
// without what is nobody's.
func (r Rotation) ShadowShifts(i int, from, until time.Time) []Shift {
	if i < 0 || i >= len(r.Shadows) {
		return nil
	}
	return r.Shadows[i].shifts(i, from, until, r.zone())
}

// Gaps is each stretch of [from, until) in which nobody holds r, in order.
func (r Rotation) Gaps(from, until time.Time) []Shift {
	return slices.DeleteFunc(r.Shifts(from, until), func(s Shift) bool { return s.Person != "" })
}

// Handoffs is each moment in [from, until) at which r passes to somebody else, to nobody or from nobody, in
// order. That another layer takes over for the same person is none.
func (r Rotation) Handoffs(from, until time.Time) []Handoff {
	var out []Handoff
	holder, _, _ := r.Holder(from.Add(-1))
	for _, s := range r.Shifts(from, until) {
		if s.Person != holder {
			out = append(out, Handoff{At: s.From, From: holder, To: s.Person})
		}
		holder = s.Person
	}
	return out
}

// overrides is who stands in, cut to [from, until).
func (r Rotation) overrides(from, until time.Time) []Shift {
	var out []Shift
	for i := range r.Overrides {
		o := &r.Overrides[i]
		if o.Person != "" {
			s := Shift{Person: o.Person, From: o.From.In(r.zone()), Until: o.Until.In(r.zone()), Layer: -1, Override: o}
			out = some(out, cut(s, from, until))
		}
	}
	return flatten(out)
}

// imported is who holds r by the import, cut to [from, until).
func (r Rotation) imported(from, until time.Time) []Shift {
	var out []Shift
	for _, s := range r.Imported {
		if s.Person != "" {
			s = Shift{Person: s.Person, From: s.From.In(r.zone()), Until: s.Until.In(r.zone())}
			out = some(out, cut(s, from, until))
		}
	}
	return flatten(out)
}

// some appends s if it is not empty.
func some(shifts []Shift, s Shift) []Shift {
	if s.From.Before(s.Until) {
		return append(shifts, s)
	}
	return shifts
}
