package cover

import (
	"maps"
	"slices"
	"strings"

	"tocsin/alerting"
	"tocsin/escalation"
)

// needed is over how many channels somebody must be told: two, or one where the row names no more.
func (s *survey) needed(sev alerting.Severity) int {
	return min(2, max(1, len(s.p.Matrix[sev].Channels)))
}

// uncovered are the stretches in which a step would tell nobody over two channels.
func (s *survey) uncovered() []Finding {
	var found remarks
	for _, a := range s.asks {
		need := s.needed(a.severity)
		thin := func(t escalation.Telling) string {
			if s.most(t) >= need {
				return ""
			}
			return s.thin(t, a)
		}
		for _, m := range s.within(a, thin) {
			found.add(a, m.span, KindUncovered, "%s", m.text)
		}
	}
	return s.findings(found)
}

// most is over how many live channels the best reached of them is told.
func (s *survey) most(t escalation.Telling) int {
	n := 0
	for _, p := range t.People {
		n = max(n, len(p.Channels)-len(s.kept(p.Channels)))
	}
	return n
}

// passedOver says why the role's people are not told.
func passedOver(t escalation.Telling, role string) string {
	if len(t.Reason.Tried) == 0 {
		return "nobody holds " + role
	}
	why := make([]string, len(t.Reason.Tried))
	for i, tried := range t.Reason.Tried {
		why[i] = strings.TrimPrefix(tried.Rule, "people.") + " " + ruleOf(tried.Why)
	}
	return strings.Join(why, "; ")
}

// ruleOf is a reason without the moment that it was found at: "is reached in business hours only", without
// ", and it is not business time". So what has the same reason each night is the same finding.
func ruleOf(why string) string {
	for _, moment := range []string{", and it is ", ", and is not", ", and this is "} {
		if before, _, ok := strings.Cut(why, moment); ok {
			return before
		}
	}
	return why
}

// alone are the steps that the same person answers at all times. What catch_all answers in somebody's place
// has a finding of its own.
func (s *survey) alone() []Finding {
	var found remarks
	for _, a := range s.asks {
		if len(s.members[s.p.Directory.Roles[a.role].Rotation]) > 1 {
			continue // by turns, though perhaps not within these days
		}
		if who := s.everHolds(a.paged()); len(who) == 1 {
			found.add(a, span{}, KindAlone, "only %s ever answers", who[0])
		}
	}
	return s.findings(found)
}

// everTold are the people whom a's steps tell at some time.
func (s *survey) everTold(a ask) []string {
	return s.named(a, func(escalation.Telling) bool { return true })
}

func (s *survey) named(a ask, counts func(escalation.Telling) bool) []string {
	who := map[string]bool{}
	for _, m := range s.moments(a) {
		if counts(m.telling) {
			for _, p := range m.telling.People {
				who[p.Person] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(who))
}

// everHolds are the people whom a's steps tell at some time as the role's own: catch_all answers in somebody's
// place.
func (s *survey) everHolds(a ask) []string {
	return s.named(a, func(t escalation.Telling) bool { return !t.CatchAll })
}

// partTime are the people who leave one other alone in a role when they cannot be reached.
func (s *survey) partTime() []Finding {
	var found remarks
	for _, a := range s.asks {
		for _, id := range s.p.Directory.Roles[a.role].People {
			person := s.p.Directory.People[id]
			if person.Reach == escalation.ReachAlways || !slices.Contains(s.everTold(a.paged()), id) {
				continue
			}
			other := func(t escalation.Telling) string {
				if len(t.People) != 1 || t.CatchAll || t.People[0].Person == id {
					return ""
				}
				return t.People[0].Person
			}
			if left := s.within(a.paged(), other); len(left) > 0 {
				found.addFirst(a, left[0].span, len(left), KindPartTime, "%s is %s %s is %s alone", id, hours(person), a.role, left[0].text)
			}
		}
	}
	return s.findings(found)
}

// hours is when a person is reached, up to where the sentence says what becomes of the rest of the time.
func hours(p escalation.Person) string {
	switch p.Reach {
	case escalation.ReachBusinessHours:
		return "reached in business hours only: outside them"
	case escalation.ReachOnCall:
		return "reached only while on call: at other times"
	default:
		return "reached in their own hours only: outside them"
	}
}
