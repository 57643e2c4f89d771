package cover

import (
	"maps"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// survey is what is known about the days that are looked at.
type survey struct {
	p            *escalation.Policy
	from, until  time.Time
	zone         *time.Location
	shifts       map[string][]turn   // of each rotation, from from to until
	members      map[string][]string // of each rotation: see membersOf
	asks         []ask
	told         map[ask][]moment
	states       map[state]escalation.Telling
	turnsOf      map[string][][]span    // of each person: a list for each rotation
	people       map[string][]string    // by role: see candidates
	changed      map[string][]time.Time // by role: see changes
	business     map[*calendar.Calendar][]span
	live         map[escalation.Channel]bool // nil: all channels are
	allSandboxes bool
	evaluations  int // how often the machine was asked
}

// span is a stretch of time, half-open.
type span struct{ from, until time.Time }

// turn is a stretch in which one person holds a rotation; without a person, nobody does.
type turn struct {
	person string
	span
}

// moment is a stretch in which a step would tell the same people, and whom.
type moment struct {
	span
	telling escalation.Telling
}

// ask is what steps have in common that tell the same people: of one severity's row, those with the same
// role and kind that count on the same clock.
type ask struct {
	severity alerting.Severity
	kind     escalation.StepKind
	role     string
	clock    calendar.DelayKind // at what times the steps can fall due
}

func newSurvey(p *escalation.Policy, from time.Time, days int, live map[escalation.Channel]bool) *survey {
	s := &survey{
		p: p, from: from, zone: time.UTC, shifts: map[string][]turn{}, members: map[string][]string{},
		states: map[state]escalation.Telling{}, people: map[string][]string{}, changed: map[string][]time.Time{},
		told: map[ask][]moment{}, business: map[*calendar.Calendar][]span{},
	}
	if p.Calendar != nil && p.Calendar.Zone != nil {
		s.zone = p.Calendar.Zone
	}
	if slices.ContainsFunc(escalation.Channels, func(ch escalation.Channel) bool { return live[ch] }) {
		s.live = live
	} else {
		s.allSandboxes = live != nil
	}
	s.until = from.In(s.zone).AddDate(0, 0, days)
	for name, r := range p.Directory.Rotations {
		for _, shift := range r.Shifts(from, s.until) {
			s.shifts[name] = append(s.shifts[name], turn{shift.Person, span{shift.From, shift.Until}})
		}
		s.members[name] = s.membersOf(name)
	}
	s.turnsOf = s.personTurns()
	for _, sev := range alerting.Severities {
		for _, step := range p.Matrix[sev].Steps {
			if a := askOf(sev, step); !slices.Contains(s.asks, a) {
				s.asks = append(s.asks, a)
			}
		}
	}
	return s
}

func askOf(sev alerting.Severity, step escalation.Step) ask {
	return ask{sev, step.Kind, step.Role, step.After.Kind}
}

// paged is a as it would be if its steps told everybody in the role: an assignment tells one.
func (a ask) paged() ask {
	a.kind = escalation.PageStep
	return a
}

// moments is whom a's steps would tell, at each time at which they can fall due. Worked out once.
func (s *survey) moments(a ask) []moment {
	if known, ok := s.told[a]; ok {
		return known
	}
	var out []moment
	for _, w := range s.dueWithin(a) {
		out = append(out, moment{w, s.tell(a, w.from)})
	}
	s.told[a] = out
	return out
}

// dueWithin is the time at which a's steps can fall due, cut where something may change: all time on the wall
// clock, business time, or the openings of business days.
func (s *survey) dueWithin(a ask) []span {
	if a.clock == calendar.BusinessDays {
		return s.openings(s.calendarOf(a.role))
	}
	changes := s.changes(a.role)
	if a.clock == calendar.Wall {
		return cut(span{s.from, s.until}, changes)
	}
	var out []span
	for _, open := range s.open(s.calendarOf(a.role)) {
		out = append(out, cut(open, changes)...)
	}
	return out
}

// calendarOf is the calendar in which the business time of the role's steps counts.
func (s *survey) calendarOf(role string) *calendar.Calendar {
	if c := s.p.Directory.Roles[role].Calendar; c != nil {
		return c
	}
	return s.p.Calendar
}

// within are the stretches of which there is something to say about what a's steps do, with what that is. Those
// that follow each other with the same are one.
func (s *survey) within(a ask, say func(escalation.Telling) string) []said {
	var out []said
	for _, m := range s.moments(a) {
		text := say(m.telling)
		if text == "" {
			continue
		}
		if n := len(out) - 1; n >= 0 && out[n].until.Equal(m.from) && out[n].text == text {
			out[n].until = m.until
		} else {
			out = append(out, said{m.span, text})
		}
	}
	return out
}

// said is a stretch of time and what is said of it.
type said struct {
	span
	text string
}

// holders are the people who may come to be told when the role is: in order of their names.
func (s *survey) holders(role string) []string {
	r := s.p.Directory.Roles[role]
	ids := map[string]bool{s.p.Directory.CatchAll: true}
	for _, id := range r.People {
		ids[id] = true
	}
	for _, shift := range s.shifts[r.Rotation] {
		ids[shift.person] = true
	}
	for _, a := range s.p.Directory.Absences {
		if ids[a.Person] && a.Deputy != "" {
			ids[a.Deputy] = true
		}
	}
	delete(ids, "")
	return slices.Sorted(maps.Keys(ids))
}
