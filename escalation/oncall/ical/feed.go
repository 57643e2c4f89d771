// Package ical carries shifts to calendars and back: Feed writes what a calendar subscribes to, Parse reads
// what another system publishes. Both are pure, and RFC 5545.
package ical

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"tocsin/escalation/oncall"
)

// refresh is how often a calendar is asked to look again. Many keep to a time of their own.
const refresh = "PT1H"

// Feed is shifts as an iCalendar: an event for each, in UTC, under the name that nameOf gives its person.
// Shifts without a person, which are gaps, are left out. name is the calendar's. now is when it was made.
//
// An event's UID follows from name, person and the shift's beginning. So that it stays the same from one
// reading to the next, the first shift should be whole: cut to where Rotation.At says that it begins.
func Feed(name string, shifts []oncall.Shift, nameOf func(person string) string, now time.Time) []byte {
	c := ics.NewCalendarFor("Tocsin")
	c.SetProductId("-//Tocsin//On call//EN")
	c.SetMethod(ics.MethodPublish)
	c.SetName(plain(name))
	c.SetRefreshInterval(refresh)
	c.SetXPublishedTTL(refresh)
	for _, s := range shifts {
		if s.Person != "" {
			addEvent(c, name, s, nameOf(s.Person), now)
		}
	}
	return []byte(c.Serialize(ics.WithNewLine("\r\n")))
}

func addEvent(c *ics.Calendar, name string, s oncall.Shift, person string, now time.Time) {
	e := c.AddEvent(uid(name, s))
	e.SetDtStampTime(now)
	e.SetStartAt(s.From)
	e.SetEndAt(s.Until)
	e.SetSummary(plain(person))
	e.SetDescription(plain(description(name, s)))
	e.SetTimeTransparency(ics.TransparencyTransparent)
}

// description says what the shift is of, and why it is with whom it is.
func description(name string, s oncall.Shift) string {
	text := "On call: " + name
	if o := s.Override; o != nil {
		text += "\nStands in"
		if o.By != "" {
			text += ", by " + o.By
		}
		if o.Note != "" {
			text += ": " + o.Note
		}
	}
	return text
}

func uid(name string, s oncall.Shift) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d", name, s.Person, s.From.Unix()))
	return hex.EncodeToString(sum[:12]) + "@tocsin"
}

// plain is text that the library can escape and fold: valid UTF-8, its lines ending in \n, without control
// characters.
func plain(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\r':
			return '\n'
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, text)
}
