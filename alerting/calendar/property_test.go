package calendar_test

import (
	"slices"
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"pgregory.net/rapid"

	"tocsin/alerting/calendar"
)

// anyCalendar draws a calendar with some workday and some hours, possibly of the night.
func anyCalendar(t *rapid.T) *calendar.Calendar {
	z, err := time.LoadLocation(rapid.SampledFrom([]string{
		"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
		"America/Havana", "Asia/Kathmandu", "Africa/Casablanca",
	}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	holidays, err := calendar.Region(rapid.SampledFrom([]string{"de", "de-sn", "us", "gb", "jp", "au-vic"}).Draw(t, "region"))
	if err != nil {
		t.Fatal(err)
	}
	return &calendar.Calendar{
		Zone: z, Holidays: holidays,
		Workdays: rapid.SliceOfNDistinct(rapid.SampledFrom(everyDay()), 1, 7, rapid.ID).Draw(t, "workdays"),
		Hours:    anyHours(t, 2*24*60-1),
	}
}

// anyHours draws one to three spans in order that do not overlap, the last ending before the given minute.
func anyHours(t *rapid.T, end int) []calendar.Span {
	edges := rapid.SliceOfNDistinct(rapid.IntRange(0, 24*60), 2, 6, rapid.ID).Draw(t, "edges")
	slices.Sort(edges)
	var out []calendar.Span
	for pair := range slices.Chunk(edges, 2) {
		if len(pair) == 2 {
			out = append(out, calendar.Span{From: pair[0], To: pair[1]})
		}
	}
	if last := &out[len(out)-1]; rapid.Bool().Draw(t, "past midnight") {
		last.To = min(24*60+out[0].From, end)
	}
	return out
}

func anyTime(t *rapid.T, name string) time.Time {
	from, to := time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC)
	return time.Unix(rapid.Int64Range(from.Unix(), to.Unix()).Draw(t, name), 0)
}

func anySpan(t *rapid.T, name string) time.Duration {
	return time.Duration(rapid.Int64Range(0, int64(300*time.Hour)).Draw(t, name))
}

func anyDelay(t *rapid.T) calendar.Delay {
	return calendar.Delay{
		Kind:   rapid.SampledFrom([]calendar.DelayKind{calendar.Wall, calendar.BusinessHours, calendar.BusinessDays}).Draw(t, "kind"),
		Amount: anySpan(t, "amount"), Days: rapid.IntRange(1, 20).Draw(t, "days"),
	}
}

func TestNothingIsDueBeforeItsBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, d, from := anyCalendar(t), anyDelay(t), anyTime(t, "from")
		if due := d.Due(c, from); due.Before(from) {
			t.Fatalf("%s after %s is %s", d, from, due)
		}
	})
}

func TestALaterBeginningIsNeverDueSooner(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, d, from := anyCalendar(t), anyDelay(t), anyTime(t, "from")
		then := from.Add(time.Duration(rapid.Int64Range(0, int64(72*time.Hour)).Draw(t, "later")))
		if a, b := d.Due(c, from), d.Due(c, then); b.Before(a) {
			t.Fatalf("%s is due %s after %s, but %s after %s", d, a, from, b, then)
		}
	})
}

func TestAddingBusinessTimeAssociates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, from := anyCalendar(t), anyTime(t, "from")
		a, b := anySpan(t, "a"), anySpan(t, "b")
		twice, once := c.AddBusiness(c.AddBusiness(from, a), b), c.AddBusiness(from, a+b)
		if !twice.Equal(once) {
			t.Fatalf("%s and then %s after %s is %s, but %s at once is %s", a, b, from, twice, a+b, once)
		}
	})
}

func TestBusinessTimeRunsOutInBusinessTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, from, d := anyCalendar(t), anyTime(t, "from"), anySpan(t, "d")
		if due := c.AddBusiness(from, d); !c.Open(due) {
			t.Fatalf("%s after %s is %s, when it is closed", d, from, due)
		}
		if now := c.AddBusiness(from, 0); now.Equal(from) != c.Open(from) {
			t.Fatalf("open at %s: %t, but the next business time is %s", from, c.Open(from), now)
		}
	})
}

func TestBetweenNowAndTheNthBusinessDayAreNLessOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, from, n := anyCalendar(t), anyTime(t, "from"), rapid.IntRange(1, 20).Draw(t, "n")
		due := c.BusinessDay(from, n)
		count := 0
		for day := calendar.DateOf(from.In(c.Zone)).AddDays(1); day != calendar.DateOf(due); day = day.AddDays(1) {
			if c.Why(day) == "" {
				count++
			}
		}
		if count != n-1 || c.Why(calendar.DateOf(due)) != "" || !c.Open(due) {
			t.Fatalf("business day %d after %s is %s, with %d between", n, from, due, count)
		}
	})
}

// TestBusinessTimeIsThatOfTheClockOnTheWall counts by the minute, as somebody would who watches the clock
// and asks package cal about each day. Only by day: at night the clock may change under a watcher.
func TestBusinessTimeIsThatOfTheClockOnTheWall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, from := anyCalendar(t), anyTime(t, "from").Truncate(time.Minute)
		c.Hours = []calendar.Span{
			{From: rapid.IntRange(5*60, 11*60).Draw(t, "opens"), To: rapid.IntRange(12*60, 23*60).Draw(t, "closes")},
		}
		minutes := rapid.IntRange(0, 1500).Draw(t, "minutes")
		watcher := cal.Calendar{Holidays: c.Holidays, Cacheable: true}
		at := from
		for left := minutes; ; at = at.Add(time.Minute) {
			if !openByTheClock(c, &watcher, at.In(c.Zone)) {
				continue
			}
			if left == 0 {
				break
			}
			left--
		}
		if got := c.AddBusiness(from, time.Duration(minutes)*time.Minute); !got.Equal(at) {
			t.Fatalf("%d minutes after %s is %s, but the watcher says %s", minutes, from, got, at.In(c.Zone))
		}
	})
}

func openByTheClock(c *calendar.Calendar, holidays *cal.Calendar, t time.Time) bool {
	minute := t.Hour()*60 + t.Minute()
	if minute < c.Hours[0].From || minute >= c.Hours[0].To || !slices.Contains(c.Workdays, t.Weekday()) {
		return false
	}
	actual, observed, _ := holidays.IsHoliday(t)
	return !actual && !observed
}
