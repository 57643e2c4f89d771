package oncall

import "time"

// Layer is people who pass a part of a rotation on by turns: its nights, its weekends. Since is read in the
// rotation's zone. Turns go on while the restriction keeps the layer silent.
type Layer struct {
	Name        string
	People      []string
	Turn        Turn
	Since       Civil // local date and time at which the first person's first turn begins
	Restriction Restriction
}

// piece is what a layer, or the overrides, say around an instant: who holds it, since when and until when,
// half-open. No person: they are silent. A zero time is no end on that side.
type piece struct {
	person      string
	from, until time.Time
	override    *Override
}

// at is the piece of a layer that an instant falls into. What a turn or a change between counting and being
// silent begins, no other piece of the layer has.
func (l Layer) at(at time.Time, zone *time.Location) piece {
	t := turns{l.Turn, l.Since, zone}
	if len(l.People) == 0 || l.Turn.isZero() {
		return piece{}
	}
	w := l.Restriction.week(zone)
	if w.never() {
		return piece{}
	}
	n := t.numberAt(at)
	if n < 0 {
		return piece{until: w.next(t.start(0))}
	}
	counts, from, until := w.around(at)
	if !counts {
		if !from.After(t.start(0)) {
			from = time.Time{}
		}
		return piece{from: from, until: until}
	}
	return piece{person: l.People[n%len(l.People)], from: later(t.start(n), from), until: earlier(t.start(n+1), until)}
}

// shifts is who holds the layer in [from, until): in order, without what is nobody's, a person's turns that
// follow each other joined.
func (l Layer) shifts(layer int, from, until time.Time, zone *time.Location) []Shift {
	if len(l.People) == 0 || l.Turn.isZero() || !from.Before(until) {
		return nil
	}
	t := turns{l.Turn, l.Since, zone}
	n := max(0, t.numberAt(from))
	var out []Shift
	for begin := t.start(n); begin.Before(until); n++ {
		end := t.start(n + 1)
		if begin.Before(end) {
			s := Shift{Person: l.People[n%len(l.People)], From: begin, Until: end, Layer: layer}
			out = join(out, cut(s, from, until))
		}
		begin = end
	}
	return l.Restriction.week(zone).keep(out)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// earlier is the earlier of two ends; a zero one is no end.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}
