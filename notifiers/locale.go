package notifiers

import (
	"fmt"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers/texts"
)

// Locale is how people are told of times and of one another. Its zero value says UTC, and calls people by
// their IDs.
type Locale struct {
	Zone     *time.Location    // nil: UTC
	Names    map[string]string // of people, by ID
	Language string            // "en", "de"; empty: English
	// Severities are what the organisation calls its severities; where it says nothing, the language's words.
	Severities map[alerting.Severity]string
	Texts      *Texts // in whose words sentences are said; nil: in those that are built in
}

// For is the locale of one reader: the zone is theirs where they have business time of their own, and so is
// the language where they have one.
func (l Locale) For(reader escalation.Person) Locale {
	if c := reader.Calendar; c != nil && c.Zone != nil {
		l.Zone = c.Zone
	}
	if reader.Language != "" {
		l.Language = reader.Language
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

// Words are those of the locale's language.
func (l Locale) Words() texts.Words { return texts.In(l.Language) }

// Severity is the organisation's word for s where it has one, else the language's: "critical", "kritisch".
// It is Plain.
func (l Locale) Severity(s alerting.Severity) string {
	if name := Plain(l.Severities[s]); name != "" {
		return name
	}
	return l.Words().Severity(int(s))
}

// Time is a moment with its zone: "Mon 2 Mar 2026, 03:41 CET", "Mo, 2. März 2026, 03:41 CET".
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
	w := l.Words()
	switch abbreviation {
	case "CET":
		abbreviation = w.CET
	case "CEST":
		abbreviation = w.CEST
	}
	return fmt.Sprintf(w.Moment, w.Weekdays[t.Weekday()], t.Day(), w.Months[t.Month()-1], t.Year(), t.Format("15:04"), abbreviation)
}
