package simulator

import (
	"fmt"
	"strings"
	"time"

	"tocsin/alerting/calendar"
)

// ParseMoment reads a time as people write it: "now", RFC 3339 ("2026-12-25T03:00:00+01:00"), or a local
// time ("2026-12-25T03:00", "2026-12-25 03:00:30", "2026-12-25") in zone, or in the zone named after it
// ("2026-12-25T03:00 Europe/Berlin"). A local time that comes twice is its first. Errors are sentences.
func ParseMoment(s string, zone *time.Location, now time.Time) (time.Time, error) {
	words := strings.Fields(s)
	if len(words) == 1 && strings.EqualFold(words[0], "now") {
		return now, nil
	}
	if len(words) == 1 {
		if t, err := time.Parse(time.RFC3339, words[0]); err == nil {
			return plausible(s, t)
		}
	}
	if n := len(words); n > 1 && !isClock(words[n-1]) {
		loc, err := namedZone(words[n-1])
		if err != nil {
			return time.Time{}, err
		}
		zone, words = loc, words[:n-1]
	}
	if len(words) == 0 || len(words) > 2 {
		return time.Time{}, noMoment(s)
	}
	return localMoment(s, strings.Join(words, "T"), zone)
}

// isClock reports whether a word begins like a time of day or an offset, and so is no zone's name.
func isClock(word string) bool { return word[0] >= '0' && word[0] <= '9' }

func namedZone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("%q is no time zone: write it as in Europe/Berlin or UTC", name)
	}
	return zone, nil
}

func localMoment(s, local string, zone *time.Location) (time.Time, error) {
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02"} {
		wall, err := time.Parse(layout, local)
		if err != nil {
			continue
		}
		t := first(wall, zone)
		if t.Format(layout) != wall.Format(layout) {
			return time.Time{}, fmt.Errorf("%q does not exist in %s: its clocks skip that time", s, zone)
		}
		return plausible(s, t)
	}
	return time.Time{}, noMoment(s)
}

// first is the moment at which zone's clocks first show what wall shows; near it, where they skip that.
func first(wall time.Time, zone *time.Location) time.Time {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	_, before := t.Add(-12 * time.Hour).Zone()
	earlier := wall.Add(-time.Duration(before) * time.Second).In(zone)
	if _, offset := earlier.Zone(); offset == before && earlier.Before(t) {
		return earlier
	}
	return t
}

// plausible refuses years of which no calendar knows anything.
func plausible(s string, t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1970 || y > 2200 {
		return time.Time{}, fmt.Errorf("%q is too far away: years from 1970 to 2200 can be looked at", s)
	}
	return t, nil
}

func noMoment(s string) error {
	return fmt.Errorf(`%q is no time: write "2026-12-25T03:00", "2026-12-25T03:00 Europe/Berlin", "2026-12-25T03:00:00+01:00" or "now"`, s)
}

// ParseSpan reads a length of wall time: "7m", "1h30m", "2d", "1w". It is at most a year.
func ParseSpan(s string) (time.Duration, error) {
	d, err := calendar.ParseDelay(s)
	if err != nil || d.Kind != calendar.Wall {
		return 0, fmt.Errorf("%q is no length of time: write it as in 90s, 15m, 1h30m or 2d; a year is the longest", s)
	}
	return d.Amount, nil
}
