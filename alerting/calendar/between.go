package calendar

import "time"

// Between is the business time from one moment to another; 0 where that is not later. AddBusiness takes as
// long to get from one moment of business time to another.
func (c *Calendar) Between(from, until time.Time) time.Duration {
	var sum time.Duration
	for s := range c.stretches(from) {
		if !s.from.Before(until) {
			break
		}
		sum += s.until.Sub(s.from)
		if s.until.After(until) {
			sum -= s.until.Sub(until)
		}
	}
	return sum
}

// DaysBetween is how many business days come after the local day of one moment, to the local day of
// another: what BusinessDay counts.
func (c *Calendar) DaysBetween(from, until time.Time) int {
	n, last := 0, DateOf(c.local(until))
	for day := DateOf(c.local(from)).AddDays(1); day.compare(last) <= 0; day = day.AddDays(1) {
		if _, ok := c.opening(day); ok {
			n++
		}
	}
	return n
}
