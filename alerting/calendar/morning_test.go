package calendar_test

import (
	"testing"
	"time"

	"tocsin/alerting/calendar"
)

func TestMorningIsWhenTheNextDayOpensAfterSomeRest(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	early := &calendar.Calendar{Zone: zone, Hours: []calendar.Span{{From: 7*60 + 30, To: 12 * 60}}, Workdays: []time.Weekday{1, 2, 3, 4, 5}}
	nights := &calendar.Calendar{Zone: zone, Hours: []calendar.Span{{From: 22 * 60, To: 30 * 60}}, Workdays: []time.Weekday{1, 2, 3, 4, 5}}
	bakers := &calendar.Calendar{Zone: zone, Hours: []calendar.Span{{From: 4 * 60, To: 12 * 60}}, Workdays: []time.Weekday{1, 2, 3, 4, 5}}
	for _, c := range []struct {
		calendar *calendar.Calendar
		at, want string
	}{
		{early, "2026-10-12T18:00", "2026-10-13T07:30"},
		{early, "2026-10-13T03:30", "2026-10-13T07:30"},
		{early, "2026-10-13T03:31", "2026-10-14T07:30"},
		{early, "2026-10-16T18:00", "2026-10-17T09:00"}, // a Saturday
		{early, "2026-10-24T23:00", "2026-10-25T09:00"}, // the clocks go back
		{bakers, "2026-10-12T18:00", "2026-10-13T09:00"},
		{nights, "2026-10-12T18:00", "2026-10-13T09:00"},
	} {
		at, err := time.ParseInLocation("2006-01-02T15:04", c.at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.calendar.Morning(at).In(zone).Format("2006-01-02T15:04"); got != c.want {
			t.Errorf("after %s comes %s, want %s", c.at, got, c.want)
		}
	}
}
