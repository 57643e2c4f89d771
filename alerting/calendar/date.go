package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a civil date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// ParseDate reads a date as "2026-12-24".
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("%q is no date: write year, month and day as in 2026-12-24", s)
	}
	return DateOf(t), nil
}

// DateOf is the date that t shows in its own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Year: y, Month: m, Day: d}
}

// AddDays is the date n days after d; n may be negative.
func (d Date) AddDays(n int) Date { return DateOf(d.midnightUTC().AddDate(0, 0, n)) }

// DaysSince is how many days d comes after o; negative if it comes before.
func (d Date) DaysSince(o Date) int {
	const day = 24 * 60 * 60
	return int((d.midnightUTC().Unix() - o.midnightUTC().Unix()) / day)
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnightUTC().Weekday() }

// compare is negative if d comes before o, 0 if they are the same day, and positive if it comes after.
func (d Date) compare(o Date) int {
	return cmp.Or(cmp.Compare(d.Year, o.Year), cmp.Compare(d.Month, o.Month), cmp.Compare(d.Day, o.Day))
}

// String is d as ParseDate reads it.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// At is the earliest moment at which the zone's clock shows the given minute after d's midnight, or more.
// So a local time that the clock skips is the moment at which it skips, and one that it shows twice is
// the first of the two. A minute of 1440 or more is on a following day. At never goes backwards: a later
// date or minute gives the same or a later moment.
func (d Date) At(minute int, zone *time.Location) time.Time {
	want := time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, time.UTC)
	// No zone is more than a day off UTC: here the clock shows less than what is wanted.
	for t := want.Add(-25 * time.Hour).In(zone); ; {
		_, offset := t.Zone()
		end := offsetEnd(t)
		// The moment, should this offset still hold then; t itself once a change of offset has passed it.
		at := later(t, want.Add(-time.Duration(offset)*time.Second))
		if end.IsZero() || at.Before(end) {
			return at.In(zone)
		}
		t = end
	}
}

// offsetEnd is a moment after t until which t's offset holds; zero if it holds for good. On the last day of
// a leap year ZoneBounds may give an end before t (golang/go#81583); an hour at a time leads past that day.
func offsetEnd(t time.Time) time.Time {
	_, end := t.ZoneBounds()
	if end.IsZero() || end.After(t) {
		return end
	}
	return t.Add(time.Hour)
}

func (d Date) midnightUTC() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}
