package ical

import (
	"time"

	"tocsin/alerting/calendar"
)

// moment is a local time in a zone, or a day of it. local is the time as if the zone were UTC.
type moment struct {
	local  time.Time
	zone   *time.Location
	allDay bool
}

// time is the moment: the first at which the zone's clock shows it, or more.
func (m moment) time() time.Time {
	minute := m.local.Hour()*60 + m.local.Minute()
	at := calendar.DateOf(m.local).At(minute, m.zone)
	if at.Hour()*60+at.Minute() == minute {
		return at.Add(time.Duration(m.local.Second()) * time.Second)
	}
	return at // the clock skips it
}

// at is m with another local time.
func (m moment) at(local time.Time) moment {
	m.local = local
	return m
}

// moments are some that are meant, by what means them: an instant, or a day.
type moments map[any]bool

func (ms moments) add(m moment) { ms[m.key()] = true }

// have reports whether m is meant: by the same instant, or by the day on which it begins.
func (ms moments) have(m moment) bool {
	return len(ms) > 0 && (ms[m.key()] || ms[calendar.DateOf(m.local)] || ms[m.time().Unix()])
}

func (m moment) key() any {
	if m.allDay {
		return calendar.DateOf(m.local)
	}
	return m.time().Unix()
}
