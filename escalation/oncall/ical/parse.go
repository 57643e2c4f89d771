package ical

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin/escalation/oncall"
)

// Bounds on what is read. More is an error, not read in part.
const (
	maxBytes       = 4 << 20
	maxEvents      = 10_000
	maxOccurrences = 500_000 // of recurring events, from the first on, all together
	maxWarnings    = 20
	maxCounted     = 1000 // of the warnings beyond those
)

// Parse reads an iCalendar as shifts: those events that touch [from, until), whole, in order of their
// beginning. match is given an event's summary and its attendees' names and addresses, those who declined
// left out, and says who that is.
//
// Recurring events are repeated by RRULE and RDATE, without EXDATE, each as its RECURRENCE-ID changed it;
// repeated at the local time of their zone, their end too. Dates without a time are days of zone, and so
// are times that name no zone. Cancelled events are left out. Of shifts that overlap the one that begins later
// goes before, of those that begin together the shorter, as Rotation.Imported has it.
//
// The warnings are sentences about what was not understood, or may not be meant: events that name nobody,
// zones that are not known, rules that are not read, overlaps. There are at most 20 and a last that counts
// the rest. The error is a sentence about what is no calendar or too large a one.
func Parse(body []byte, match func(summary string, attendees []string) (person string, ok bool), zone *time.Location, from, until time.Time) ([]oncall.Shift, []string, error) {
	if len(body) > maxBytes {
		return nil, nil, fmt.Errorf("the calendar is larger than %d MiB: publish a shorter stretch of time", maxBytes>>20)
	}
	if zone == nil {
		zone = time.UTC
	}
	r := reader{match: match, clock: newClock(zone), from: from, until: until}
	r.clock.warn = r.warnings.add
	events, err := r.events(body)
	if err != nil {
		return nil, nil, err
	}
	shifts, err := r.shifts(events)
	if err != nil {
		return nil, nil, err
	}
	slices.SortStableFunc(shifts, func(a, b oncall.Shift) int {
		return cmp.Or(a.From.Compare(b.From), b.Until.Compare(a.Until), cmp.Compare(a.Person, b.Person))
	})
	r.overlaps(shifts)
	return shifts, r.warnings.list(), nil
}

// reader is one reading of a calendar.
type reader struct {
	match       func(string, []string) (string, bool)
	clock       *clock
	from, until time.Time
	warnings    warnings
	occurrences int // repeated so far
	ended       int // rules that came to an end by themselves
}

// overlaps warns of shifts of two people at once.
func (r *reader) overlaps(shifts []oncall.Shift) {
	if len(shifts) == 0 {
		return
	}
	last := shifts[0]
	for _, s := range shifts[1:] {
		if s.Person != last.Person && s.From.Before(last.Until) {
			r.warnings.add("%s and %s both have it on %s: whose event begins later goes before",
				last.Person, s.Person, s.From.In(r.clock.zone).Format("2006-01-02 15:04"))
		}
		if s.Until.After(last.Until) {
			last = s
		}
	}
}

// warnings are sentences, each once.
type warnings struct {
	said []string
	seen map[string]bool
}

func (w *warnings) add(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if w.seen[text] || len(w.said) >= maxCounted {
		return
	}
	if w.seen == nil {
		w.seen = map[string]bool{}
	}
	w.seen[text] = true
	w.said = append(w.said, text)
}

func (w *warnings) list() []string {
	if more := len(w.said) - maxWarnings; more > 0 {
		return append(w.said[:maxWarnings:maxWarnings], fmt.Sprintf("and %d more of this kind", more))
	}
	return w.said
}
