package oncall

import (
	"fmt"
	"time"

	"tocsin/alerting/calendar"
)

// Civil is a local date and time of no particular zone.
type Civil struct {
	Year   int
	Month  time.Month
	Day    int
	Hour   int
	Minute int
}

const civilLayout = "2006-01-02T15:04"

// ParseCivil reads a local date and time as "2026-01-05T09:00".
func ParseCivil(s string) (Civil, error) {
	t, err := time.Parse(civilLayout, s)
	if err != nil {
		return Civil{}, fmt.Errorf("%q is no local date and time: write it as in 2026-01-05T09:00, without a zone", s)
	}
	return Civil{Year: t.Year(), Month: t.Month(), Day: t.Day(), Hour: t.Hour(), Minute: t.Minute()}, nil
}

// String is c as ParseCivil reads it.
func (c Civil) String() string {
	return fmt.Sprintf("%sT%02d:%02d", c.date(), c.Hour, c.Minute)
}

func (c Civil) date() calendar.Date { return calendar.Date{Year: c.Year, Month: c.Month, Day: c.Day} }

// minute is the time of day in minutes after midnight.
func (c Civil) minute() int { return c.Hour*60 + c.Minute }
