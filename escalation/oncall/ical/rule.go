package ical

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Bounds on one rule.
const (
	maxRule     = 300 // bytes
	maxInterval = 1000
	maxHours    = 24
	maxPlaces   = 8 // values of BYSETPOS
	maxBarren   = 3 // rules of a calendar that do not go on
)

// rule repeats an event at its local time.
type rule struct {
	option rrule.ROption
	count  int // 0: without end
	until  string
}

// parseRule reads an RRULE. Only rules of days, weeks, months and years are taken.
func parseRule(text string) (rule, error) {
	if len(text) > maxRule {
		return rule{}, fmt.Errorf("is longer than %d bytes", maxRule)
	}
	out, kept := rule{}, []string{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(text)), ";") {
		key, value, _ := strings.Cut(part, "=")
		switch key {
		case "COUNT":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return rule{}, errors.New("has a COUNT that is no number")
			}
			out.count = n
		case "UNTIL":
			out.until = value
		case "": // a semicolon too many
		default:
			kept = append(kept, part)
		}
	}
	option, err := rrule.StrToROption(strings.Join(kept, ";"))
	if err != nil {
		return rule{}, fmt.Errorf("is not understood (%s)", short(err.Error()))
	}
	out.option = *option
	return out, out.check()
}

// check refuses what the library would not come back from, or what is no shift.
func (r rule) check() error {
	switch o := r.option; {
	case o.Freq > rrule.DAILY:
		return errors.New("repeats more often than daily")
	case o.Interval > maxInterval:
		return fmt.Errorf("has an interval above %d", maxInterval)
	case len(o.Byhour) > maxHours || len(o.Byminute) > 1 || len(o.Bysecond) > 1 || len(o.Byeaster) > 0:
		return errors.New("names times of day that are no shifts")
	case len(o.Bysetpos) > maxPlaces || (len(o.Bysetpos) > 0 && o.Freq == rrule.DAILY):
		return errors.New("picks with BYSETPOS among more than can be looked at")
	}
	return nil
}

// from is the local times at which the rule repeats what begins at start, in order, as if the zone were UTC.
// Not all are: the caller minds count and until.
func (r rule) from(start time.Time) (next func() (time.Time, bool), err error) {
	defer guard(&err)
	r.option.Dtstart = start
	made, err := rrule.NewRRule(r.option)
	if err != nil {
		return nil, fmt.Errorf("is not understood (%s)", short(err.Error()))
	}
	return made.Iterator(), nil
}

// call asks next, which may fail on a rule that no calendar has, as the 53rd Monday of a month.
func call(next func() (time.Time, bool)) (at time.Time, ok bool, err error) {
	defer guard(&err)
	at, ok = next()
	return at, ok, nil
}

func guard(err *error) {
	if recover() != nil {
		*err = errors.New("is none that a calendar can have")
	}
}
