package ical

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"tocsin/escalation/oncall"
)

// maxShifts is how many shifts a calendar may give.
const maxShifts = 10_000

// shifts is who has it when, by events.
func (r *reader) shifts(events []event) ([]oncall.Shift, error) {
	instead := r.replaced(events)
	var out []oncall.Shift
	for _, e := range events {
		if e.status == "CANCELLED" {
			continue
		}
		start, last, err := r.span(e)
		if err != nil {
			r.warnings.add("%s %s: it is passed over", e.name(), err)
			continue
		}
		var replaced moments
		if e.instead == nil {
			replaced = instead[e.uid]
		} else {
			e.rules, e.extra = nil, nil
		}
		begins, err := r.repeated(e, start, last, replaced)
		if err != nil {
			return nil, err
		}
		out = append(out, r.held(e, begins, last)...)
		if len(out) > maxShifts {
			return nil, fmt.Errorf("the calendar gives more than %d shifts: publish a shorter stretch of time", maxShifts)
		}
	}
	return out, nil
}

// held is the shifts of an event that begins at moments; none, with a warning, if it names nobody.
func (r *reader) held(e event, begins []moment, last length) []oncall.Shift {
	var out []oncall.Shift
	for _, m := range begins {
		s := oncall.Shift{From: m.time().In(r.clock.zone), Until: last.after(m).In(r.clock.zone)}
		if s.From.Before(r.until) && r.from.Before(s.Until) && s.From.Before(s.Until) {
			out = append(out, s)
		}
	}
	if len(out) == 0 {
		return nil
	}
	person, ok := r.match(e.summary, e.attendees)
	if !ok || person == "" {
		r.warnings.add("%s names nobody of the directory: write a person's key, name or email into its title", e.name())
		return nil
	}
	for i := range out {
		out[i].Person = person
	}
	return out
}

// replaced is, by UID, the occurrences that events with a RECURRENCE-ID stand in for.
func (r *reader) replaced(events []event) map[string]moments {
	out := map[string]moments{}
	for _, e := range events {
		if e.instead == nil {
			continue
		}
		m, err := r.clock.read(e.instead.Value, param(e.instead, "TZID"))
		if err != nil {
			r.warnings.add("the RECURRENCE-ID of %s %s: what it replaces is kept", e.name(), err)
			continue
		}
		if param(e.instead, "RANGE") != "" {
			r.warnings.add("%s changes all that follow it, of which only the one is read: publish them as events of their own", e.name())
		}
		if out[e.uid] == nil {
			out[e.uid] = moments{}
		}
		out[e.uid].add(m)
	}
	return out
}

// span is when an event begins and how long it lasts.
func (r *reader) span(e event) (moment, length, error) {
	if e.start == nil {
		return moment{}, length{}, errors.New("has no DTSTART")
	}
	start, err := r.clock.read(e.start.Value, param(e.start, "TZID"))
	if err != nil {
		return moment{}, length{}, fmt.Errorf("begins at %q, which %w", short(e.start.Value), err)
	}
	var last length
	switch {
	case e.end != nil:
		end, err := r.clock.read(e.end.Value, param(e.end, "TZID"))
		if err != nil {
			return moment{}, length{}, fmt.Errorf("ends at %q, which %w", short(e.end.Value), err)
		}
		last = between(start, end)
	case e.duration != "":
		if last, err = parseDuration(e.duration); err != nil {
			return moment{}, length{}, err
		}
	case start.allDay:
		last = length{civil: day}
	}
	if last.most() <= 0 || last.most() > longest {
		return moment{}, length{}, errors.New("lasts no time at all, or more than a year")
	}
	return start, last, nil
}

// name is how a warning calls an event.
func (e event) name() string {
	when := ""
	if e.start != nil {
		when = " of " + short(e.start.Value)
	}
	title := strings.Join(strings.Fields(cmp.Or(e.summary, strings.Join(e.attendees, ", "))), " ")
	return fmt.Sprintf("the event %q%s", short(title), when)
}
