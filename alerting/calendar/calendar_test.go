package calendar_test

import (
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/rickar/cal/v2"

	"tocsin/alerting/calendar"
)

const minuteLayout = "Mon 2006-01-02 15:04"

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func hours(t testing.TB, s string) []calendar.Span {
	t.Helper()
	h, err := calendar.ParseHours(s)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func delay(t testing.TB, s string) calendar.Delay {
	t.Helper()
	d, err := calendar.ParseDelay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func date(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func region(t testing.TB, name string) []*cal.Holiday {
	t.Helper()
	h, err := calendar.Region(name)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func weekdays() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}
}

func everyDay() []time.Weekday { return append(weekdays(), time.Saturday, time.Sunday) }

// berlin is the manual's organisation: the calendar of shared/spec/tocsin.yaml.
func berlin(t testing.TB) *calendar.Calendar {
	return &calendar.Calendar{
		Zone: zone(t, "Europe/Berlin"), Workdays: weekdays(), Hours: hours(t, "09:00-17:00"),
		Holidays: region(t, "de"),
		Closed:   []calendar.Date{date(t, "2026-12-24"), date(t, "2026-12-31")},
	}
}

// local reads "Fri 2026-10-02 16:59" on the calendar's clock, and makes sure of the weekday.
func local(t testing.TB, c *calendar.Calendar, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(minuteLayout, s, c.Zone)
	if err != nil {
		t.Fatal(err)
	}
	if got := at.Format(minuteLayout); got != s {
		t.Fatalf("%q is in fact %s", s, got)
	}
	return at
}

func TestDueOnGoldenDates(t *testing.T) {
	c := berlin(t)
	for _, g := range []struct{ name, from, after, due string }{
		{"the wall clock knows no weekend", "Fri 2026-10-09 16:59", "15m", "Fri 2026-10-09 17:14"},
		{"the last minute is open", "Fri 2026-10-09 16:59", "0 business hours", "Fri 2026-10-09 16:59"},
		{"the closing hour is not", "Fri 2026-10-09 17:00", "0 business hours", "Mon 2026-10-12 09:00"},
		{"a minute late waits for Monday", "Fri 2026-10-09 17:01", "0 business hours", "Mon 2026-10-12 09:00"},
		{"what is left of Friday counts", "Fri 2026-10-09 16:59", "2 business hours", "Mon 2026-10-12 10:59"},
		{"nothing is left of Friday", "Fri 2026-10-09 17:01", "2 business hours", "Mon 2026-10-12 11:00"},
		{"time that ends at closing runs out at the next opening", "Fri 2026-10-09 15:00", "2 business hours", "Mon 2026-10-12 09:00"},
		{"a whole day", "Thu 2026-10-08 09:00", "8 business hours", "Fri 2026-10-09 09:00"},
		{"before opening", "Thu 2026-10-08 03:12", "30 business minutes", "Thu 2026-10-08 09:30"},

		{"P2 on Friday evening", "Fri 2026-10-09 20:00", "0 business hours", "Mon 2026-10-12 09:00"},
		{"P2 on Saturday", "Sat 2026-10-10 11:00", "0 business hours", "Mon 2026-10-12 09:00"},
		{"P2 on Sunday", "Sun 2026-10-11 23:59", "0 business hours", "Mon 2026-10-12 09:00"},
		{"next day on Friday evening", "Fri 2026-10-09 20:00", "next business day", "Mon 2026-10-12 09:00"},
		{"next day on Saturday", "Sat 2026-10-10 11:00", "next business day", "Mon 2026-10-12 09:00"},
		{"next day on Sunday", "Sun 2026-10-11 23:59", "next business day", "Mon 2026-10-12 09:00"},
		{"next day on Monday, before opening", "Mon 2026-10-12 00:00", "next business day", "Tue 2026-10-13 09:00"},
		{"two days from Friday evening", "Fri 2026-10-09 20:00", "2 business days", "Tue 2026-10-13 09:00"},

		{"into Christmas", "Wed 2026-12-23 16:00", "2 business hours", "Mon 2026-12-28 10:00"},
		{"next day before Christmas", "Wed 2026-12-23 10:00", "next business day", "Mon 2026-12-28 09:00"},
		{"on the second day of Christmas", "Sat 2026-12-26 10:00", "0 business hours", "Mon 2026-12-28 09:00"},
		{"over New Year", "Wed 2026-12-30 16:30", "1 business hour", "Mon 2027-01-04 09:30"},
		{"over Christmas and New Year", "Wed 2026-12-23 12:00", "4 business days", "Mon 2027-01-04 09:00"},
		{"over Easter", "Thu 2026-04-02 16:30", "1 business hour", "Tue 2026-04-07 09:30"},
		{"on Good Friday", "Fri 2026-04-03 10:00", "next business day", "Tue 2026-04-07 09:00"},

		{"over the start of summer time", "Fri 2026-03-27 16:00", "2 business hours", "Mon 2026-03-30 10:00"},
		{"over its end", "Fri 2026-10-23 16:00", "2 business hours", "Mon 2026-10-26 10:00"},
		{"a day over the start of summer time is 24 hours", "Sat 2026-03-28 12:00", "1d", "Sun 2026-03-29 13:00"},
		{"29 February", "Wed 2028-02-23 12:00", "4 business days", "Tue 2028-02-29 09:00"},
		{"a weekend in February of a leap year", "Mon 2028-02-28 16:00", "9 business hours", "Wed 2028-03-01 09:00"},
	} {
		t.Run(g.name, func(t *testing.T) {
			got := delay(t, g.after).Due(c, local(t, c, g.from).UTC())
			if got := got.In(c.Zone).Format(minuteLayout); got != g.due {
				t.Errorf("%s after %s is %s, want %s", g.after, g.from, got, g.due)
			}
		})
	}
}

func TestHoursAroundChangesOfTheClock(t *testing.T) {
	for _, g := range []struct{ name, zone, hours, from, add, want string }{
		{"Berlin loses an hour of the night", "Europe/Berlin", "00:00-06:00", "Sun 2026-03-29 00:00", "5h", "Mon 2026-03-30 00:00"},
		{"Berlin gains one", "Europe/Berlin", "00:00-06:00", "Sun 2026-10-25 00:00", "7h", "Mon 2026-10-26 00:00"},
		{"an opening that Berlin's clock skips is when it skips", "Europe/Berlin", "02:30-06:00", "Sun 2026-03-29 00:00", "0s", "Sun 2026-03-29 03:00"},
		{"New York loses an hour of the night", "America/New_York", "22:00-06:00", "Sat 2026-03-07 22:00", "7h", "Sun 2026-03-08 22:00"},
		{"New York gains one", "America/New_York", "22:00-06:00", "Sat 2026-10-31 22:00", "9h", "Sun 2026-11-01 22:00"},
		{"Lord Howe gains half an hour", "Australia/Lord_Howe", "00:00-06:00", "Sun 2026-04-05 00:00", "6h30m", "Mon 2026-04-06 00:00"},
		{"Lord Howe loses half an hour", "Australia/Lord_Howe", "00:00-06:00", "Sun 2026-10-04 00:00", "5h30m", "Mon 2026-10-05 00:00"},
		{"Apia has no 30 December 2011", "Pacific/Apia", "09:00-17:00", "Thu 2011-12-29 16:00", "2h", "Sat 2011-12-31 10:00"},
	} {
		t.Run(g.name, func(t *testing.T) {
			c := &calendar.Calendar{Zone: zone(t, g.zone), Workdays: everyDay(), Hours: hours(t, g.hours)}
			add, err := time.ParseDuration(g.add)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.AddBusiness(local(t, c, g.from), add).Format(minuteLayout); got != g.want {
				t.Errorf("%s of business time after %s is %s, want %s", g.add, g.from, got, g.want)
			}
		})
	}
}

func TestADayThatTheZoneSkipsIsNoBusinessDay(t *testing.T) {
	c := &calendar.Calendar{Zone: zone(t, "Pacific/Apia"), Workdays: everyDay(), Hours: hours(t, "09:00-17:00")}
	got := c.BusinessDay(local(t, c, "Thu 2011-12-29 12:00"), 1).Format(minuteLayout)
	if want := "Sat 2011-12-31 09:00"; got != want {
		t.Errorf("the business day after 29 December 2011 opens %s, want %s", got, want)
	}
	if got := c.Why(date(t, "2011-12-30")); got != "no opening hours" {
		t.Errorf("30 December 2011 is no business day because %q", got)
	}
}

func TestOpenIsHalfOpen(t *testing.T) {
	c := berlin(t)
	for at, want := range map[string]bool{
		"Fri 2026-10-09 08:59": false, "Fri 2026-10-09 09:00": true, "Fri 2026-10-09 16:59": true,
		"Fri 2026-10-09 17:00": false, "Sat 2026-10-10 12:00": false, "Fri 2026-04-03 12:00": false,
		"Thu 2026-12-24 12:00": false, "Tue 2026-12-29 12:00": true,
	} {
		if got := c.Open(local(t, c, at)); got != want {
			t.Errorf("open on %s: %t, want %t", at, got, want)
		}
	}
}

func TestNightHoursBelongToTheDayOnWhichTheyBegin(t *testing.T) {
	c := &calendar.Calendar{Zone: zone(t, "Europe/Berlin"), Workdays: weekdays(), Hours: hours(t, "22:00-06:00"), Holidays: region(t, "de")}
	for at, want := range map[string]bool{
		"Sat 2026-10-10 05:59": true, "Sat 2026-10-10 06:00": false, "Sat 2026-10-10 23:00": false,
		"Mon 2026-10-12 03:00": false, "Mon 2026-10-12 22:00": true,
		"Fri 2026-04-03 03:00": true, "Fri 2026-04-03 23:00": false, // Good Friday
	} {
		if got := c.Open(local(t, c, at)); got != want {
			t.Errorf("open on %s: %t, want %t", at, got, want)
		}
	}
}

func TestWhySaysWhatClosesADay(t *testing.T) {
	c := berlin(t)
	for day, want := range map[string]string{
		"2026-10-09": "", "2026-10-10": "Saturday", "2026-10-11": "Sunday",
		"2026-04-03": "public holiday Karfreitag", "2026-12-25": "public holiday Weihnachtstag",
		"2026-12-24": "closed", "2025-12-24": "",
	} {
		if got := c.Why(date(t, day)); got != want {
			t.Errorf("%s is no business day because %q, want %q", day, got, want)
		}
	}
}

func TestAHolidayIsAlsoClosedWhereItIsObserved(t *testing.T) {
	us := &calendar.Calendar{Zone: zone(t, "America/New_York"), Workdays: everyDay(), Hours: hours(t, "09:00-17:00"), Holidays: region(t, "us")}
	for day, want := range map[string]string{
		"2026-07-03": "public holiday Independence Day (observed)", "2026-07-04": "public holiday Independence Day",
		"2021-12-31": "public holiday New Year's Day (observed)", // of Saturday 1 January 2022
		"2026-12-31": "",
	} {
		if got := us.Why(date(t, day)); got != want {
			t.Errorf("%s is no business day because %q, want %q", day, got, want)
		}
	}
}

func TestANegativeSpanCountsAsNone(t *testing.T) {
	c := berlin(t)
	from := local(t, c, "Fri 2026-10-09 20:00")
	if got := c.AddBusiness(from, -time.Hour).Format(minuteLayout); got != "Mon 2026-10-12 09:00" {
		t.Errorf("an hour of business time less than Friday evening is %s", got)
	}
	if got := (calendar.Delay{Amount: -time.Hour}).Due(nil, from); !got.Equal(from) {
		t.Errorf("due %s", got)
	}
	if got := c.BusinessDay(from, 0).Format(minuteLayout); got != "Mon 2026-10-12 09:00" {
		t.Errorf("business day 0 is %s", got)
	}
}

func TestACalendarThatNeverOpensFallsBackToTheWallClock(t *testing.T) {
	for name, c := range map[string]*calendar.Calendar{
		"no workdays": {Zone: time.UTC, Hours: hours(t, "09:00-17:00")},
		"no hours":    {Zone: time.UTC, Workdays: weekdays()},
		"nothing":     {},
	} {
		from := time.Date(2026, 10, 9, 20, 0, 0, 0, time.UTC)
		if got := delay(t, "2 business hours").Due(c, from); !got.Equal(from.Add(2 * time.Hour)) {
			t.Errorf("%s: two business hours end %s", name, got)
		}
		if got := delay(t, "2 business days").Due(c, from); !got.Equal(from.Add(48 * time.Hour)) {
			t.Errorf("%s: two business days end %s", name, got)
		}
		if c.Open(from) {
			t.Errorf("%s: open", name)
		}
	}
}

func TestACalendarMayBeUsedByManyAtOnce(t *testing.T) {
	c := berlin(t)
	from := local(t, c, "Fri 2026-12-18 12:00")
	want := c.BusinessDay(from, 300)
	c = berlin(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got := c.BusinessDay(from, 300); !got.Equal(want) {
				t.Errorf("300 business days end %s, want %s", got, want)
			}
		})
	}
	wg.Wait()
}

func BenchmarkDue(b *testing.B) {
	c := berlin(b)
	for _, after := range []string{"0 business hours", "4 business hours", "next business day", "2 business days"} {
		for _, from := range []string{"Wed 2026-10-07 10:00", "Fri 2026-10-09 17:01", "Wed 2026-12-23 16:00"} {
			d, at := delay(b, after), local(b, c, from)
			b.Run(after+" from "+from[:14], func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					d.Due(c, at)
				}
			})
		}
	}
}
