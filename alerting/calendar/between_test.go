package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestBetweenIsWhatAddBusinessTakes(t *testing.T) {
	c := berlin(t)
	start := local(t, c, "Fri 2026-10-09 20:00")
	rapid.Check(t, func(t *rapid.T) {
		from := c.Next(start.Add(time.Duration(rapid.IntRange(0, 400*24*60).Draw(t, "minutes")) * time.Minute))
		d := time.Duration(rapid.IntRange(0, 200*60).Draw(t, "business minutes")) * time.Minute
		n := rapid.IntRange(1, 30).Draw(t, "business days")
		if got := c.Between(from, c.AddBusiness(from, d)); got != d {
			t.Errorf("from %s it is %s, want %s", from, got, d)
		}
		if got := c.DaysBetween(from, c.BusinessDay(from, n)); got != n {
			t.Errorf("from %s it is %d days, want %d", from, got, n)
		}
		if c.Between(from.Add(d), from) != 0 || c.DaysBetween(from, from) != 0 {
			t.Errorf("%s has business time before it", from)
		}
	})
}
