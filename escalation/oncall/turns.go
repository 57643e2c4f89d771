package oncall

import (
	"time"

	"tocsin/alerting/calendar"
)

// turns is when turns begin and end, whoever's they are.
type turns struct {
	turn  Turn
	since Civil
	zone  *time.Location
}

// numberAt is the number of the turn that at falls into, counted from 0; negative before the first.
func (t turns) numberAt(at time.Time) int {
	n := t.guess(at)
	for t.start(n).After(at) {
		n--
	}
	for !t.start(n + 1).After(at) {
		n++
	}
	return n
}

// guess is numberAt by plain division. For turns of days the time of day and changes of the clock may put it
// off by a turn or two.
func (t turns) guess(at time.Time) int {
	if t.turn.Days > 0 {
		return calendar.DateOf(at.In(t.zone)).DaysSince(t.since.date()) / t.turn.Days
	}
	return int((at.Unix() - t.first().Unix()) / t.seconds())
}

// start is when turn n begins. It never goes backwards, but where the zone's clock skips a whole day the
// turn of that day is empty.
func (t turns) start(n int) time.Time {
	if t.turn.Days > 0 {
		return t.since.date().AddDays(n*t.turn.Days).At(t.since.minute(), t.zone)
	}
	return time.Unix(t.first().Unix()+int64(n)*t.seconds(), 0).In(t.zone)
}

// seconds is the length of a turn of hours. Seconds, because a time.Duration ends at 292 years.
func (t turns) seconds() int64 { return int64(t.turn.Hours) * 60 * 60 }

// first is when the first turn begins.
func (t turns) first() time.Time { return t.since.date().At(t.since.minute(), t.zone) }
