package cover

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"tocsin/escalation"
)

// state is what decides at a moment whom a role's steps tell: who holds its rotation, who of its people is
// open, on call or away. Of moments with the same state the machine is asked once.
type state struct {
	severity   int
	kind       escalation.StepKind
	role       string
	conditions string
}

// tell is whom a's steps would tell at a moment, without shadows: they answer for nothing.
func (s *survey) tell(a ask, at time.Time) escalation.Telling {
	key := state{int(a.severity), a.kind, a.role, s.conditions(a.role, at)}
	if known, ok := s.states[key]; ok {
		return known
	}
	s.evaluations++
	step := escalation.Step{Kind: a.kind, Role: a.role, Until: escalation.UntilAcknowledged}
	t := s.drawn(at).Told(a.severity, step, at)
	t.People = slices.DeleteFunc(t.People, func(r escalation.Recipient) bool { return r.Shadow })
	s.states[key] = t
	return t
}

// drawn is the policy with its rotations as they are at a moment: their holders alone, so that the rule does not
// work out each one's layers whenever it asks who is on call.
func (s *survey) drawn(at time.Time) *escalation.Policy {
	p := *s.p
	p.Directory.Rotations = maps.Clone(p.Directory.Rotations)
	for name, r := range p.Directory.Rotations {
		p.Directory.Rotations[name] = r.HeldBy(s.holderAt(name, at), at, at.Add(time.Minute))
	}
	return &p
}

// conditions are those of a moment that the machine's rule asks about for a role, as a map's key.
func (s *survey) conditions(role string, at time.Time) string {
	key := append([]byte(s.holderAt(s.p.Directory.Roles[role].Rotation, at)), 0)
	for _, id := range s.candidates(role) {
		key = append(key, s.conditionOf(s.p.Directory.People[id], at))
		for i, absence := range s.p.Directory.Absences {
			if absence.Person == id && !at.Before(absence.From) && at.Before(absence.Until) {
				key = strconv.AppendInt(append(key, ' '), int64(i), 10)
			}
		}
	}
	return string(key)
}

// conditionOf is whether a person may be reached at a moment, as far as that is a matter of time.
func (s *survey) conditionOf(p escalation.Person, at time.Time) byte {
	reached := true
	switch p.Reach {
	case escalation.ReachBusinessHours:
		reached = covers(s.open(s.businessOf(p)), at)
	case escalation.ReachHours:
		reached = covers(s.open(p.Hours), at)
	case escalation.ReachOnCall:
		reached = s.onCall(p.ID, at)
	}
	if reached {
		return 'y'
	}
	return 'n'
}

// covers reports whether one of the spans, which are in order and apart, has a moment in it.
func covers(spans []span, at time.Time) bool {
	i, found := slices.BinarySearchFunc(spans, at, func(w span, at time.Time) int { return w.from.Compare(at) })
	return found || i > 0 && at.Before(spans[i-1].until)
}

func (s *survey) holderAt(rotation string, at time.Time) string {
	turns := s.shifts[rotation]
	i, found := slices.BinarySearchFunc(turns, at, func(t turn, at time.Time) int { return t.from.Compare(at) })
	if !found {
		i--
	}
	if i < 0 || i >= len(turns) || !at.Before(turns[i].until) {
		return ""
	}
	return turns[i].person
}

// onCall reports whether a person holds any rotation at a moment.
func (s *survey) onCall(person string, at time.Time) bool {
	for _, turns := range s.turnsOf[person] {
		if covers(turns, at) {
			return true
		}
	}
	return false
}

// personTurns are the turns of each person, in a list for each rotation.
func (s *survey) personTurns() map[string][][]span {
	out := map[string][][]span{}
	for _, name := range s.rotations() {
		mine := map[string][]span{}
		for _, t := range s.shifts[name] {
			mine[t.person] = append(mine[t.person], t.span)
		}
		for id, turns := range mine {
			out[id] = append(out[id], turns)
		}
	}
	delete(out, "")
	return out
}

// candidates are the holders of a role. Worked out once.
func (s *survey) candidates(role string) []string {
	known, ok := s.people[role]
	if !ok {
		known = s.holders(role)
		s.people[role] = known
	}
	return known
}
