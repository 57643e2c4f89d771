package modeltest

import (
	"time"

	"tocsin/alerting/calendar"
)

// putOff makes the first of the steps that wait due now, or with the next moment of its business time, if it is
// overdue. The rest keep their distance from it, on the clock that they count by, and so does the repetition
// from the last step.
func (m *model) putOff(i *incident, waits func(planned) bool) {
	var first *planned
	for k := range i.steps {
		if s := &i.steps[k]; waits(*s) && (first == nil || s.due.Before(first.due)) {
			first = s
		}
	}
	if first == nil || !first.due.Before(m.now) {
		return
	}
	was, begin := first.due, m.now
	if !first.onTheWall() {
		begin = opening(m.calendar(first.Role), m.now)
	}
	wall := i.repeat.Kind == calendar.Wall
	for k := range i.steps {
		if s := &i.steps[k]; waits(*s) {
			s.due = m.later(*s, was, begin)
			wall = wall && s.onTheWall()
		}
	}
	if wall {
		i.repeatAt = i.repeatAt.Add(m.now.Sub(was))
	} else if !i.repeatAt.IsZero() {
		i.repeatAt = after(i.repeat, m.policy.Calendar, i.last())
	}
}

func (s planned) onTheWall() bool { return s.After.Kind == calendar.Wall }

// later is when a step is due that was due as long after a moment as it is to be after another.
func (m *model) later(s planned, was, begin time.Time) time.Time {
	if s.onTheWall() {
		return s.due.Add(m.now.Sub(was))
	}
	c := m.calendar(s.Role)
	if s.After.Kind == calendar.BusinessHours {
		return after(calendar.Delay{Kind: calendar.BusinessHours, Amount: between(c, was, s.due)}, c, begin)
	}
	if n := days(c, was, s.due); n > 0 {
		return after(calendar.Delay{Kind: calendar.BusinessDays, Days: n}, c, begin)
	}
	return opening(c, begin)
}

// opening is the next moment of business time.
func opening(c *calendar.Calendar, t time.Time) time.Time {
	return after(calendar.Delay{Kind: calendar.BusinessHours}, c, t)
}

// last is when the last step is due.
func (i *incident) last() (due time.Time) {
	for _, s := range i.steps {
		due = latest(due, s.due)
	}
	return due
}
