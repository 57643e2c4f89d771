package ical

import (
	"errors"
	"strings"
	"time"
)

// maxZones is how many zones a calendar may name; those beyond are not looked up.
const maxZones = 50

// clock reads times of a calendar.
type clock struct {
	zone    *time.Location // of what names no zone
	known   map[string]*time.Location
	defined map[string]string // the IANA zone that the calendar's own definition names
	warn    func(format string, args ...any)
}

func newClock(zone *time.Location) *clock {
	return &clock{zone: zone, known: map[string]*time.Location{}, defined: map[string]string{}}
}

// define notes that the calendar means the IANA zone name by id.
func (c *clock) define(id, name string) { c.defined[id] = name }

// read reads a date or a date and time, in the zone that its parameter names.
func (c *clock) read(value, id string) (moment, error) {
	value = strings.TrimSpace(value)
	zone := c.zone
	switch {
	case strings.HasSuffix(value, "Z"):
		zone, value = time.UTC, strings.TrimSuffix(value, "Z")
	case id != "" && strings.Contains(value, "T"):
		zone = c.load(id)
	}
	for _, layout := range []string{"20060102T150405", "20060102T1504", "20060102"} {
		if t, err := time.Parse(layout, value); err == nil && t.Year() >= 1900 && t.Year() <= 2200 {
			return moment{local: t, zone: zone, allDay: layout == "20060102"}, nil
		}
	}
	return moment{}, errors.New("is no date and time of the years 1900 to 2200")
}

// load is the zone that a calendar names: an IANA name, one at the end of a path, one that the calendar's
// definition gives, or a name of Windows.
func (c *clock) load(id string) *time.Location {
	if zone, ok := c.known[id]; ok {
		return zone
	}
	if len(c.known) >= maxZones {
		c.warn("the calendar names more than %d time zones: the times of the others are read in %s", maxZones, c.zone)
		return c.zone
	}
	zone, found := c.zone, false
	for _, name := range append([]string{id, c.defined[id], windowsZone(id)}, tails(id)...) {
		if z, err := load(name); err == nil {
			zone, found = z, true
			break
		}
	}
	if !found {
		c.warn("the time zone %q is not known: its times are read in %s", short(id), c.zone)
	}
	c.known[id] = zone
	return zone
}

// tails are the ends of a path: of "/example.org/Europe/Berlin" also "Europe/Berlin".
func tails(id string) []string {
	var out []string
	for rest, found := id, true; found && len(out) < 8; {
		_, rest, found = strings.Cut(rest, "/")
		if strings.Contains(rest, "/") {
			out = append(out, rest)
		}
	}
	return out
}

func load(name string) (*time.Location, error) {
	if name == "" || name == "Local" || len(name) > 64 {
		return nil, errors.New("is no name of a zone")
	}
	return time.LoadLocation(name)
}

// short is text that fits into a warning.
func short(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "..."
	}
	return text
}
