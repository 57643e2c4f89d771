package calendar_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/alerting/calendar"
)

func cron(t testing.TB, expr, in string) *calendar.Cron {
	t.Helper()
	c, err := calendar.ParseCron(expr, zone(t, in))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAScheduleComesOnTheClockOnTheWall(t *testing.T) {
	const layout = minuteLayout + " -0700"
	for _, g := range []struct{ name, zone, expr, after, want string }{
		{"each Sunday", "Europe/Berlin", "0 3 * * SUN", "Fri 2026-10-09 12:00 +0200", "Sun 2026-10-11 03:00 +0200"},
		{"not at its own moment again", "Europe/Berlin", "0 3 * * SUN", "Sun 2026-10-11 03:00 +0200", "Sun 2026-10-18 03:00 +0200"},
		{"the first Monday", "Europe/Berlin", "0 9 * * MON#1", "Fri 2026-10-09 12:00 +0200", "Mon 2026-11-02 09:00 +0100"},
		{"the first Monday is the first", "Europe/Berlin", "0 9 * * MON#1", "Sat 2027-01-30 12:00 +0100", "Mon 2027-02-01 09:00 +0100"},
		{"the last Friday", "UTC", "0 9 * * FRIL", "Thu 2026-10-01 00:00 +0000", "Fri 2026-10-30 09:00 +0000"},
		{"the last Friday by its number", "UTC", "0 9 * * fri#-1", "Thu 2026-10-01 00:00 +0000", "Fri 2026-10-30 09:00 +0000"},
		{"the last Thursday of December", "UTC", "0 9 * 12 4L", "Thu 2026-10-01 00:00 +0000", "Thu 2026-12-31 09:00 +0000"},
		{"the last but one Friday", "UTC", "0 9 * * 5#-2", "Thu 2026-10-01 00:00 +0000", "Fri 2026-10-23 09:00 +0000"},
		{"a fifth Friday, which October has", "UTC", "0 9 * * FRI#5", "Thu 2026-10-01 00:00 +0000", "Fri 2026-10-30 09:00 +0000"},
		{"or each Tuesday", "UTC", "0 9 * * TUE,FRI#1", "Fri 2026-10-02 09:00 +0000", "Tue 2026-10-06 09:00 +0000"},
		{"or the 15th", "UTC", "0 9 15 * MON#1", "Mon 2026-10-05 09:00 +0000", "Thu 2026-10-15 09:00 +0000"},
		{"29 February", "Europe/Berlin", "0 9 29 2 *", "Fri 2026-10-09 12:00 +0200", "Tue 2028-02-29 09:00 +0100"},
		{"29 February over a century", "UTC", "0 9 29 2 *", "Wed 2096-03-07 12:00 +0000", "Fri 2104-02-29 09:00 +0000"},
		{"a fifth Monday of a February", "UTC", "0 9 * 2 MON#5", "Fri 2026-10-09 12:00 +0000", "Mon 2044-02-29 09:00 +0000"},
		{"daily", "Europe/Berlin", "@daily", "Fri 2026-10-09 12:00 +0200", "Sat 2026-10-10 00:00 +0200"},
		{"each six hours of UTC", "Europe/Berlin", "@every 6h", "Fri 2026-10-09 12:00 +0200", "Fri 2026-10-09 14:00 +0200"},

		{"a time that Berlin's clock skips", "Europe/Berlin", "30 2 * * *", "Sat 2026-03-28 12:00 +0100", "Sun 2026-03-29 03:00 +0200"},
		{"a time that it shows twice, the first", "Europe/Berlin", "30 2 * * *", "Sat 2026-10-24 12:00 +0200", "Sun 2026-10-25 02:30 +0200"},
		{"and not the second", "Europe/Berlin", "30 2 * * *", "Sun 2026-10-25 02:30 +0200", "Mon 2026-10-26 02:30 +0100"},
		{"a time that New York's clock skips", "America/New_York", "30 2 * * *", "Sat 2026-03-07 12:00 -0500", "Sun 2026-03-08 03:00 -0400"},
		{"a time that it shows twice", "America/New_York", "30 1 * * *", "Sun 2026-11-01 01:30 -0400", "Mon 2026-11-02 01:30 -0500"},
		{"a half hour that Lord Howe skips", "Australia/Lord_Howe", "15 2 * * *", "Sat 2026-10-03 12:00 +1030", "Sun 2026-10-04 02:30 +1100"},
		{"a half hour that Lord Howe shows twice", "Australia/Lord_Howe", "45 1 * * *", "Sun 2026-04-05 01:45 +1100", "Mon 2026-04-06 01:45 +1030"},
		{"a day that Apia skips comes as the next begins", "Pacific/Apia", "0 9 30 12 *", "Thu 2011-12-29 12:00 -1000", "Sat 2011-12-31 00:00 +1400"},
		{"midnight that Havana skips", "America/Havana", "0 0 * * *", "Sat 2026-03-07 12:00 -0500", "Sun 2026-03-08 01:00 -0400"},
	} {
		t.Run(g.name, func(t *testing.T) {
			after, err := time.Parse(layout, g.after)
			if err != nil {
				t.Fatal(err)
			}
			if got := cron(t, g.expr, g.zone).Next(after).Format(layout); got != g.want {
				t.Errorf("%s after %s is %s, want %s", g.expr, g.after, got, g.want)
			}
		})
	}
}

func TestAnHourlyScheduleComesOnceInAnHourShownTwice(t *testing.T) {
	c := cron(t, "15 * * * *", "Europe/Berlin")
	var got []string
	at := time.Date(2026, 10, 24, 23, 0, 0, 0, time.UTC)
	for range 3 {
		at = c.Next(at)
		got = append(got, at.Format("15:04 MST"))
	}
	if want := "01:15 CEST 02:15 CEST 03:15 CET"; strings.Join(got, " ") != want {
		t.Errorf("it comes at %v, want %s", got, want)
	}
}

func TestWrongSchedulesAreRefusedWithASentence(t *testing.T) {
	for expr, want := range map[string]string{
		"": `"0 3 * * SUN"`, "at night": `"0 3 * * SUN"`, "0 3 * *": `"0 3 * * SUN"`, "60 3 * * *": `"0 3 * * SUN"`,
		"0 3 * * SUM": `"0 3 * * SUN"`, "@every -1h": "negative", "@every soon": `"0 3 * * SUN"`,
		"TZ=UTC 0 3 * * *": "timezone", "CRON_TZ=Nowhere": "timezone", "TZ=": "timezone",
		"0 9 * * MON#6": "MON#1", "0 9 * * MON#0": "MON#1", "0 9 * * #1": "MON#1", "0 9 * * MON#": "MON#1", "0 9 * * 7L": "MON#1",
		"0 9 * * *,MON#1": "every day",
		"0 9 30 2 *":      "never comes", "0 9 31 4,6 *": "never comes", ", 9 * * *": "never comes", "0 9 * , *": "never comes",
	} {
		if c, err := calendar.ParseCron(expr, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v %v, want a sentence with %q", expr, c, err, want)
		}
	}
}

func TestAScheduleIsNeverBeforeItsTimeNorSkipsOne(t *testing.T) {
	exprs := []string{"0 3 * * SUN", "30 2 * * *", "*/20 1-3 * * *", "0 9 * * MON#1", "0 0 31 * *", "@hourly", "@every 90m", "15 1 * * FRIL"}
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SampledFrom([]string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana"}).Draw(t, "zone")
		z, err := time.LoadLocation(in)
		if err != nil {
			t.Fatal(err)
		}
		c, err := calendar.ParseCron(rapid.SampledFrom(exprs).Draw(t, "expr"), z)
		if err != nil {
			t.Fatal(err)
		}
		from := anyTime(t, "from")
		next := c.Next(from)
		if !next.After(from) {
			t.Fatalf("%s after %s is %s", c, from, next)
		}
		between := from.Add(time.Duration(rapid.Int64Range(0, int64(next.Sub(from))-1).Draw(t, "between")))
		if again := c.Next(between); !again.Equal(next) {
			t.Fatalf("%s after %s is %s, but after %s it is %s", c, from, next, between, again)
		}
	})
}

func FuzzParseCron(f *testing.F) {
	for _, s := range []string{"0 3 * * SUN", "0 9 * * MON#1", "0 9 * * FRIL,TUE", "@every 6h", "@daily", "TZ=UTC 0 3 * * *", "*/5 1-3,7 1 jan-mar ?", "0 9 29 2 *", "0 9 * * 5#-2"} {
		f.Add(s)
	}
	berlin := zone(f, "Europe/Berlin")
	from := time.Date(2026, 3, 28, 12, 0, 0, 0, berlin)
	f.Fuzz(func(t *testing.T, s string) {
		c, err := calendar.ParseCron(s, berlin)
		if err != nil {
			return
		}
		if next := c.Next(from); !next.After(from) {
			t.Errorf("%q after %s is %s", s, from, next)
		}
		if _, err := calendar.ParseCron(c.String(), berlin); err != nil {
			t.Errorf("%q was read, and is written %q: %v", s, c, err)
		}
	})
}
