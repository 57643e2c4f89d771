package calendar

import "time"

// The morning of a day is when its business time opens, if that is between these local hours, and otherwise
// when people would expect to find the day begun.
const (
	morningFrom  = 5 * 60
	morningUntil = 12 * 60
	morningElse  = 9 * 60
)

// restBefore is how far away a morning is at least: at four o'clock the same day's morning is no rest.
const restBefore = 4 * time.Hour

// Morning is the next morning that is at least 4 hours after t, on any day of the week: when the day's
// business time opens, if that is from 05:00 until noon, else 09:00.
func (c *Calendar) Morning(t time.Time) time.Time {
	earliest := t.Add(restBefore)
	day := DateOf(c.local(t))
	for {
		if at := c.morningOf(day); !at.Before(earliest) {
			return at
		}
		day = day.AddDays(1)
	}
}

func (c *Calendar) morningOf(day Date) time.Time {
	from := day.At(morningFrom, c.zone())
	if opens, ok := c.opening(day); ok && !opens.Before(from) && opens.Before(day.At(morningUntil, c.zone())) {
		return opens
	}
	return day.At(morningElse, c.zone())
}
