package notifiers

import (
	"strings"
	"time"

	"tocsin/escalation"
)

// Locale is how people are told of times and of one another. Its zero value says UTC, and calls people by
// their IDs.
type Locale struct {
	Zone  *time.Location    // nil: UTC
	Names map[string]string // of people, by ID
}

// For is the locale of one reader: the zone is theirs where they have business time of their own.
func (l Locale) For(reader escalation.Person) Locale {
	if c := reader.Calendar; c != nil && c.Zone != nil {
		l.Zone = c.Zone
	}
	return l
}

// Name is what people call whoever has this ID. Who is not of the configuration's people, as an account
// or a program, is called by the ID. It is Plain.
func (l Locale) Name(id string) string {
	if name := Plain(l.Names[id]); name != "" {
		return name
	}
	return Plain(id)
}

// Time is a moment with its zone: "Mon 2 Mar 2026, 03:41 CET".
func (l Locale) Time(t time.Time) string {
	zone := l.Zone
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	abbreviation := t.Format("MST")
	if strings.HasPrefix(abbreviation, "+") || strings.HasPrefix(abbreviation, "-") { // a zone with no letters
		abbreviation = "UTC" + abbreviation
	}
	return t.Format("Mon 2 Jan 2006, 15:04 ") + abbreviation
}
