package calendar_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rickar/cal/v2"

	"tocsin/alerting/calendar"
)

func TestEveryRegionHasHolidaysEachYear(t *testing.T) {
	names := calendar.Regions()
	if !slices.IsSorted(names) || len(names) < 80 {
		t.Fatalf("%d regions, sorted: %t", len(names), slices.IsSorted(names))
	}
	for _, name := range names {
		c := &calendar.Calendar{Workdays: everyDay(), Hours: hours(t, "09:00-17:00"), Holidays: region(t, name)}
		for year := 2025; year <= 2027; year++ {
			closed := 0
			for day := (calendar.Date{Year: year, Month: time.January, Day: 1}); day.Year == year; day = day.AddDays(1) {
				if strings.Contains(c.Why(day), "holiday ") {
					closed++
				}
			}
			if closed < 5 || closed > 40 {
				t.Errorf("%s has %d holidays in %d", name, closed, year)
			}
		}
	}
}

func TestRegionsDifferFromTheirCountry(t *testing.T) {
	corpusChristi := date(t, "2026-06-04")
	for name, want := range map[string]string{"de": "", "de-by": "public holiday Fronleichnam", "DE-BY": "public holiday Fronleichnam", "de-be": ""} {
		c := &calendar.Calendar{Workdays: weekdays(), Hours: hours(t, "09:00-17:00"), Holidays: region(t, name)}
		if got := c.Why(corpusChristi); got != want {
			t.Errorf("%s: Corpus Christi is no business day because %q, want %q", name, got, want)
		}
	}
}

func TestAustraliaKeepsWhatAllItsStatesKeep(t *testing.T) {
	nation := &calendar.Calendar{Workdays: everyDay(), Hours: hours(t, "09:00-17:00"), Holidays: region(t, "au")}
	for _, name := range calendar.Regions() {
		if !strings.HasPrefix(name, "au-") {
			continue
		}
		state := &calendar.Calendar{Workdays: everyDay(), Hours: hours(t, "09:00-17:00"), Holidays: region(t, name)}
		for day := date(t, "2024-01-01"); day.Year < 2026; day = day.AddDays(1) {
			if nation.Why(day) != "" && state.Why(day) == "" {
				t.Errorf("%s: Australia is closed (%s), %s is not", day, nation.Why(day), name)
			}
		}
	}
}

func TestAnUnknownRegionIsRefusedWithASentence(t *testing.T) {
	if _, err := calendar.Region("bavaria"); err == nil || !strings.Contains(err.Error(), `"de-by"`) {
		t.Errorf("bavaria: %v", err)
	}
}

// TestHolidaysDoNotDependOnTheZoneOfTheMachine takes a holiday whose midnight the clock of Havana skips;
// package cal reckons in the machine's zone, and would there give the evening before.
func TestHolidaysDoNotDependOnTheZoneOfTheMachine(t *testing.T) {
	defer func(l *time.Location) { cal.DefaultLoc = l }(cal.DefaultLoc)
	for _, name := range []string{"America/Havana", "Africa/Cairo", "Pacific/Kiritimati", "UTC"} {
		cal.DefaultLoc = zone(t, name)
		c := &calendar.Calendar{Workdays: everyDay(), Hours: hours(t, "09:00-17:00"), Holidays: region(t, "de-be")}
		if got := c.Why(date(t, "2026-03-08")); got != "public holiday Frauentag" {
			t.Errorf("on a machine in %s, 8 March 2026 is no business day because %q", name, got)
		}
	}
}
