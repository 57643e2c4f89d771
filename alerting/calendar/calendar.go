// Package calendar is business time: when the organisation is open, and when a delay that counts on its
// hours or days runs out. All is pure: the moment is an argument, nothing reads a clock.
//
// Local times are read as the clock on the wall would be: a time that the clock skips is the moment at
// which it skips, a time that it shows twice is the first. Results are in the calendar's zone.
package calendar

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
)

// Calendar says when the organisation is open. It is written as a literal, must not be changed or
// copied once used, and is safe for concurrent use.
type Calendar struct {
	Zone     *time.Location // nil is UTC
	Workdays []time.Weekday
	Hours    []Span         // of a workday; half-open; several are possible, in order, as ParseHours gives them
	Holidays []*cal.Holiday // public holidays, on which it is closed
	Closed   []Date         // further days on which it is closed

	almanac almanac // the dates of Holidays, by year
}

// searchDays is how long a search goes on without finding business time: two years.
const searchDays = 2 * 366

// Open reports whether t is business time.
func (c *Calendar) Open(t time.Time) bool {
	for s := range c.stretches(t) {
		return s.from.Equal(t)
	}
	return false
}

// AddBusiness is the moment at which d of business time has passed since t. Only opening hours count, and
// the result is itself business time: adding 0 gives the next moment of business time (t itself if open),
// and eight hours after an opening at 09:00 until 17:00 is the next opening, not 17:00. A negative d
// counts as 0. Where two years bring no business time, what is left of d is counted on the wall clock.
func (c *Calendar) AddBusiness(t time.Time, d time.Duration) time.Time {
	left, reached := max(d, 0), c.local(t)
	for s := range c.stretches(t) {
		open := s.until.Sub(s.from)
		if left < open {
			return s.from.Add(left)
		}
		left, reached = left-open, s.until
	}
	return reached.Add(left)
}

// Next is the next moment of business time: t itself where it is open, and where two years bring none.
func (c *Calendar) Next(t time.Time) time.Time { return c.AddBusiness(t, 0) }

// Closes is when the business time that goes on at t ends: t itself where it is closed. Hours that follow
// each other without a pause are one. Where two years bring no pause, it is their end.
func (c *Calendar) Closes(t time.Time) time.Time {
	reached := c.local(t)
	horizon := reached.AddDate(0, 0, searchDays)
	for s := range c.stretches(t) {
		if s.from.After(reached) || reached.After(horizon) {
			break
		}
		reached = s.until
	}
	return reached
}

// BusinessDay is the opening moment of the n-th business day after t's local day; an n below 1 counts as
// 1. Where two years bring no business day, the days that are left are counted as 24 hours on the wall
// clock.
func (c *Calendar) BusinessDay(t time.Time, n int) time.Time {
	left, reached := max(n, 1), c.local(t)
	day := DateOf(reached)
	for idle := 0; idle < searchDays; idle++ {
		day = day.AddDays(1)
		opening, ok := c.opening(day)
		if !ok {
			continue
		}
		left, reached, idle = left-1, later(reached, opening), 0
		if left == 0 {
			return reached
		}
	}
	return reached.Add(time.Duration(left) * 24 * time.Hour)
}

// Why says why day is no business day: "Saturday", "public holiday Karfreitag", "closed" or "no opening
// hours" (none are configured, or the zone's clock skips them). It is empty for a business day.
func (c *Calendar) Why(day Date) string {
	if why := c.shut(day); why != "" {
		return why
	}
	if _, ok := c.opening(day); !ok {
		return "no opening hours"
	}
	return ""
}

// shut is Why without a look at the hours.
func (c *Calendar) shut(day Date) string {
	if w := day.Weekday(); !slices.Contains(c.Workdays, w) {
		return w.String()
	}
	if h := c.almanac.holiday(c.Holidays, day); h.why != "" {
		return h.why
	}
	if slices.Contains(c.Closed, day) {
		return "closed"
	}
	return ""
}

// opening is the first moment of day's business time; false if day is no business day.
func (c *Calendar) opening(day Date) (time.Time, bool) {
	if c.shut(day) != "" {
		return time.Time{}, false
	}
	for _, h := range c.Hours {
		from := day.At(h.From, c.zone())
		if from.Before(day.At(h.To, c.zone())) {
			return from, true
		}
	}
	return time.Time{}, false
}

func (c *Calendar) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

// local is t on the calendar's clock, without the monotonic reading that time.Now adds.
func (c *Calendar) local(t time.Time) time.Time { return t.Round(0).In(c.zone()) }
