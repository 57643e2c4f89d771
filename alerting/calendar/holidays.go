package calendar

import (
	"maps"
	"sync/atomic"
	"time"

	"github.com/rickar/cal/v2"
)

// almanac keeps the dates of a calendar's holidays, worked out a year at a time: a holiday's own rule is
// too slow to be asked for every day that a search looks at. The zero almanac is ready for use, by any
// number of goroutines; two that miss the same year at once both work it out, and either result is kept.
type almanac struct {
	years   atomic.Pointer[map[int]yearOfHolidays]
	version atomic.Pointer[string] // see Calendar.Version
}

// yearOfHolidays has the holidays of one year.
type yearOfHolidays map[Date]holiday

// holiday says why a day is closed: what no sentence is built from, "public holiday Karfreitag", and what
// follows "Friday was": "a public holiday (Karfreitag)". The zero holiday is none.
type holiday struct{ why, was string }

// holiday is the holiday that day is. It must be asked about the same holidays each time.
func (a *almanac) holiday(all []*cal.Holiday, day Date) holiday {
	if len(all) == 0 {
		return holiday{}
	}
	var known map[int]yearOfHolidays
	if p := a.years.Load(); p != nil {
		known = *p
	}
	year, ok := known[day.Year]
	if !ok {
		year = holidaysOf(all, day.Year)
		more := map[int]yearOfHolidays{day.Year: year}
		maps.Copy(more, known)
		a.years.Store(&more)
	}
	return year[day]
}

// holidaysOf works out the holidays of a year: the days themselves, and the days on which they are
// observed instead. The years around it are asked too, for what is observed across New Year.
func holidaysOf(all []*cal.Holiday, year int) yearOfHolidays {
	out := yearOfHolidays{}
	for _, h := range all {
		for y := year - 1; y <= year+1; y++ {
			actual, observed := h.Calc(y)
			if actual.IsZero() {
				continue
			}
			if day := holidayDate(actual); day.Year == year {
				out[day] = holiday{kindOf(h) + " " + h.Name, "a " + kindOf(h) + " (" + h.Name + ")"}
			}
			if day := holidayDate(observed); day.Year == year && out[day] == (holiday{}) {
				out[day] = holiday{kindOf(h) + " " + h.Name + " (observed)", "a " + kindOf(h) + " (" + h.Name + ", observed)"}
			}
		}
	}
	return out
}

// holidayDate is the date of a holiday that Calc gives as the midnight of the machine's own zone. Where
// that zone's clock skips midnight, time.Date may give a moment of the evening before: hence some hours more.
func holidayDate(midnight time.Time) Date { return DateOf(midnight.Add(6 * time.Hour)) }

func kindOf(h *cal.Holiday) string {
	switch h.Type {
	case cal.ObservanceBank:
		return "bank holiday"
	case cal.ObservanceReligious, cal.ObservanceOther:
		return "holiday"
	default: // public, or not said
		return "public holiday"
	}
}
