package config

import (
	"cmp"
	"fmt"
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation/oncall"
)

// LocalTime is a local date and time, or the whole of a day.
type LocalTime struct {
	Civil    oncall.Civil
	WholeDay bool // Civil is its midnight
}

// parseLocalTime reads "2026-12-20" or "2026-12-20T09:00".
func parseLocalTime(s string) (LocalTime, error) {
	if d, err := calendar.ParseDate(s); err == nil {
		return LocalTime{oncall.Civil{Year: d.Year, Month: d.Month, Day: d.Day}, true}, nil
	}
	c, err := oncall.ParseCivil(s)
	if err != nil {
		return LocalTime{}, fmt.Errorf("%q is no date and no local time: write it as in 2026-12-20 or 2026-12-20T09:00, without a zone", s)
	}
	return LocalTime{Civil: c}, nil
}

// end is t as the end of something: the end of a whole day is the next midnight.
func (t LocalTime) end() oncall.Civil {
	if !t.WholeDay {
		return t.Civil
	}
	next := dateOf(t.Civil).AddDays(1)
	return oncall.Civil{Year: next.Year, Month: next.Month, Day: next.Day}
}

func dateOf(c oncall.Civil) calendar.Date {
	return calendar.Date{Year: c.Year, Month: c.Month, Day: c.Day}
}

// instantOf is when the clock of zone shows c.
func instantOf(c oncall.Civil, zone *time.Location) time.Time {
	return dateOf(c).At(c.Hour*60+c.Minute, zone)
}

func compareCivil(a, b oncall.Civil) int {
	return cmp.Or(dateOf(a).DaysSince(dateOf(b)), cmp.Compare(a.Hour*60+a.Minute, b.Hour*60+b.Minute))
}
