package config

import (
	"time"

	"github.com/rickar/cal/v2"
	"tocsin/alerting/calendar"
)

// Calendar is business time, in the configuration's timezone.
type Calendar struct {
	Workdays []Workday       `json:"workdays" jsonschema:"default=mon,default=tue,default=wed,default=thu,default=fri" jsonschema_description:"The days of the week that are worked on."`
	Hours    Hours           `json:"hours" jsonschema:"default=09:00-17:00" jsonschema_description:"Opening hours of a workday; the end is outside. Several: 09:00-12:00, 13:00-17:00."`
	Holidays []Region        `json:"holidays" jsonschema:"example=de" jsonschema_description:"Public holidays of a country (de) or region (de-by), or of several in a list."`
	Closed   []calendar.Date `json:"closed" jsonschema:"example=2026-12-24" jsonschema_description:"Further days without business time."`
}

// OwnCalendar is the business time of a person or a role, as far as it differs from the file's. What is nil
// is the file's.
type OwnCalendar struct {
	Workdays []Workday       `json:"workdays" jsonschema_description:"The days of the week that are worked on. Left out: the file's."`
	Hours    Hours           `json:"hours" jsonschema:"example=10:00-19:00" jsonschema_description:"Opening hours of a workday. Left out: the file's."`
	Holidays []Region        `json:"holidays" jsonschema:"example=jp" jsonschema_description:"Public holidays of a country or region, or of several in a list; [] is none. Left out: the file's."`
	Closed   []calendar.Date `json:"closed" jsonschema:"example=2026-12-24" jsonschema_description:"Further days without business time; [] is none. Left out: the file's."`
}

// Workday is a day of the week, "mon" to "sun".
type Workday string

// Hours are stretches of a day.
type Hours []calendar.Span

// Region is a country or region with the public holidays it keeps.
type Region struct {
	Name     string
	Holidays []*cal.Holiday
}

func readCalendar(v value) Calendar {
	c := Calendar{
		Workdays: []Workday{"mon", "tue", "wed", "thu", "fri"},
		Hours:    Hours{{From: 9 * 60, To: 17 * 60}},
	}
	v.object(
		key("workdays", &c.Workdays, unique(some(choice("day", weekdays()...)))),
		key("hours", &c.Hours, hours),
		key("holidays", &c.Holidays, unique(oneOrMore(region))),
		key("closed", &c.Closed, unique(list(parsed("date", calendar.ParseDate)))),
	)
	return c
}

func readOwnCalendar(v value) OwnCalendar {
	var c OwnCalendar
	v.object(
		key("workdays", &c.Workdays, unique(some(choice("day", weekdays()...)))),
		key("hours", &c.Hours, hours),
		key("holidays", &c.Holidays, unique(noneOrMore(region))),
		key("closed", &c.Closed, unique(list(parsed("date", calendar.ParseDate)))),
	)
	return c
}

func (c OwnCalendar) isZero() bool {
	return c.Workdays == nil && c.Hours == nil && c.Holidays == nil && c.Closed == nil
}

func weekdays() []Workday {
	return []Workday{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
}

func (d Workday) weekday() time.Weekday {
	for i, name := range weekdays() {
		if d == name {
			return time.Weekday(i)
		}
	}
	return time.Sunday
}

// weekdaysOf are days as package time has them; nil for none.
func weekdaysOf(days []Workday) []time.Weekday {
	var out []time.Weekday
	for _, d := range days {
		out = append(out, d.weekday())
	}
	return out
}

func hours(v value) Hours {
	return parsed("opening hours", calendar.ParseHours)(v)
}

func region(v value) Region {
	name := v.name("country or region", calendar.Regions())
	holidays, _ := calendar.Region(name)
	return Region{name, holidays}
}
