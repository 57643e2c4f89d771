package oncall_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"tocsin/escalation/oncall"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// rotation is of ada, ben and cyd.
func rotation(t testing.TB, zoneName, turn, since string) oncall.Rotation {
	t.Helper()
	d, err := oncall.ParseTurn(turn)
	if err != nil {
		t.Fatal(err)
	}
	c, err := oncall.ParseCivil(since)
	if err != nil {
		t.Fatal(err)
	}
	return oncall.Rotation{Name: "primary", People: []string{"ada", "ben", "cyd"}, Turn: d, Since: c, Zone: zone(t, zoneName)}
}

const layout = "2006-01-02T15:04 MST"

func at(t testing.TB, r oncall.Rotation, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02T15:04:05", s, r.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestHolderOnGoldenDates(t *testing.T) {
	for _, g := range []struct{ name, zone, turn, since, at, person, from, until string }{
		{"the first moment", "Europe/Berlin", "1 week", "2026-01-05T09:00", "2026-01-05T09:00:00", "ada", "2026-01-05T09:00 CET", "2026-01-12T09:00 CET"},
		{"the last of the first turn", "Europe/Berlin", "1 week", "2026-01-05T09:00", "2026-01-12T08:59:59", "ada", "2026-01-05T09:00 CET", "2026-01-12T09:00 CET"},
		{"the second turn", "Europe/Berlin", "1 week", "2026-01-05T09:00", "2026-01-12T09:00:00", "ben", "2026-01-12T09:00 CET", "2026-01-19T09:00 CET"},
		{"round again", "Europe/Berlin", "1 week", "2026-01-05T09:00", "2026-01-26T09:00:00", "ada", "2026-01-26T09:00 CET", "2026-02-02T09:00 CET"},
		{"a week with 167 hours", "Europe/Berlin", "1 week", "2026-01-05T09:00", "2026-03-29T12:00:00", "cyd", "2026-03-23T09:00 CET", "2026-03-30T09:00 CEST"},
		{"a week with 169 hours", "Europe/Berlin", "1 week", "2026-01-05T09:00", "2026-10-25T02:30:00", "cyd", "2026-10-19T09:00 CEST", "2026-10-26T09:00 CET"},
		{"two weeks", "America/New_York", "2 weeks", "2026-01-05T09:00", "2026-03-10T00:00:00", "ben", "2026-03-02T09:00 EST", "2026-03-16T09:00 EDT"},
		{"a hand-off that the clock skips is when it skips", "America/New_York", "1 day", "2026-03-07T02:30", "2026-03-08T03:00:00", "ben", "2026-03-08T03:00 EDT", "2026-03-09T02:30 EDT"},
		{"until then the one before holds", "America/New_York", "1 day", "2026-03-07T02:30", "2026-03-08T01:59:59", "ada", "2026-03-07T02:30 EST", "2026-03-08T03:00 EDT"},
		{"a hand-off that the clock shows twice is the first", "America/New_York", "1 day", "2026-10-31T01:30", "2026-11-01T01:30:00", "ben", "2026-11-01T01:30 EDT", "2026-11-02T01:30 EST"},
		{"twelve hours are of the wall clock", "Europe/Berlin", "12h", "2026-03-28T20:00", "2026-03-29T12:00:00", "ben", "2026-03-29T09:00 CEST", "2026-03-29T21:00 CEST"},
		{"a turn whose day Apia skips is shorter", "Pacific/Apia", "1 day", "2011-12-29T09:00", "2011-12-31T01:00:00", "ben", "2011-12-31T00:00 +14", "2011-12-31T09:00 +14"},
		{"or is nobody's, if it hands off at midnight", "Pacific/Apia", "1 day", "2011-12-29T00:00", "2011-12-31T01:00:00", "cyd", "2011-12-31T00:00 +14", "2012-01-01T00:00 +14"},
		{"leap day", "Europe/Berlin", "1 day", "2028-02-28T09:00", "2028-02-29T12:00:00", "ben", "2028-02-29T09:00 CET", "2028-03-01T09:00 CET"},
		{"centuries on", "UTC", "1h", "2026-01-05T09:00", "2626-01-05T10:30:00", "ben", "2626-01-05T10:00 UTC", "2626-01-05T11:00 UTC"},
	} {
		t.Run(g.name, func(t *testing.T) {
			r := rotation(t, g.zone, g.turn, g.since)
			person, from, until := r.Holder(at(t, r, g.at))
			if person != g.person || from.Format(layout) != g.from || until.Format(layout) != g.until {
				t.Errorf("%s from %s until %s, want %s from %s until %s",
					person, from.Format(layout), until.Format(layout), g.person, g.from, g.until)
			}
		})
	}
}

func TestBeforeSinceNobodyHoldsIt(t *testing.T) {
	for _, turn := range []string{"1 week", "12h"} {
		r := rotation(t, "Europe/Berlin", turn, "2026-01-05T09:00")
		for _, before := range []string{"2026-01-05T08:59:59", "2020-02-29T12:00:00"} {
			person, from, until := r.Holder(at(t, r, before))
			if person != "" || !from.IsZero() || !until.Equal(at(t, r, "2026-01-05T09:00:00")) {
				t.Errorf("%s: %q from %s until %s", before, person, from, until)
			}
			if who, when := r.Next(at(t, r, before)); who != "ada" || !when.Equal(until) {
				t.Errorf("%s: next is %q at %s", before, who, when)
			}
		}
	}
}

func TestNextIsWhoTakesOverAndWhen(t *testing.T) {
	r := rotation(t, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	if who, when := r.Next(at(t, r, "2026-03-29T12:00:00")); who != "ada" || when.Format(layout) != "2026-03-30T09:00 CEST" {
		t.Errorf("next is %s at %s", who, when)
	}
	skipping := rotation(t, "Pacific/Apia", "1 day", "2011-12-29T00:00")
	if who, when := skipping.Next(at(t, skipping, "2011-12-29T12:00:00")); who != "cyd" || when.Format(layout) != "2011-12-31T00:00 +14" {
		t.Errorf("after the day that Apia skips, next is %s at %s", who, when)
	}
}

func TestARotationOfNobodyOrNoTurnIsNobodys(t *testing.T) {
	r := rotation(t, "Europe/Berlin", "1 week", "2026-01-05T09:00")
	nobody, endless := r, r
	nobody.People, endless.Turn = nil, oncall.Turn{}
	for _, r := range []oncall.Rotation{nobody, endless, {}} {
		now := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
		person, from, until := r.Holder(now)
		who, when := r.Next(now)
		if person != "" || who != "" || !from.IsZero() || !until.IsZero() || !when.IsZero() {
			t.Errorf("%+v: %q from %s until %s, then %q at %s", r, person, from, until, who, when)
		}
	}
}
