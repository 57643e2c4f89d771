package calendar

import (
	"sort"
	"time"
)

// Cron is a schedule in local time, made by ParseCron. It must not be changed, and is safe for concurrent
// use.
type Cron struct {
	text    string
	zone    *time.Location
	minutes []int // of a day on which it comes, after midnight, in order
	days    cronDays
	every   time.Duration // "@every": the rest is then unused
}

// cronYears is how long a day is looked for: where a year is no leap year at a century's end, the fifth
// Monday of a February comes again after 40 years only.
const cronYears = 41

// Next is the first moment after t at which the schedule comes; zero if there is none. A local time that
// the clock skips is the moment at which it skips, one that it shows twice is the first of the two; so
// what comes each hour comes once in an hour that is shown twice. The moment is in the schedule's zone.
//
// "@every 6h" counts from midnight UTC of 1 January 1970, so that all who ask agree.
func (c *Cron) Next(t time.Time) time.Time {
	if c.every > 0 {
		return nextMultiple(t, c.every).In(c.zone)
	}
	t = t.In(c.zone)
	first := DateOf(t)
	last := first.AddDays(cronYears * 366)
	for day := first; day.compare(last) < 0; day = day.AddDays(1) {
		if !c.days.has(day) {
			continue
		}
		i := sort.Search(len(c.minutes), func(i int) bool { return day.At(c.minutes[i], c.zone).After(t) })
		if i < len(c.minutes) {
			return day.At(c.minutes[i], c.zone)
		}
	}
	return time.Time{}
}

// String is the schedule as it was written.
func (c *Cron) String() string { return c.text }

// nextMultiple is the first multiple of d since 1970 that is after t.
func nextMultiple(t time.Time, d time.Duration) time.Time {
	seconds := int64(d / time.Second)
	n := t.Unix() / seconds
	if t.Unix()%seconds < 0 {
		n--
	}
	return time.Unix((n+1)*seconds, 0)
}

// cronDays are the days of a schedule.
type cronDays struct {
	months, monthDays, weekdays uint64 // bit n is the number n
	nth                         []nthWeekday
	// both: a day must be one of monthDays and one of the weekdays, because one of the fields is *.
	// Otherwise either is enough, as cron has it.
	both bool
}

func (d cronDays) has(day Date) bool {
	if d.months&(1<<day.Month) == 0 {
		return false
	}
	byMonth := d.monthDays&(1<<day.Day) != 0
	if d.both {
		return byMonth && d.hasWeekday(day)
	}
	return byMonth || d.hasWeekday(day)
}

func (d cronDays) hasWeekday(day Date) bool {
	if d.weekdays&(1<<day.Weekday()) != 0 {
		return true
	}
	for _, n := range d.nth {
		if n.is(day) {
			return true
		}
	}
	return false
}

// nthWeekday is a month's n-th such day of the week, counted from its end where n is negative.
type nthWeekday struct {
	day time.Weekday
	n   int
}

func (w nthWeekday) is(day Date) bool {
	if day.Weekday() != w.day {
		return false
	}
	if w.n > 0 {
		return (day.Day-1)/7+1 == w.n
	}
	last := Date{day.Year, day.Month + 1, 1}.AddDays(-1).Day
	return (last-day.Day)/7+1 == -w.n
}
