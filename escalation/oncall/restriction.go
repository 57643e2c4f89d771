package oncall

import (
	"cmp"
	"slices"
	"time"

	"tocsin/alerting/calendar"
)

// Restriction is when a layer counts, read in the rotation's zone: on its days, in its hours. No days are
// every day, no hours the whole day. Hours past midnight belong to the day on which they begin. Where the
// clock skips their beginning or end, that is the moment of the skip; where it shows it twice, the first.
// The zero value restricts nothing.
type Restriction struct {
	Days  []time.Weekday
	Hours []calendar.Span
}

const (
	dayMinutes  = 24 * 60
	weekMinutes = 7 * dayMinutes
)

// week is a restriction as stretches of a week, in minutes after Monday's midnight: in order, none empty,
// none touching another, the last perhaps going on into the next week.
type week struct {
	spans []calendar.Span // none, and not always: never
	all   bool
	zone  *time.Location
}

// week is r in a zone.
func (r Restriction) week(zone *time.Location) week {
	if len(r.Days) == 0 && len(r.Hours) == 0 {
		return week{all: true, zone: zone}
	}
	hours := r.Hours
	if len(hours) == 0 {
		hours = []calendar.Span{{From: 0, To: dayMinutes}}
	}
	var spans []calendar.Span
	for day := range 7 {
		if len(r.Days) > 0 && !slices.Contains(r.Days, time.Weekday((day+1)%7)) {
			continue
		}
		for _, h := range hours {
			if h.From < h.To {
				spans = append(spans, calendar.Span{From: day*dayMinutes + h.From, To: day*dayMinutes + h.To})
			}
		}
	}
	spans = unite(spans)
	all := len(spans) == 1 && spans[0].To >= spans[0].From+weekMinutes
	return week{spans: spans, all: all, zone: zone}
}

// unite makes one of spans that touch or overlap, around the end of the week too.
func unite(spans []calendar.Span) []calendar.Span {
	slices.SortFunc(spans, func(a, b calendar.Span) int { return cmp.Compare(a.From, b.From) })
	var out []calendar.Span
	for _, s := range spans {
		if last := len(out) - 1; last >= 0 && s.From <= out[last].To {
			out[last].To = max(out[last].To, s.To)
			continue
		}
		out = append(out, s)
	}
	for len(out) > 1 && out[len(out)-1].To >= out[0].From+weekMinutes {
		last := &out[len(out)-1]
		last.To = max(last.To, out[0].To+weekMinutes)
		out = out[1:]
	}
	return out
}

func (w week) never() bool { return !w.all && len(w.spans) == 0 }

// start and end are those of the stretch with a number, counted over all weeks from that of 1 January 2001,
// a Monday. Neither goes backwards; a stretch that the zone's clock skips is empty.
func (w week) start(k int) time.Time { return w.time(k, func(s calendar.Span) int { return s.From }) }
func (w week) end(k int) time.Time   { return w.time(k, func(s calendar.Span) int { return s.To }) }

func (w week) time(k int, minute func(calendar.Span) int) time.Time {
	weeks, i := k/len(w.spans), k%len(w.spans)
	if i < 0 {
		weeks, i = weeks-1, i+len(w.spans)
	}
	return epoch().AddDays(7*weeks).At(minute(w.spans[i]), w.zone)
}

func epoch() calendar.Date { return calendar.Date{Year: 2001, Month: time.January, Day: 1} }

// last is the number of the last stretch that begins no later than at and is not empty.
func (w week) last(at time.Time) int {
	k := w.guess(at)
	for w.start(k).After(at) {
		k--
	}
	for !w.start(k + 1).After(at) {
		k++
	}
	for !w.start(k).Before(w.end(k)) {
		k--
	}
	return k
}

// guess is last by the local clock; changes of the clock may put it off by a few, and so may times before
// the first week.
func (w week) guess(at time.Time) int {
	local := at.In(w.zone)
	days := calendar.DateOf(local).DaysSince(epoch())
	weeks := days / 7
	minute := (days-7*weeks)*dayMinutes + local.Hour()*60 + local.Minute()
	i := len(w.spans) - 1
	for i >= 0 && w.spans[i].From > minute {
		i--
	}
	return weeks*len(w.spans) + i
}

// around reports whether the restriction counts at an instant, since when it does or does not, and until
// when. For one that always counts the times are zero. Not for one that never does.
func (w week) around(at time.Time) (counts bool, from, until time.Time) {
	if w.all {
		return true, time.Time{}, time.Time{}
	}
	k := w.last(at)
	from, until = w.start(k), w.end(k)
	if !until.After(at) {
		return false, until, w.next(until)
	}
	for j := k + 1; !w.start(j).After(until); j++ {
		until = w.end(j)
	}
	for j := k - 1; !w.end(j).Before(from); j-- {
		from = w.start(j)
	}
	return true, from, until
}

// next is the first moment at or after an instant at which the restriction counts. Not for one that never
// does.
func (w week) next(at time.Time) time.Time {
	if w.all {
		return at
	}
	k := w.last(at)
	for !w.end(k).After(at) || !w.start(k).Before(w.end(k)) {
		k++
	}
	return later(at.In(w.zone), w.start(k))
}

// keep is what the restriction leaves of shifts that are in order and do not overlap.
func (w week) keep(shifts []Shift) []Shift {
	if w.all || len(shifts) == 0 {
		return shifts
	}
	if w.never() {
		return nil
	}
	var out []Shift
	k := w.last(shifts[0].From)
	from, until := w.start(k), w.end(k)
	for _, s := range shifts {
		for from.Before(s.Until) {
			if piece := cut(s, from, until); piece.From.Before(piece.Until) {
				out = join(out, piece)
			}
			if until.After(s.Until) {
				break
			}
			k++
			from, until = w.start(k), w.end(k)
		}
	}
	return out
}
