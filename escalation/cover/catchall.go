package cover

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// catchAll are the stretches in which a step's role reaches nobody.
func (s *survey) catchAll() []Finding {
	var found remarks
	for _, a := range s.asks {
		instead := func(t escalation.Telling) string {
			if !t.CatchAll {
				return ""
			}
			who := "catch_all"
			if !slices.Contains(names(t), s.p.Directory.CatchAll) {
				who = "the deputy of catch_all"
			}
			return fmt.Sprintf("only %s would be told, %s; %s", who, and(names(t)), passedOver(t, a.role))
		}
		for _, m := range s.within(a, instead) {
			found.add(a, m.span, KindCatchAll, "%s", m.text)
		}
	}
	return s.findings(found)
}

// catchAllAway are the stretches in which catch_all is away and nobody can stand in: they are told all the same.
func (s *survey) catchAllAway() []Finding {
	id := s.p.Directory.CatchAll
	var changes []time.Time
	for _, a := range s.p.Directory.Absences {
		changes = append(changes, a.From, a.Until)
	}
	slices.SortFunc(changes, time.Time.Compare)
	var out []Finding
	for _, w := range cut(span{s.from, s.until}, changes) {
		if !s.isAway(id, w.from) || !slices.Contains(names(s.lastResort(w.from)), id) {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n].Until.Equal(w.from) {
			out[n].Until = w.until.In(s.zone)
			continue
		}
		out = append(out, s.during(w, KindAbsent, "catch_all %s is away, and nobody stands in", id))
	}
	return out
}

func (s *survey) isAway(id string, at time.Time) bool {
	return slices.ContainsFunc(s.p.Directory.Absences, func(a escalation.Absence) bool {
		return a.Person == id && !at.Before(a.From) && at.Before(a.Until)
	})
}

// lastResort is whom a step tells at a moment whose role nobody holds.
func (s *survey) lastResort(at time.Time) escalation.Telling {
	return s.p.Told(alerting.P0, escalation.Step{Kind: escalation.PageStep}, at)
}

// catchAllOnly is that catch_all wants to be told of some severities only: in another's place they are told of all.
func (s *survey) catchAllOnly(say sayer) {
	if p, ok := s.p.Directory.People[s.p.Directory.CatchAll]; ok && len(p.Only) > 0 {
		say("catch_all %s is told of %s only otherwise: where a step reaches nobody, they are told of every severity", p.ID, and(words(p.Only)))
	}
}
