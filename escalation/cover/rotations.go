package cover

import (
	"maps"
	"slices"

	"tocsin/escalation"
)

// gaps are the stretches in which nobody holds a rotation.
func (s *survey) gaps() []Finding {
	var out []Finding
	for _, name := range s.rotations() {
		if s.imported(name) {
			out = append(out, always(KindUnknown, "rotation %s comes from a calendar that is not read here: who holds it, and who would be told by its roles, is not looked at", name))
			continue
		}
		for _, shift := range s.shifts[name] {
			if shift.person == "" {
				out = append(out, s.during(shift.span, KindGap, "nobody holds rotation %s", name))
			}
		}
	}
	return out
}

func (s *survey) rotations() []string { return slices.Sorted(maps.Keys(s.p.Directory.Rotations)) }

// imported reports whether a rotation has nobody of its own and no shifts either.
func (s *survey) imported(name string) bool {
	r := s.p.Directory.Rotations[name]
	return len(s.members[name]) == 0 && r.Imported == nil
}

// membersOf are the people who take turns in a rotation, or stand in within these days.
func (s *survey) membersOf(name string) []string {
	r := s.p.Directory.Rotations[name]
	who := slices.Clone(r.People)
	for _, l := range r.Layers {
		who = append(who, l.People...)
	}
	for _, shift := range r.Imported {
		who = append(who, shift.Person)
	}
	for _, shift := range s.shifts[name] {
		who = append(who, shift.person)
	}
	slices.Sort(who)
	return slices.DeleteFunc(slices.Compact(who), func(id string) bool { return id == "" })
}

// oneHolder are the rotations in which nobody relieves anybody.
func (s *survey) oneHolder() []Finding {
	var out []Finding
	for _, name := range s.rotations() {
		if who := s.members[name]; len(who) == 1 {
			out = append(out, always(KindOneHolder, "%s holds rotation %s alone: nobody takes turns", who[0], name))
		}
	}
	return out
}

// away are the absences without a deputy of somebody who then holds something alone.
func (s *survey) away() []Finding {
	var out []Finding
	for _, a := range s.p.Directory.Absences {
		if a.Deputy != "" || !a.From.Before(s.until) || !a.Until.After(s.from) {
			continue
		}
		w := span{later(a.From, s.from), earlier(a.Until, s.until)}
		for _, name := range s.rotations() {
			out = append(out, s.awayFrom(a, name, w)...)
		}
		for _, name := range slices.Sorted(maps.Keys(s.p.Directory.Roles)) {
			if r := s.p.Directory.Roles[name]; r.Rotation == "" && len(r.People) == 1 && r.People[0] == a.Person {
				out = append(out, s.during(w, KindAbsent, "%s is away without a deputy, and is the only one in %s", a.Person, name))
			}
		}
	}
	slices.SortStableFunc(out, byTime)
	return out
}

// awayFrom are the turns of a rotation that fall into an absence.
func (s *survey) awayFrom(a escalation.Absence, rotation string, w span) []Finding {
	var out []Finding
	for _, shift := range s.shifts[rotation] {
		both := span{later(w.from, shift.from), earlier(w.until, shift.until)}
		if shift.person == a.Person && both.from.Before(both.until) {
			out = append(out, s.during(both, KindAbsent, "%s is away without a deputy, and holds rotation %s", a.Person, rotation))
		}
	}
	return out
}
