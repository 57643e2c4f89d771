package escalation

import (
	"slices"
	"time"

	"tocsin/escalation/oncall"
)

// Duty is a stretch of a rotation, half-open, with whoever answers for it: its holder, or while they are away
// their deputy. Person is "" where nobody does.
type Duty struct {
	oncall.Shift
	Rotation string
	Holder   string  // who is away, and Person stands in for; "" if the holder answers, or there is none
	Away     Absence // the holder's, if they are away
}

// Duties is who answers for a rotation, cut to [from, until): in order and without a hole. A deputy who is
// away stands in for nobody, and neither does one who is not of the directory.
func (p *Policy) Duties(rotation string, from, until time.Time) []Duty {
	var out []Duty
	for _, s := range p.Directory.Rotations[rotation].Shifts(from, until) {
		bounds := append(p.Directory.absenceBounds(s.From, s.Until), s.Until)
		begin := s.From
		for _, end := range bounds {
			d := p.Directory.duty(rotation, s, begin)
			d.From, d.Until = begin, end.In(s.From.Location())
			begin = d.Until
			if last := len(out) - 1; last >= 0 && out[last].sameAs(d) {
				out[last].Until = d.Until
			} else {
				out = append(out, d)
			}
		}
	}
	return out
}

// duty is who answers for a shift at an instant of it.
func (d Directory) duty(rotation string, s oncall.Shift, at time.Time) Duty {
	out := Duty{Shift: s, Rotation: rotation}
	absence, away := d.away(s.Person, at)
	if !away {
		return out
	}
	out.Holder, out.Away, out.Person = s.Person, absence, ""
	_, known := d.People[absence.Deputy]
	if _, also := d.away(absence.Deputy, at); known && !also {
		out.Person = absence.Deputy
	}
	return out
}

// sameAs reports whether two stretches that touch are one: the same shift with the same person.
func (d Duty) sameAs(next Duty) bool {
	return d.Until.Equal(next.From) && d.Person == next.Person && d.Holder == next.Holder && d.Away == next.Away &&
		d.Layer == next.Layer && d.Override == next.Override
}

// absenceBounds is when somebody leaves or comes back within (from, until), in order, each once.
func (d Directory) absenceBounds(from, until time.Time) []time.Time {
	var out []time.Time
	for _, a := range d.Absences {
		for _, at := range []time.Time{a.From, a.Until} {
			if from.Before(at) && at.Before(until) {
				out = append(out, at)
			}
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}
