package calendar

import (
	"fmt"
	"strings"
	"time"
)

// Delay is how long after a moment a step is due: the configuration's `after`.
type Delay struct {
	Kind   DelayKind
	Amount time.Duration // for Wall and BusinessHours
	Days   int           // for BusinessDays: 1 is "next business day"
}

// DelayKind says on which clock a delay counts.
type DelayKind uint8

// The kinds of delay.
const (
	Wall          DelayKind = iota // "15m": the wall clock
	BusinessHours                  // "2 business hours": only opening hours count
	BusinessDays                   // "next business day", "2 business days": the opening hour of that day
)

// Due is the moment d after from; it is never before from. A Wall delay needs no calendar, c may be nil.
func (d Delay) Due(c *Calendar, from time.Time) time.Time {
	switch d.Kind {
	case BusinessHours:
		return c.AddBusiness(from, d.Amount)
	case BusinessDays:
		return c.BusinessDay(from, d.Days)
	default:
		return from.Add(max(d.Amount, 0))
	}
}

// Scaled is d on a clock that runs shortened, for demonstrations: a Wall delay of f times its length,
// with a business hour taken as an hour and a business day as 24 hours. f must not be negative.
func (d Delay) Scaled(f float64) Delay {
	length := d.Amount
	if d.Kind == BusinessDays {
		length = time.Duration(max(d.Days, 1)) * 24 * time.Hour
	}
	return Delay{Kind: Wall, Amount: time.Duration(float64(length) * f)}
}

// String is d as the configuration writes it; ParseDelay reads it back.
func (d Delay) String() string {
	switch d.Kind {
	case BusinessHours:
		return businessString(d.Amount)
	case BusinessDays:
		if d.Days <= 1 {
			return "next business day"
		}
		return fmt.Sprintf("%d business days", d.Days)
	default:
		return wallString(d.Amount)
	}
}

func businessString(d time.Duration) string {
	n, unit := int64(d/time.Second), "second"
	switch {
	case d%time.Hour == 0:
		n, unit = int64(d/time.Hour), "hour"
	case d%time.Minute == 0:
		n, unit = int64(d/time.Minute), "minute"
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d business %s", n, unit)
}

// wallString is Go's form of a duration without the zeros at its end: "1h30m", and "2d" for whole days.
func wallString(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "0m"
	case d%day == 0:
		return fmt.Sprintf("%dd", d/day)
	case d%time.Hour == 0:
		return strings.TrimSuffix(d.String(), "0m0s")
	case d%time.Minute == 0:
		return strings.TrimSuffix(d.String(), "0s")
	default:
		return d.String()
	}
}
