package web

import (
	"net/http"
	"strings"
	"time"

	"tocsin/alerting/calendar"
)

// morning is what is written instead of a time for the next one of the organisation.
const morning = "morning"

// untilOrFor is when something ends, by either of the two ways to say it.
func (s *server) untilOrFor(until, length string, now time.Time) (time.Time, error) {
	if (until == "") == (length == "") {
		return time.Time{}, refuse(http.StatusUnprocessableEntity, `Say either "until" (a time, or "morning") or "for" (how long, as in "1h").`)
	}
	if until != "" {
		return s.untilWhen(until, now)
	}
	d, err := time.ParseDuration(length)
	if err != nil {
		return time.Time{}, refuse(http.StatusUnprocessableEntity, `"for" is no length of time: write it as in "30m" or "1h30m".`)
	}
	return now.Add(d), nil
}

// untilWhen reads a time, or takes morning from the organisation's calendar.
func (s *server) untilWhen(until string, now time.Time) (time.Time, error) {
	if strings.EqualFold(strings.TrimSpace(until), morning) {
		business := s.Policy().Calendar
		if business == nil {
			business = &calendar.Calendar{Zone: s.Zone}
		}
		return business.Morning(now), nil
	}
	at, err := time.Parse(time.RFC3339, until)
	if err != nil {
		return at, refuse(http.StatusUnprocessableEntity, `"until" is no time: write it as in "2026-12-25T09:00:00+01:00", or "morning".`)
	}
	return at, nil
}
