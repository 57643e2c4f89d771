package calendar

import (
	"iter"
	"slices"
	"time"
)

// stretch is an unbroken piece of business time, half-open.
type stretch struct{ from, until time.Time }

// stretches is the business time from t on: in order, none empty, no two overlapping, the first cut to
// begin no earlier than t. It ends when two years have brought none.
func (c *Calendar) stretches(t time.Time) iter.Seq[stretch] {
	return func(yield func(stretch) bool) {
		last := c.local(t)
		day := c.firstDay(last)
		for idle := 0; idle < searchDays; idle, day = idle+1, day.AddDays(1) {
			if c.shut(day) != "" {
				continue
			}
			for _, h := range c.Hours {
				s := stretch{from: later(last, day.At(h.From, c.zone())), until: day.At(h.To, c.zone())}
				if !s.from.Before(s.until) {
					continue
				}
				if !yield(s) {
					return
				}
				last, idle = s.until, 0
			}
		}
	}
}

// firstDay is the first day whose hours may last beyond t: the day before t's where hours pass midnight.
func (c *Calendar) firstDay(t time.Time) Date {
	day := DateOf(t)
	if slices.ContainsFunc(c.Hours, Span.pastMidnight) {
		return day.AddDays(-1)
	}
	return day
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
