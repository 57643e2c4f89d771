package config

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tocsin/escalation/oncall"
	"tocsin/escalation/oncall/ical"
)

// Of an iCalendar the shifts from importBefore before a moment until importAfter after it are read.
const (
	importBefore = 30 * 24 * time.Hour
	importAfter  = 400 * 24 * time.Hour
)

// Imported is what the iCal files say about the 30 days before now and the 400 after it, by rotation.
// Rotations with an address are not in it: see ImportedFrom.
func (c *Config) Imported(now time.Time) map[string][]oncall.Shift {
	out := map[string][]oncall.Shift{}
	for name, r := range c.Rotations {
		if r.Ical.Body == nil {
			continue
		}
		if shifts, _, err := c.ImportedFrom(name, r.Ical.Body, now); err == nil { // it was checked when it was read
			out[name] = shifts
		}
	}
	return out
}

// ImportedFrom is what an iCalendar says about who holds a rotation, as Imported is for files; it is never
// nil without an error. The warnings name what nobody can make sense of, such as events that name nobody.
func (c *Config) ImportedFrom(rotation string, body []byte, now time.Time) ([]oncall.Shift, []string, error) {
	shifts, warnings, err := ical.Parse(body, c.namedIn, c.zoneOf(rotation), now.Add(-importBefore), now.Add(importAfter))
	if err != nil {
		return nil, nil, err
	}
	if shifts == nil {
		shifts = []oncall.Shift{}
	}
	return shifts, warnings, nil
}

// importFiles reads the iCal files, with an error for each that is none.
func (c *Config) importFiles(now time.Time) {
	c.imported = map[string][]oncall.Shift{}
	for _, name := range slices.Sorted(maps.Keys(c.Rotations)) {
		i := c.Rotations[name].Ical
		if i.Body == nil {
			continue
		}
		shifts, warnings, err := c.ImportedFrom(name, i.Body, now)
		if err != nil {
			i.place.fail("the iCal file %s cannot be used: %s", i.place.shown(), printable(err.Error()))
			continue
		}
		c.imported[name] = shifts
		for _, w := range warnings {
			i.place.warn(KindCalendar, "%s: %s", name, printable(w))
		}
		if len(shifts) == 0 {
			i.place.warn(KindUnreachable, "the iCal file %s names nobody for the year to come: nobody holds %s", i.place.shown(), name)
		}
	}
}

// printable is what a file of others says, on one line and without what a terminal would act on.
func printable(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)), " ")
}

// namedIn is the person whom an event names: its summary or an attendee is somebody's key, name or email,
// or its summary contains those of one person alone.
func (c *Config) namedIn(summary string, attendees []string) (person string, ok bool) {
	for _, said := range append([]string{summary}, attendees...) {
		if person, ok = c.only(func(of string) bool { return strings.EqualFold(of, strings.TrimSpace(said)) }); ok {
			return person, true
		}
	}
	return c.only(func(of string) bool { return containsWord(summary, of) })
}

// only is the one person of whom a key, name or email is meant.
func (c *Config) only(meant func(of string) bool) (person string, ok bool) {
	for name, p := range c.People {
		if !slices.ContainsFunc([]string{name, p.Name, p.Email}, func(of string) bool { return of != "" && meant(of) }) {
			continue
		}
		if person != "" {
			return "", false
		}
		person = name
	}
	return person, person != ""
}

// containsWord reports whether word stands in s on its own, not as part of a longer name; case does not matter.
func containsWord(s, word string) bool {
	s, word = strings.ToLower(s), strings.ToLower(word)
	for from := 0; word != ""; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			return false
		}
		begin, end := from+i, from+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(s[:begin])
		after, _ := utf8.DecodeRuneInString(s[end:])
		if !inName(before) && !inName(after) {
			return true
		}
		from = end
	}
	return false
}

func inName(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_' || r == '@'
}
