package ical

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// rare is a pause after which a rule counts as one that does not go on.
const rare = 30 * 366 * day

// repeated is when an event begins: its own time, or those of its rules and RDATEs that matter to
// [from, until), without its EXDATEs and those that others replace. Each once.
func (r *reader) repeated(e event, start moment, last length, replaced moments) ([]moment, error) {
	begins := []moment{start}
	if len(e.rules) > 0 {
		begins = nil
	}
	for _, text := range e.rules {
		more, err := r.follow(e, text, start, last)
		if err != nil {
			return nil, err
		}
		begins = append(begins, more...)
	}
	begins = append(begins, r.listed(e, e.extra)...)
	without, seen := moments{}, moments{}
	for _, m := range r.listed(e, e.without) {
		without.add(m)
	}
	return slices.DeleteFunc(begins, func(m moment) bool {
		twice := seen[m.key()]
		seen.add(m)
		return twice || without.have(m) || replaced.have(m)
	}), nil
}

// follow is the beginnings that a rule gives and that matter to [from, until). A rule that is not understood
// gives the event's own, with a warning. The error is that the calendar has too much to repeat.
func (r *reader) follow(e event, text string, start moment, last length) ([]moment, error) {
	rule, err := parseRule(text)
	var next func() (time.Time, bool)
	if err == nil {
		next, err = rule.from(start.local)
	}
	var ended func(moment) bool
	if err == nil {
		ended, err = r.ends(rule.until, start)
	}
	var out []moment
	before := start.local
	for n := 0; err == nil && (rule.count == 0 || n < rule.count); n++ {
		local, more, failed := call(next)
		m := start.at(local)
		switch {
		case failed != nil:
			err = failed
			continue
		case !more, local.Sub(before) > rare:
			return out, r.barren()
		case ended(m) || local.After(r.until.Add(2*day)):
			return out, nil
		case local.After(r.from.Add(-2*day - last.most())):
			out = append(out, m)
		}
		before = local
		if r.occurrences++; r.occurrences > maxOccurrences {
			return nil, errors.New("the calendar repeats too many events from too long ago: publish a shorter stretch of time")
		}
	}
	if err != nil {
		r.warnings.add("the rule %q of %s %s: only the event's own time is read", short(text), e.name(), err)
		return []moment{start}, nil
	}
	return out, nil
}

// barren counts rules that end by themselves, or as good as: each costs a search as far as the year 9999.
func (r *reader) barren() error {
	if r.ended++; r.ended > maxBarren {
		return fmt.Errorf("the calendar has more than %d rules that never come true", maxBarren)
	}
	return nil
}

// ends is whether a moment comes after a rule's UNTIL, which may be a day, a local time or one in UTC.
func (r *reader) ends(until string, start moment) (func(moment) bool, error) {
	if until == "" {
		return func(moment) bool { return false }, nil
	}
	limit, err := r.clock.read(until, "")
	switch {
	case err != nil:
		return nil, fmt.Errorf("has an UNTIL that %w", err)
	case limit.allDay:
		return func(m moment) bool { return !m.local.Before(limit.local.Add(day)) }, nil
	case strings.HasSuffix(until, "Z") && !start.allDay:
		return func(m moment) bool { return m.time().After(limit.time()) }, nil
	}
	return func(m moment) bool { return m.local.After(limit.local) }, nil
}

// listed is the moments of RDATE or EXDATE properties. Of a period its beginning counts.
func (r *reader) listed(e event, properties []*ics.BaseProperty) []moment {
	var out []moment
	for _, p := range properties {
		for value := range strings.SplitSeq(p.Value, ",") {
			value, _, _ = strings.Cut(value, "/")
			m, err := r.clock.read(value, param(p, "TZID"))
			if err != nil {
				r.warnings.add("%s %q of %s %s: it is passed over", p.IANAToken, short(value), e.name(), err)
				continue
			}
			out = append(out, m)
		}
	}
	return out
}
