package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tocsin/escalation/oncall"
	"tocsin/escalation/simulator"
)

// localTimes reads two fields of a form as local times of a zone.
func localTimes(form url.Values, first, second string, zone *time.Location) (from, until time.Time, err error) {
	if from, err = localTime(form.Get(first), zone); err != nil {
		return from, until, err
	}
	until, err = localTime(form.Get(second), zone)
	return from, until, err
}

// localTime reads what a browser sends of a field datetime-local; some add seconds. A time that the zone's
// clocks skip, or show twice, is refused: nobody can tell which moment is meant.
func localTime(text string, zone *time.Location) (time.Time, error) {
	text = strings.TrimSpace(text)
	if len(text) > len("2026-01-05T09:00") && text[len("2026-01-05T09:00")] == ':' {
		text = text[:len("2026-01-05T09:00")]
	}
	at, err := time.Time{}, error(nil)
	if _, err = oncall.ParseCivil(text); err == nil {
		at, err = simulator.ParseMoment(text, zone, time.Time{})
	}
	if err == nil && twice(at.In(zone)) {
		err = fmt.Errorf("%q comes twice in %s: its clocks go back then; choose a time before or after that", text, zone)
	}
	if err != nil {
		return time.Time{}, refuse(http.StatusBadRequest, "%v", err)
	}
	return at, nil
}

// twice reports whether a zone's clocks show the local time of t, its first, again within half a day.
func twice(t time.Time) bool {
	_, offset := t.Zone()
	_, after := t.Add(12 * time.Hour).Zone()
	back := time.Duration(offset-after) * time.Second
	return back > 0 && t.Add(back).Format(time.DateTime) == t.Format(time.DateTime)
}
