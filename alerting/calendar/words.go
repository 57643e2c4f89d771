package calendar

import (
	"fmt"
	"strings"
	"time"
)

// mostDays is how many days Words explains one by one.
const mostDays = 4

// Words says for people why a step that counts from a moment is due when Due said: "15 min after" on the
// wall clock; "Monday 4 January, 09:00, next business day; Friday was a public holiday (Neujahrstag)" in
// business time, on the clock of c. The year is given where it is not that of from. A Wall delay needs no
// calendar, c may be nil.
func (d Delay) Words(c *Calendar, from, due time.Time) string {
	if d.Kind == Wall {
		return wallWords(d.Amount)
	}
	from, due = c.local(from), c.local(due)
	text := c.Moment(due, from) + ", " + d.rule(due.Equal(from))
	if closed := c.closedBetween(DateOf(from), DateOf(due)); len(closed) > 0 {
		text += "; " + strings.Join(closed, ", ")
	}
	return text
}

// Moment names t on the clock of c: "Monday 4 January, 09:00", with the year where it is not that of from. A
// nil c is UTC.
func (c *Calendar) Moment(t, from time.Time) string {
	zone := time.UTC
	if c != nil {
		zone = c.zone()
	}
	t, from = t.In(zone), from.In(zone)
	return dayWords(DateOf(t), from.Year()) + t.Format(", 15:04")
}

// rule is what business time d counts, as a part of a sentence.
func (d Delay) rule(atOnce bool) string {
	switch {
	case d.Kind != BusinessHours || d.Amount != 0:
		return d.String()
	case atOnce:
		return "in business time"
	default:
		return "the next moment of business time"
	}
}

// closedBetween says of each day from the first to the one before the last why it was closed, unless it is
// a day of the week on which nobody works anyway.
func (c *Calendar) closedBetween(first, last Date) []string {
	var out []string
	more := 0
	for day := first; day.compare(last) < 0; day = day.AddDays(1) {
		was := c.was(day)
		switch {
		case was == "":
		case len(out) == mostDays:
			more++
		default:
			out = append(out, dayBefore(day, last)+" was "+was)
		}
	}
	if more > 0 {
		out = append(out, fmt.Sprintf("and %d more days were closed", more))
	}
	return out
}

// was says what a workday was that is no business day; empty for any other day.
func (c *Calendar) was(day Date) string {
	why := c.shut(day)
	switch {
	case why == "" || why == day.Weekday().String():
		return ""
	case why == "closed":
		return why
	}
	return c.almanac.holiday(c.Holidays, day).was
}

// dayBefore names a day by its weekday where that can only mean one of the week before last.
func dayBefore(day, last Date) string {
	if last.DaysSince(day) < 7 {
		return day.Weekday().String()
	}
	return dayWords(day, last.Year)
}

// dayWords is "Monday 4 January", with the year if it is not the one given.
func dayWords(day Date, year int) string {
	text := fmt.Sprintf("%s %d %s", day.Weekday(), day.Day, day.Month)
	if day.Year != year {
		text += fmt.Sprintf(" %d", day.Year)
	}
	return text
}

// wallWords is "15 min after", "1 h 30 min after", "2 days after" or "at once".
func wallWords(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d <= 0:
		return "at once"
	case d == day:
		return "1 day after"
	case d%day == 0:
		return fmt.Sprintf("%d days after", d/day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%d h after", d/time.Hour)
	case d%time.Minute == 0 && d < time.Hour:
		return fmt.Sprintf("%d min after", d/time.Minute)
	case d%time.Minute == 0:
		return fmt.Sprintf("%d h %d min after", d/time.Hour, d%time.Hour/time.Minute)
	default:
		return wallString(d) + " after"
	}
}
