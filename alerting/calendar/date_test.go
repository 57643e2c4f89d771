package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/alerting/calendar"
)

func TestALocalTimeIsTheFirstMomentAtWhichTheClockShowsItOrMore(t *testing.T) {
	for _, g := range []struct{ name, zone, date, clock, utc string }{
		{"an ordinary time", "Europe/Berlin", "2026-07-01", "09:00", "2026-07-01T07:00:00Z"},
		{"skipped in Berlin", "Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00:00Z"},
		{"twice in Berlin", "Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30:00Z"},
		{"skipped in New York", "America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00Z"},
		{"twice in New York", "America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"},
		{"skipped on Lord Howe", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"},
		{"twice on Lord Howe", "Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"},
		{"a midnight that Cairo skips", "Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00:00Z"},
		{"a midnight that Havana has twice", "America/Havana", "2026-11-01", "00:00", "2026-11-01T04:00:00Z"},
		{"a day that Apia skips", "Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T10:00:00Z"},
		{"the last day of a leap year", "America/New_York", "2028-12-31", "21:00", "2029-01-01T02:00:00Z"},
		{"the last of one after all known changes", "America/New_York", "2040-12-31", "21:00", "2041-01-01T02:00:00Z"},
		{"the day after it", "Europe/Berlin", "2041-01-01", "00:00", "2040-12-31T23:00:00Z"},
		{"far ahead of UTC", "Pacific/Kiritimati", "2026-01-01", "00:00", "2025-12-31T10:00:00Z"},
	} {
		t.Run(g.name, func(t *testing.T) {
			clock, err := time.Parse("15:04", g.clock)
			if err != nil {
				t.Fatal(err)
			}
			at := date(t, g.date).At(clock.Hour()*60+clock.Minute(), zone(t, g.zone))
			if got := at.UTC().Format(time.RFC3339); got != g.utc {
				t.Errorf("%s %s is %s, want %s", g.date, g.clock, got, g.utc)
			}
		})
	}
}

func TestDaysAreCountedAcrossMonthsAndLeapYears(t *testing.T) {
	d := date(t, "2028-02-28")
	if got := d.AddDays(1).String(); got != "2028-02-29" {
		t.Errorf("the day after 28 February 2028 is %s", got)
	}
	if got := date(t, "2028-03-01").DaysSince(d); got != 2 {
		t.Errorf("1 March 2028 is %d days after 28 February", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(-40000, 40000).Draw(t, "n")
		if got := d.AddDays(n).DaysSince(d); got != n {
			t.Fatalf("%d days on, %d have passed", n, got)
		}
	})
}

func FuzzParseDate(f *testing.F) {
	f.Add("2026-12-24")
	f.Add("2026-02-29")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDate(s)
		if err == nil && d.String() != s {
			t.Errorf("%q was read as %s", s, d)
		}
	})
}
