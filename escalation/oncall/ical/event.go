package ical

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	ics "github.com/arran4/golang-ical"
)

// Bounds on an unfolded line: one beyond, as a description may be, is passed over. And on depth.
const (
	maxLine   = 8 << 10 // bytes
	maxDepth  = 8       // components within components
	maxParams = 100     // the library's effort is their number times the line's length
)

// event is what a VEVENT says of itself.
type event struct {
	uid, summary, status string
	start, end           *ics.BaseProperty // end is DTEND
	duration             string
	rules                []string
	extra, without       []*ics.BaseProperty // RDATE, EXDATE
	instead              *ics.BaseProperty   // RECURRENCE-ID
	attendees            []string
}

// events reads the VEVENTs of a calendar, in order. It also tells the clock which zones the calendar defines.
func (r *reader) events(body []byte) ([]event, error) {
	var out []event
	var open []string // the components that a line is in
	calendars, id := 0, ""
	for line := range lines(body) {
		p := property(line)
		if p == nil {
			continue
		}
		name, in := p.IANAToken, strings.Join(open, "/")
		switch {
		case name == "BEGIN":
			open = append(open, strings.ToUpper(strings.TrimSpace(p.Value)))
			if in == "VCALENDAR" && open[1] == "VEVENT" {
				out = append(out, event{})
			}
		case name == "END":
			if len(open) == 0 || open[len(open)-1] != strings.ToUpper(strings.TrimSpace(p.Value)) {
				return nil, errors.New("the calendar is broken: an END without its BEGIN")
			}
			open = open[:len(open)-1]
			if len(open) == 0 {
				calendars++
			}
		case in == "VCALENDAR/VEVENT":
			out[len(out)-1].take(p)
		case in == "VCALENDAR/VTIMEZONE" && name == "TZID":
			id = p.Value
		case in == "VCALENDAR/VTIMEZONE" && name == "X-LIC-LOCATION":
			r.clock.define(id, p.Value)
		}
		switch {
		case len(open) > 0 && open[0] != "VCALENDAR":
			return nil, errors.New("this is no iCalendar: it should begin with BEGIN:VCALENDAR")
		case len(open) > maxDepth:
			return nil, errors.New("the calendar is broken: an END is missing")
		case len(out) > maxEvents:
			return nil, fmt.Errorf("the calendar has more than %d events: publish a shorter stretch of time", maxEvents)
		}
	}
	switch {
	case len(open) > 0:
		return nil, errors.New("the calendar is cut off: END:VCALENDAR is missing")
	case calendars == 0:
		return nil, errors.New("this is no iCalendar: it should begin with BEGIN:VCALENDAR")
	}
	return out, nil
}

// take keeps a property that matters.
func (e *event) take(p *ics.BaseProperty) {
	switch p.IANAToken {
	case "UID":
		e.uid = p.Value
	case "SUMMARY":
		e.summary = p.Value
	case "STATUS":
		e.status = strings.ToUpper(p.Value)
	case "DTSTART":
		e.start = p
	case "DTEND":
		e.end = p
	case "DURATION":
		e.duration = p.Value
	case "RRULE":
		e.rules = append(e.rules, p.Value)
	case "RDATE":
		e.extra = append(e.extra, p)
	case "EXDATE":
		e.without = append(e.without, p)
	case "RECURRENCE-ID":
		e.instead = p
	case "ATTENDEE":
		e.attend(p)
	}
}

// attend keeps an attendee's name and address, unless they declined.
func (e *event) attend(p *ics.BaseProperty) {
	if strings.EqualFold(param(p, "PARTSTAT"), "DECLINED") {
		return
	}
	address := p.Value
	if scheme, rest, found := strings.Cut(address, ":"); found && strings.EqualFold(scheme, "mailto") {
		address = rest
	}
	for _, name := range []string{param(p, "CN"), param(p, "EMAIL"), address} {
		if name != "" && !slices.Contains(e.attendees, name) {
			e.attendees = append(e.attendees, name)
		}
	}
}

// lines are the unfolded content lines of a calendar.
func lines(body []byte) func(yield func(string) bool) {
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	return func(yield func(string) bool) {
		var line []byte
		for raw := range bytes.Lines(body) {
			raw = bytes.TrimRight(raw, "\r\n")
			if len(raw) > 0 && (raw[0] == ' ' || raw[0] == '\t') {
				line = append(line, raw[1:]...)
				continue
			}
			if len(line) > 0 && !yield(string(line)) {
				return
			}
			line = append(line[:0], raw...)
		}
		if len(line) > 0 {
			yield(string(line))
		}
	}
}

// property reads a content line, its names in capitals; nil if it is none or a long one.
func property(line string) *ics.BaseProperty {
	if len(line) > maxLine || params(line) > maxParams {
		return nil
	}
	p, err := ics.ParseProperty(ics.ContentLine(strings.ToValidUTF8(line, "\uFFFD")))
	if err != nil || p == nil {
		return nil
	}
	p.IANAToken = strings.ToUpper(p.IANAToken)
	return p
}

// params is at least how many parameters and values of parameters a line has.
func params(line string) int {
	n, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case '"':
			quoted = !quoted
		case ';', ',':
			n++
		case ':':
			if !quoted {
				return n
			}
		}
	}
	return n
}

// param is a parameter's first value; "" if p has none.
func param(p *ics.BaseProperty, name string) string {
	for key, values := range p.ICalParameters {
		if strings.EqualFold(key, name) && len(values) > 0 {
			return values[0]
		}
	}
	return ""
}
