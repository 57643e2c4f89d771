package view

import (
	"fmt"
	"time"
)

// Clock is a moment in local time: "14:02" today, "Mon 2 Mar 14:02" on another day, with the year in
// another year.
func (s Shell) Clock(t time.Time) string { return s.local(t, "15:04") }

// Day is Clock with the day of every moment: "today 14:02", "tomorrow 09:00", "Mon 2 Mar 14:02".
func (s Shell) Day(t time.Time) string {
	at, now := t.In(s.Zone), s.Now.In(s.Zone)
	year, month, day := now.Date()
	for i, name := range []string{"today", "tomorrow"} {
		that := time.Date(year, month, day+i, 12, 0, 0, 0, time.UTC)
		if at.Year() == that.Year() && at.YearDay() == that.YearDay() {
			return name + " " + at.Format("15:04")
		}
	}
	return s.Clock(t)
}

// Second is Clock to the second.
func (s Shell) Second(t time.Time) string { return s.local(t, "15:04:05") }

func (s Shell) local(t time.Time, clock string) string {
	at, now := t.In(s.Zone), s.Now.In(s.Zone)
	switch {
	case at.Year() != now.Year():
		return at.Format("2 Jan 2006 " + clock)
	case at.YearDay() != now.YearDay():
		return at.Format("Mon 2 Jan " + clock)
	}
	return at.Format(clock)
}

// Abbreviation is the zone's name at t: "CET".
func (s Shell) Abbreviation(t time.Time) string { return t.In(s.Zone).Format("MST") }

// Universal is a moment in UTC, to the second.
func Universal(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05") + " UTC" }

// Span is a length of time in its two largest units. static/app.js counts in the same words.
func Span(d time.Duration) string {
	s := int64(d / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", max(s, 0))
	case s < 600:
		return fmt.Sprintf("%d min %02d s", s/60, s%60)
	case s < 3600:
		return fmt.Sprintf("%d min", s/60)
	case s < 86400:
		return fmt.Sprintf("%d h %02d min", s/3600, s/60%60)
	}
	return fmt.Sprintf("%d d %d h", s/86400, s/3600%24)
}

// Until is how far off t is: "in 6 min 12 s", or how long it is overdue. The machine takes some seconds
// at most, so it is "now" until then.
func (s Shell) Until(t time.Time) string {
	switch d := t.Sub(s.Now); {
	case d > 0:
		return "in " + Span(d+time.Second-1)
	case d > -overdueAfter:
		return "now"
	default:
		return "overdue " + Span(-d)
	}
}

// overdueAfter is how late a step may be before it is called overdue.
const overdueAfter = 10 * time.Second

// Ago is how long ago t was.
func (s Shell) Ago(t time.Time) string { return Span(s.Now.Sub(t)) }
