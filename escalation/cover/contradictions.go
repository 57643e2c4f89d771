package cover

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/alerting/calendar/maintenance"
	"tocsin/escalation"
)

// oneChannel are the severities of which people are told over a single channel.
func (s *survey) oneChannel() []Finding {
	var out []Finding
	for _, sev := range alerting.Severities {
		if row := s.p.Matrix[sev]; len(row.Channels) == 1 && len(row.Steps) > 0 {
			out = append(out, always(KindOneChannel, "%s names no channel but %s: where that fails, nobody is told", sev, row.Channels[0]))
		}
	}
	return out
}

// shortestFailover is how long a P0 page may wait for others that leave with it.
const shortestFailover = 5 * time.Second

// contradictions are parts of the configuration that do not go together.
func (s *survey) contradictions() []Finding {
	var out []Finding
	say := func(format string, args ...any) {
		out = append(out, always(KindContradiction, format, args...))
	}
	for _, sev := range alerting.Severities {
		row := s.p.Matrix[sev]
		lateSteps(sev, row, say)
		s.untilAssigned(sev, row, say)
		s.repeats(sev, row, say)
		if row.AckTimeout > 0 && row.AckTimeout < time.Minute {
			say("%s: an ack_timeout of %s opens an incident again before anybody can do anything about it", sev, row.AckTimeout)
		}
	}
	if f := s.p.Matrix[alerting.P0].Failover; f > 0 && f < shortestFailover {
		say("P0: a failover of %s is shorter than the %s within which P0 pages of one person gather and leave, so that people are told over the next channel before the first has answered: write %s or more", f, shortestFailover, shortestFailover)
	}
	for _, id := range slices.Sorted(maps.Keys(s.p.Directory.People)) {
		s.personal(s.p.Directory.People[id], say)
	}
	s.catchAllOnly(say)
	s.neverOpen(say)
	for _, w := range s.p.Maintenance {
		if s.endless(w) {
			say("the maintenance window %q never ends: each begins before the one before is over, so the plans it matches never go on", w.Name)
		}
	}
	return out
}

type sayer func(format string, args ...any)

// lateSteps are steps that come no later than a former one that tells the same.
func lateSteps(sev alerting.Severity, row escalation.Row, say sayer) {
	for i, s := range row.Steps {
		for j, former := range row.Steps[:i] {
			if s.Role == former.Role && s.Kind == former.Kind && s.Until == former.Until && noLater(s.After, former.After) {
				say("%s step %d comes no later than step %d, which tells %s just the same", sev, i+1, j+1, s.Role)
				break
			}
		}
	}
}

// noLater reports whether a is never due after b, whatever they count from. Delays on different clocks do
// not compare.
func noLater(a, b calendar.Delay) bool {
	return a.Kind == b.Kind && a.Amount <= b.Amount && a.Days <= b.Days
}

// untilAssigned are pages that wait for an assignment that no step makes.
func (s *survey) untilAssigned(sev alerting.Severity, row escalation.Row, say sayer) {
	assigns := slices.ContainsFunc(row.Steps, func(s escalation.Step) bool { return s.Kind == escalation.AssignStep })
	for i, step := range row.Steps {
		if step.Kind == escalation.PageStep && step.Until == escalation.UntilAssigned && !assigns {
			say("%s step %d pages %s until assigned, and no step of %s assigns: only a person's answer makes it unnecessary", sev, i+1, step.Role, sev)
		}
	}
}

// repeats are rows that begin again only to tell the same person.
func (s *survey) repeats(sev alerting.Severity, row escalation.Row, say sayer) {
	if row.Repeat.Times == 0 {
		return
	}
	var who []string
	for _, step := range row.Steps {
		if step.Kind == escalation.PageStep {
			who = append(who, s.everTold(askOf(sev, step))...)
		}
	}
	slices.Sort(who)
	switch who = slices.Compact(who); len(who) {
	case 0:
		say("%s repeats, and pages nobody", sev)
	case 1:
		say("%s repeats, and tells nobody new by it: %s is the only one whom it pages", sev, who[0])
	}
}

// personal are the settings of a person that cannot come true.
func (s *survey) personal(p escalation.Person, say sayer) {
	turns := slices.DeleteFunc(s.rotations(), func(r string) bool { return !slices.Contains(s.members[r], p.ID) })
	unread := slices.ContainsFunc(s.rotations(), s.imported)
	if p.Reach == escalation.ReachOnCall && len(turns) == 0 && !unread {
		say("%s is reached while on call only, and is in no rotation", p.ID)
	}
	if asked := s.severitiesOf(p.ID); len(asked) > 0 && !slices.ContainsFunc(asked, p.Takes) {
		say("%s is told of %s only, and the roles they are in are asked of %s: they are told nothing", p.ID, and(words(p.Only)), and(words(asked)))
	}
	if s.quietAllDay(p) {
		say("%s: the quiet hours cover all their business hours, so %s for the evening", p.ID, wait(p.Quiet.Severities))
	}
}

// severitiesOf are those whose steps name a role that the person is in.
func (s *survey) severitiesOf(id string) []alerting.Severity {
	var out []alerting.Severity
	for _, sev := range alerting.Severities {
		if slices.ContainsFunc(s.p.Matrix[sev].Steps, func(step escalation.Step) bool { return s.isIn(step.Role, id) }) {
			out = append(out, sev)
		}
	}
	return out
}

func (s *survey) isIn(role, id string) bool {
	r := s.p.Directory.Roles[role]
	return slices.Contains(r.People, id) || r.Rotation != "" && slices.Contains(s.members[r.Rotation], id)
}

// quietAllDay reports whether all of a person's business hours are quiet.
func (s *survey) quietAllDay(p escalation.Person) bool {
	open := s.open(s.businessOf(p))
	if p.Quiet.Hours == nil || len(p.Quiet.Severities) == 0 || len(open) == 0 {
		return false
	}
	return !slices.ContainsFunc(open, func(o span) bool {
		return !p.Quiet.Hours.Open(o.from) || p.Quiet.Hours.Closes(o.from).Before(o.until)
	})
}

// neverOpen are calendars without business time that steps count on.
func (s *survey) neverOpen(say sayer) {
	for _, a := range s.asks {
		if a.clock != calendar.Wall && len(s.open(s.calendarOf(a.role))) == 0 && s.until.Sub(s.from) >= 14*24*time.Hour {
			say("%s (%s): no business time in these days, which its delay counts on", s.steps([]ask{a}), a.role)
		}
	}
}

// endless reports whether a window's occurrences follow each other without a pause for ten days, or all of
// the days that are looked at if these are fewer.
func (s *survey) endless(w maintenance.Window) bool {
	end := earlier(s.until, s.from.AddDate(0, 0, 10))
	for at := s.from; at.Before(end); {
		until, ok := w.Active(at)
		if !ok {
			return false
		}
		at = until
	}
	return s.from.Before(end)
}

// wait is "P2 waits", or "P2 and P3 wait".
func wait(list []alerting.Severity) string {
	if len(list) == 1 {
		return list[0].String() + " waits"
	}
	return and(words(list)) + " wait"
}

func words(list []alerting.Severity) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = fmt.Sprint(s)
	}
	return out
}
