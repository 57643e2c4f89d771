package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/alerting/calendar"
)

func TestADueTimeIsToldInWords(t *testing.T) {
	c := berlin(t)
	for _, g := range []struct{ from, after, words string }{
		{"Fri 2026-10-09 16:59", "0m", "at once"},
		{"Fri 2026-10-09 16:59", "15m", "15 min after"},
		{"Fri 2026-10-09 16:59", "1h", "1 h after"},
		{"Fri 2026-10-09 16:59", "90m", "1 h 30 min after"},
		{"Fri 2026-10-09 16:59", "90s", "1m30s after"},
		{"Fri 2026-10-09 16:59", "1d", "1 day after"},
		{"Fri 2026-10-09 16:59", "1w", "7 days after"},
		{"Fri 2026-10-09 16:59", "0 business hours", "Friday 9 October, 16:59, in business time"},
		{"Fri 2026-10-09 17:01", "0 business hours", "Monday 12 October, 09:00, the next moment of business time"},
		{"Fri 2026-10-09 16:59", "2 business hours", "Monday 12 October, 10:59, 2 business hours"},
		{"Fri 2026-10-09 20:00", "next business day", "Monday 12 October, 09:00, next business day"},
		{"Fri 2027-01-01 12:00", "next business day", "Monday 4 January, 09:00, next business day; Friday was a public holiday (Neujahrstag)"},
		{"Wed 2026-12-30 16:30", "1 business hour", "Monday 4 January 2027, 09:30, 1 business hour; Thursday was closed, Friday was a public holiday (Neujahrstag)"},
		{"Thu 2026-04-02 16:30", "1 business hour", "Tuesday 7 April, 09:30, 1 business hour; Friday was a public holiday (Karfreitag), Monday was a public holiday (Ostermontag)"},
		{
			"Wed 2026-12-23 12:00", "4 business days",
			"Monday 4 January 2027, 09:00, 4 business days; Thursday 24 December 2026 was closed, Friday 25 December 2026 was a public holiday (Weihnachtstag), Thursday was closed, Friday was a public holiday (Neujahrstag)",
		},
	} {
		d, from := delay(t, g.after), local(t, c, g.from).UTC()
		if got := d.Words(c, from, d.Due(c, from)); got != g.words {
			t.Errorf("%s after %s is told as\n%q, want\n%q", g.after, g.from, got, g.words)
		}
	}
	if got := delay(t, "5m").Words(nil, time.Now(), time.Now()); got != "5 min after" {
		t.Errorf("without a calendar: %q", got)
	}
}

func TestALongClosureIsToldInAFewWords(t *testing.T) {
	c := berlin(t)
	for day := date(t, "2026-10-12"); day != date(t, "2026-10-24"); day = day.AddDays(1) {
		c.Closed = append(c.Closed, day)
	}
	d, from := delay(t, "next business day"), local(t, c, "Fri 2026-10-09 20:00")
	want := "Monday 26 October, 09:00, next business day; Monday 12 October was closed, Tuesday 13 October was closed, Wednesday 14 October was closed, Thursday 15 October was closed, and 6 more days were closed"
	if got := d.Words(c, from, d.Due(c, from)); got != want {
		t.Errorf("%q, want\n%q", got, want)
	}
}

func TestAnObservedHolidayIsToldAsOne(t *testing.T) {
	us := &calendar.Calendar{Zone: zone(t, "America/New_York"), Workdays: weekdays(), Hours: hours(t, "09:00-17:00"), Holidays: region(t, "us")}
	d, from := delay(t, "next business day"), local(t, us, "Thu 2026-07-02 12:00")
	want := "Monday 6 July, 09:00, next business day; Friday was a public holiday (Independence Day, observed)"
	if got := d.Words(us, from, d.Due(us, from)); got != want {
		t.Errorf("%q, want\n%q", got, want)
	}
}

func TestAVersionStandsForAllThatDecides(t *testing.T) {
	version := berlin(t).Version()
	if len(version) != 12 || version != berlin(t).Version() {
		t.Fatalf("%q, and of the same again %q", version, berlin(t).Version())
	}
	for name, change := range map[string]func(*calendar.Calendar){
		"zone":     func(c *calendar.Calendar) { c.Zone = zone(t, "Europe/London") },
		"workdays": func(c *calendar.Calendar) { c.Workdays = everyDay() },
		"hours":    func(c *calendar.Calendar) { c.Hours = hours(t, "09:00-12:00, 13:00-17:00") },
		"holidays": func(c *calendar.Calendar) { c.Holidays = region(t, "de-by") },
		"closed":   func(c *calendar.Calendar) { c.Closed = c.Closed[:1] },
	} {
		c := berlin(t)
		change(c)
		if c.Version() == version {
			t.Errorf("another %s, the same version", name)
		}
	}
	same := berlin(t)
	same.Workdays = []time.Weekday{time.Friday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday}
	same.Closed = []calendar.Date{date(t, "2026-12-31"), date(t, "2026-12-24")}
	if same.Version() != version {
		t.Error("the order of workdays and closed days makes another version")
	}
}

func TestBusinessTimeClosesWhereItPauses(t *testing.T) {
	c := berlin(t)
	split := &calendar.Calendar{Zone: c.Zone, Workdays: weekdays(), Hours: hours(t, "09:00-12:00, 12:00-17:00, 22:00-24:00")}
	night := &calendar.Calendar{Zone: c.Zone, Workdays: everyDay(), Hours: hours(t, "22:00-06:00")}
	for _, g := range []struct {
		c                 *calendar.Calendar
		at, closes, opens string
	}{
		{c, "Fri 2026-10-09 16:59", "Fri 2026-10-09 17:00", "Fri 2026-10-09 16:59"},
		{c, "Fri 2026-10-09 17:00", "Fri 2026-10-09 17:00", "Mon 2026-10-12 09:00"},
		{split, "Fri 2026-10-09 10:00", "Fri 2026-10-09 17:00", "Fri 2026-10-09 10:00"},
		{night, "Sat 2026-03-28 23:00", "Sun 2026-03-29 06:00", "Sat 2026-03-28 23:00"},
		{night, "Sun 2026-03-29 06:00", "Sun 2026-03-29 06:00", "Sun 2026-03-29 22:00"},
	} {
		at := local(t, g.c, g.at)
		if got := g.c.Closes(at).Format(minuteLayout); got != g.closes {
			t.Errorf("at %s it closes %s, want %s", g.at, got, g.closes)
		}
		if got := g.c.Next(at).Format(minuteLayout); got != g.opens {
			t.Errorf("at %s business time is next %s, want %s", g.at, got, g.opens)
		}
	}
	always := &calendar.Calendar{Zone: time.UTC, Workdays: everyDay(), Hours: hours(t, "00:00-24:00")}
	at := time.Date(2026, 10, 9, 12, 0, 0, 0, time.UTC)
	if got := always.Closes(at); got.Before(at.AddDate(2, 0, 0)) || got.After(at.AddDate(2, 0, 4)) {
		t.Errorf("what never closes closes %s", got)
	}
}

func TestOpenUntilItCloses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, at := anyCalendar(t), anyTime(t, "at")
		closes := c.Closes(at)
		if closes.Equal(at) == c.Open(at) {
			t.Fatalf("open at %s: %t, closes %s", at, c.Open(at), closes)
		}
		if c.Open(closes) && closes.Before(at.AddDate(2, 0, 0)) {
			t.Fatalf("it closes %s, and is open then", closes)
		}
	})
}
