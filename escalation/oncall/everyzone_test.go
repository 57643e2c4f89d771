package oncall_test

import (
	_ "embed"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/escalation/oncall"
)

// zones names every zone of the IANA database that Go 1.26 brings, one a line.
//
//go:embed testdata/zones.txt
var zones string

// TestInEveryZoneTurnsFollowEachOtherAtTheirLocalTime walks through years in which zones did unusual things,
// and ordinary ones: no gap, no overlap, everybody in order, each hand-off when the clock first shows its
// time. The times of day are those that clocks skip or show twice most often, and an ordinary one.
func TestInEveryZoneTurnsFollowEachOtherAtTheirLocalTime(t *testing.T) {
	for name := range strings.Lines(zones) {
		name = strings.TrimSpace(name)
		for _, start := range []string{"1994-12-28T00:00", "2011-12-25T02:30", "2026-01-05T09:00", "2026-03-01T02:00", "2026-10-01T01:30", "2037-01-01T00:00"} {
			r := rotation(t, name, "1 day", start)
			walk(t, r, at(t, r, start+":00").AddDate(0, 0, 45))
		}
		weekly := rotation(t, name, "1 week", "2026-01-05T09:00")
		walk(t, weekly, at(t, weekly, "2027-02-01T00:00:00"))
	}
}

// walk follows the hand-offs of r from its beginning to end.
func walk(t *testing.T, r oncall.Rotation, end time.Time) {
	t.Helper()
	_, _, next := r.Holder(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC))
	turn := 0
	for day := civilDay(r.Since); next.Before(end); day = day.AddDate(0, 0, r.Turn.Days) {
		if !firstShows(next, day) {
			t.Fatalf("%s: the turn of %s begins %s", r.Zone, day.Format(layout), next)
		}
		if following := day.AddDate(0, 0, r.Turn.Days); firstShows(next, following) {
			turn++ // the zone skips what would have been this turn
			continue
		}
		person, from, until := r.Holder(next)
		last, lastFrom, lastUntil := r.Holder(until.Add(-1))
		if !from.Equal(next) || !until.After(from) || person != r.People[turn%3] {
			t.Fatalf("%s: at %s %s holds it from %s until %s", r.Zone, next, person, from, until)
		}
		if last != person || !lastFrom.Equal(from) || !lastUntil.Equal(until) {
			t.Fatalf("%s: %s begins at %s, but just before %s %s holds it from %s", r.Zone, person, from, until, last, lastFrom)
		}
		next, turn = until, turn+1
	}
}

// civilDay is c as if it were UTC, so that adding days is plain.
func civilDay(c oncall.Civil) time.Time {
	return time.Date(c.Year, c.Month, c.Day, c.Hour, c.Minute, 0, 0, time.UTC)
}

// firstShows reports whether at is when its zone's clock first shows want or more: it does so at this moment,
// and did not in the 25 hours before, looked at by the half hour and one nanosecond before.
func firstShows(at, want time.Time) bool {
	shows := func(t time.Time) bool { return !civil(t).Before(want) }
	if !shows(at) || shows(at.Add(-1)) {
		return false
	}
	for back := 30 * time.Minute; back <= 25*time.Hour; back += 30 * time.Minute {
		if shows(at.Add(-back)) {
			return false
		}
	}
	return true
}

// civil is what the clock shows at t, as if it were UTC.
func civil(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func TestWhoeverIsNextHoldsItNext(t *testing.T) {
	names := strings.Fields(zones)
	rapid.Check(t, func(rt *rapid.T) {
		r := rotation(t, rapid.SampledFrom(names).Draw(rt, "zone"), "1 day", "2000-01-01T00:00")
		r.Since.Hour, r.Since.Minute = rapid.IntRange(0, 23).Draw(rt, "hour"), rapid.IntRange(0, 59).Draw(rt, "minute")
		r.Turn = rapid.SampledFrom([]oncall.Turn{{Days: 1}, {Days: 2}, {Days: 7}, {Days: 14}, {Hours: 1}, {Hours: 12}, {Hours: 24}}).Draw(rt, "turn")
		now := time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "now"), 0)
		_, from, until := r.Holder(now)
		if from.After(now) || !until.After(now) {
			rt.Fatalf("at %s somebody holds it from %s until %s", now, from, until)
		}
		who, when := r.Next(now)
		if holder, since, _ := r.Holder(when); holder != who || !since.Equal(when) || !when.Equal(until) {
			rt.Fatalf("at %s the next is %s at %s, but then %s holds it since %s", now, who, when, holder, since)
		}
	})
}

func BenchmarkHolder(b *testing.B) {
	r := rotation(b, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	now := at(b, r, "2026-10-09T20:00:00")
	b.ReportAllocs()
	for b.Loop() {
		r.Holder(now)
	}
}
