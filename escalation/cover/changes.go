package cover

import (
	"slices"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// changes are the times at which something about the role's people may change: their turns, their hours,
// their absences. Worked out once.
func (s *survey) changes(role string) []time.Time {
	if known, ok := s.changed[role]; ok {
		return known
	}
	var out []time.Time
	out = s.handoffs(out, s.p.Directory.Roles[role].Rotation)
	for _, id := range s.candidates(role) {
		out = s.changesOf(out, s.p.Directory.People[id])
	}
	slices.SortFunc(out, time.Time.Compare)
	s.changed[role] = slices.CompactFunc(out, time.Time.Equal)
	return s.changed[role]
}

func (s *survey) changesOf(out []time.Time, p escalation.Person) []time.Time {
	for _, a := range s.p.Directory.Absences {
		if a.Person == p.ID {
			out = append(out, a.From, a.Until)
		}
	}
	switch p.Reach {
	case escalation.ReachBusinessHours:
		out = edges(out, s.open(s.businessOf(p)))
	case escalation.ReachHours:
		out = edges(out, s.open(p.Hours))
	case escalation.ReachOnCall:
		for _, turns := range s.turnsOf[p.ID] {
			out = edges(out, turns)
		}
	}
	return out
}

func (s *survey) handoffs(out []time.Time, rotation string) []time.Time {
	for _, shift := range s.shifts[rotation] {
		out = append(out, shift.from, shift.until)
	}
	return out
}

// businessOf is the business time of where a person is.
func (s *survey) businessOf(p escalation.Person) *calendar.Calendar {
	if p.Calendar != nil {
		return p.Calendar
	}
	return s.p.Calendar
}

// open is when a calendar is open within these days; no calendar never is.
func (s *survey) open(c *calendar.Calendar) []span {
	if known, ok := s.business[c]; ok || c == nil {
		return known
	}
	var out []span
	for at := c.Next(s.from); at.Before(s.until) && c.Open(at); at = c.Next(at) {
		closes := c.Closes(at)
		out = append(out, span{at, earlier(closes, s.until)})
		at = closes
	}
	s.business[c] = out
	return out
}

// openings is the first minute of each business day, from's own included.
func (s *survey) openings(c *calendar.Calendar) []span {
	if c == nil {
		return nil
	}
	var out []span
	yesterday := s.from.Add(-30 * time.Hour)
	for at := c.BusinessDay(yesterday, 1); at.Before(s.until) && c.Open(at); at = c.BusinessDay(at, 1) {
		if !at.Before(s.from) {
			out = append(out, span{at, earlier(at.Add(time.Minute), s.until)})
		}
	}
	return out
}

func edges(out []time.Time, open []span) []time.Time {
	for _, o := range open {
		out = append(out, o.from, o.until)
	}
	return out
}

// cut divides w at those of the sorted changes that fall into it.
func cut(w span, changes []time.Time) []span {
	var out []span
	i, _ := slices.BinarySearchFunc(changes, w.from, time.Time.Compare)
	for ; i < len(changes) && changes[i].Before(w.until); i++ {
		if changes[i].After(w.from) {
			out = append(out, span{w.from, changes[i]})
			w.from = changes[i]
		}
	}
	if w.from.Before(w.until) {
		out = append(out, w)
	}
	return out
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
