package modeltest

import (
	"slices"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation/oncall"
)

// midnight is the beginning of the local day of t, so many days on.
func midnight(t time.Time, days int) time.Time {
	y, mo, d := t.In(zone()).Date()
	return time.Date(y, mo, d+days, 0, 0, 0, 0, zone())
}

// openings calls f with each stretch of business time from the day before t, until it returns false.
func openings(c *calendar.Calendar, t time.Time, f func(from, until time.Time) bool) {
	for day := -1; day < 400; day++ {
		begin := midnight(t, day)
		y, mo, d := begin.Date()
		if !slices.Contains(c.Workdays, begin.Weekday()) || slices.Contains(c.Closed, calendar.Date{Year: y, Month: mo, Day: d}) {
			continue
		}
		for _, h := range c.Hours {
			if !f(begin.Add(time.Duration(h.From)*time.Minute), begin.Add(time.Duration(h.To)*time.Minute)) {
				return
			}
		}
	}
}

// open reports whether t is in c's hours, and when these end.
func open(c *calendar.Calendar, t time.Time) (until time.Time, is bool) {
	openings(c, t, func(from, to time.Time) bool {
		if !t.Before(from) && t.Before(to) {
			until, is = to, true
		}
		return from.Before(t)
	})
	return until, is
}

// after is when a delay from t runs out.
func after(d calendar.Delay, c *calendar.Calendar, t time.Time) (due time.Time) {
	left, days := d.Amount, d.Days
	switch d.Kind {
	case calendar.BusinessHours:
		openings(c, t, func(from, until time.Time) bool {
			if from.Before(t) {
				from = t
			}
			if length := until.Sub(from); length > left {
				due = from.Add(left)
				return false
			} else if length > 0 {
				left -= length
			}
			return true
		})
		return due
	case calendar.BusinessDays:
		last := midnight(t, 0)
		openings(c, t, func(from, _ time.Time) bool {
			if day := midnight(from, 0); day.After(last) {
				days, last, due = days-1, day, from
			}
			return days > 0
		})
		return due
	}
	return t.Add(d.Amount)
}

// between is the business time from one moment to another.
func between(c *calendar.Calendar, from, to time.Time) (sum time.Duration) {
	openings(c, from, func(begin, until time.Time) bool {
		sum += max(earliest(until, to).Sub(latest(begin, from)), 0)
		return begin.Before(to)
	})
	return sum
}

// days are how many business days begin after the day of one moment, until the day of another.
func days(c *calendar.Calendar, from, to time.Time) (n int) {
	last := midnight(from, 0)
	openings(c, from, func(begin, _ time.Time) bool {
		day := midnight(begin, 0)
		if day.After(last) && !day.After(midnight(to, 0)) {
			n, last = n+1, day
		}
		return begin.Before(to)
	})
	return n
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliest(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// holder is who holds a rotation: by the last override, else by the highest layer that counts.
func holder(r oncall.Rotation, overrides []oncall.Override, now time.Time) string {
	for _, o := range slices.Backward(overrides) {
		if o.Rotation == r.Name && !now.Before(o.From) && now.Before(o.Until) {
			return o.Person
		}
	}
	for _, l := range slices.Backward(r.Layers) {
		if person := inTurn(l, now); person != "" {
			return person
		}
	}
	return inTurn(oncall.Layer{People: r.People, Turn: r.Turn, Since: r.Since}, now)
}

func inTurn(l oncall.Layer, now time.Time) string {
	since := time.Date(l.Since.Year, l.Since.Month, l.Since.Day, l.Since.Hour, l.Since.Minute, 0, 0, zone())
	turn := time.Duration(l.Turn.Days)*24*time.Hour + time.Duration(l.Turn.Hours)*time.Hour
	if now.Before(since) {
		return ""
	}
	if len(l.Restriction.Hours) > 0 {
		if _, counts := open(&calendar.Calendar{Workdays: l.Restriction.Days, Hours: l.Restriction.Hours}, now); !counts {
			return ""
		}
	}
	return l.People[int(now.Sub(since)/turn)%len(l.People)]
}
