// Package oncall says who holds a role at an instant, and who comes next. All is pure: the instant is an
// argument, nothing reads a clock.
package oncall

import (
	"time"

	"tocsin/alerting/calendar"
)

// Rotation passes a role from person to person by turns, in the order of People and round again.
//
// The first turn begins at Since, read on the clock of Zone. Turns of days hand off at that same local
// time, turns of hours after so many hours have passed. Where the local clock skips the time of a
// hand-off, it takes place at the moment of the skip; where the clock shows it twice, at the first.
type Rotation struct {
	Name   string
	People []string
	Turn   Turn
	Since  Civil          // local date and time in Zone at which the first person's first turn begins
	Zone   *time.Location // nil is UTC
}

// Holder is who holds r at an instant, since when and until when (half-open: at until the next person
// holds it). The times are in r's zone. Before Since nobody does: the person is "", from is zero and until
// is when the first turn begins. Where there are no people, or no turn, nobody ever does.
func (r Rotation) Holder(at time.Time) (person string, from, until time.Time) {
	if len(r.People) == 0 || r.Turn.isZero() {
		return "", time.Time{}, time.Time{}
	}
	n := r.turnAt(at)
	if n < 0 {
		return "", time.Time{}, r.start(0)
	}
	return r.People[n%len(r.People)], r.start(n), r.start(n + 1)
}

// Next is the hand-off that follows at: who takes over, and when. Before Since that is the first person.
// Where there are no people, or no turn, it is "" and the zero time.
func (r Rotation) Next(at time.Time) (person string, when time.Time) {
	_, _, when = r.Holder(at)
	person, _, _ = r.Holder(when)
	return person, when
}

// turnAt is the number of the turn that at falls into, counted from 0; negative before the first.
func (r Rotation) turnAt(at time.Time) int {
	n := r.guess(at)
	for r.start(n).After(at) {
		n--
	}
	for !r.start(n + 1).After(at) {
		n++
	}
	return n
}

// guess is turnAt by plain division. For turns of days the time of day and changes of the clock may put it
// off by a turn or two.
func (r Rotation) guess(at time.Time) int {
	if r.Turn.Days > 0 {
		return calendar.DateOf(at.In(r.zone())).DaysSince(r.Since.date()) / r.Turn.Days
	}
	return int((at.Unix() - r.first().Unix()) / r.turnSeconds())
}

// start is when turn n begins. It never goes backwards, but where the zone's clock skips a whole day the
// turn of that day is empty.
func (r Rotation) start(n int) time.Time {
	if r.Turn.Days > 0 {
		return r.Since.date().AddDays(n*r.Turn.Days).At(r.Since.minute(), r.zone())
	}
	return time.Unix(r.first().Unix()+int64(n)*r.turnSeconds(), 0).In(r.zone())
}

// turnSeconds is the length of a turn of hours. Seconds, because a time.Duration ends at 292 years.
func (r Rotation) turnSeconds() int64 { return int64(r.Turn.Hours) * 60 * 60 }

// first is when the first turn begins.
func (r Rotation) first() time.Time { return r.Since.date().At(r.Since.minute(), r.zone()) }

func (r Rotation) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}
