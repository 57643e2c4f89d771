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

// Entry is a shift of a rotation as a feed tells of it.
type Entry struct {
	oncall.Shift
	Rotation string
	Summary  string // the event's title
	Says     string // a line of the description; may be empty
}

// Feed is entries as an iCalendar: an event for each, in UTC. Those without a summary are left out. name is the
// calendar's. now is when it was made.
//
// An event's UID follows from rotation, person and the shift's beginning. So that it stays the same from one
// reading to the next, the first shift should be whole: cut to where Rotation.At says that it begins.
func Feed(name string, entries []Entry, now time.Time) []byte {
	c := ics.NewCalendarFor("Tocsin")
	c.SetProductId("-//Tocsin//On call//EN")
	c.SetMethod(ics.MethodPublish)
	c.SetName(plain(name))
	c.SetRefreshInterval(refresh)
	c.SetXPublishedTTL(refresh)
	for _, e := range entries {
		if e.Summary != "" {
			addEvent(c, e, now)
		}
	}
	return []byte(c.Serialize(ics.WithNewLine("\r\n")))
}

func addEvent(c *ics.Calendar, entry Entry, now time.Time) {
	e := c.AddEvent(uid(entry))
	e.SetDtStampTime(now)
	e.SetStartAt(entry.From)
	e.SetEndAt(entry.Until)
	e.SetSummary(plain(entry.Summary))
	e.SetDescription(plain(description(entry)))
	e.SetTimeTransparency(ics.TransparencyTransparent)
}

// description says what the shift is of, and why it is with whom it is.
func description(e Entry) string {
	text := "On call: " + e.Rotation
	if e.Says != "" {
		text += "\n" + e.Says
	}
	if o := e.Override; o != nil {
		text += "\nAn override"
		if o.By != "" {
			text += " by " + o.By
		}
		if o.Note != "" {
			text += ": " + o.Note
		}
	}
	return text
}

func uid(e Entry) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %d", e.Rotation, e.Person, e.From.Unix()))
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
