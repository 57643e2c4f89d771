package escalation

import (
	"time"

	"tocsin/alerting/calendar"
)

// putOff shifts the steps that wait, and the row's repetition, because nothing fell due until now; not at
// all if none of them is overdue. On the wall clock the earliest is due now and the rest keep their spacing.
// A step in business time stays in that of its role: the earliest is due with the next moment of it, the
// rest keep their distance from the earliest in business hours or days. It reports whether any waits.
func (p *Policy) putOff(plan *Plan, now time.Time, why string, waits func(PlannedStep) bool) bool {
	var first PlannedStep
	for _, s := range plan.Steps {
		if waits(s) && (first.DueAt.IsZero() || s.DueAt.Before(first.DueAt)) {
			first = s
		}
	}
	if first.DueAt.IsZero() || !first.DueAt.Before(now) {
		return !first.DueAt.IsZero()
	}
	begin, business := now, false
	if first.inBusinessTime() {
		begin = p.calendarOf(first.Role).Next(now)
	}
	for i := range plan.Steps {
		if s := &plan.Steps[i]; waits(*s) {
			due := p.putOffTo(*s, first.DueAt, now, begin)
			if !due.Equal(s.DueAt) {
				s.Due, s.DueAt = p.putOffWords(*s, due, now, why), due.UTC()
			}
			business = business || s.inBusinessTime()
		}
	}
	p.putOffRepeat(plan, now.Sub(first.DueAt), business)
	return true
}

// putOffTo is when a step is due whose row went on at begin instead of first.
func (p *Policy) putOffTo(s PlannedStep, first, now, begin time.Time) time.Time {
	if !s.inBusinessTime() {
		return s.DueAt.Add(now.Sub(first))
	}
	c := p.calendarOf(s.Role)
	if d, err := calendar.ParseDelay(s.After); err != nil || d.Kind != calendar.BusinessDays {
		return c.AddBusiness(begin, c.Between(first, s.DueAt))
	}
	if days := c.DaysBetween(first, s.DueAt); days > 0 {
		return c.BusinessDay(begin, days)
	}
	return c.Next(begin)
}

// putOffRepeat keeps the repetition's distance from the last step. On the wall clock alone that is a shift.
func (p *Policy) putOffRepeat(plan *Plan, late time.Duration, business bool) {
	if plan.RepeatAt.IsZero() {
		return
	}
	d, err := calendar.ParseDelay(plan.RepeatAfter)
	if err != nil || !business && d.Kind == calendar.Wall { // plans of older releases have no RepeatAfter
		plan.RepeatAt = plan.RepeatAt.Add(late)
		return
	}
	var last time.Time
	for _, s := range plan.Steps {
		if s.DueAt.After(last) {
			last = s.DueAt
		}
	}
	plan.RepeatAt = d.Due(p.Calendar, last).UTC()
}

// repeatAfterOutage keeps the repetition's distance from the last step that fires now, instead of at last.
func (p *Policy) repeatAfterOutage(plan Plan, last, now time.Time) time.Time {
	if d, err := calendar.ParseDelay(plan.RepeatAfter); err == nil && d.Kind != calendar.Wall {
		return d.Due(p.Calendar, now).UTC()
	}
	return plan.RepeatAt.Add(now.Sub(last))
}

// inBusinessTime reports whether a step's delay counts on a calendar.
func (s PlannedStep) inBusinessTime() bool { return s.Calendar != "" }

// putOffWords says why a step is due later than its row said: "put off from Monday 15 June, 09:00: muted by
// ada until ...", and before that when, if it is in business time.
func (p *Policy) putOffWords(s PlannedStep, due, now time.Time, why string) string {
	c := p.calendarOf(s.Role)
	if !s.inBusinessTime() {
		c = p.Calendar
	}
	text := "put off from " + p.moment(c, s.DueAt, now)
	if why != "" {
		text += ": " + why
	}
	if s.inBusinessTime() {
		text = p.moment(c, due, now) + ", " + text
	}
	return text
}

// moment names a moment on a calendar's clock, and its zone where that is not the organisation's.
func (p *Policy) moment(c *calendar.Calendar, t, from time.Time) string {
	return c.Moment(t, from) + p.inZone(c)
}

// inZone is " in Asia/Tokyo" for a calendar of another zone than the organisation's; else empty.
func (p *Policy) inZone(c *calendar.Calendar) string {
	if c == nil || c.Zone == nil || p.Calendar == nil || p.Calendar.Zone == nil || c.Zone.String() == p.Calendar.Zone.String() {
		return ""
	}
	return " in " + c.Zone.String()
}
