package main

import (
	"strings"
	"testing"
	"time"
)

func TestATimeBackFromNowIsReadAsPeopleSayIt(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	must(t, err)
	now := time.Date(2026, 3, 29, 10, 30, 0, 0, time.UTC) // the day on which the clocks go forward
	for s, want := range map[string]string{
		"7d": "2026-03-22T10:30:00Z", "24h": "2026-03-28T10:30:00Z", "1 week ago": "2026-03-22T10:30:00Z", "a week ago": "2026-03-22T10:30:00Z",
		"2 days ago": "2026-03-27T10:30:00Z", "90m ago": "2026-03-29T09:00:00Z", "Yesterday": "2026-03-27T23:00:00Z", "today": "2026-03-28T23:00:00Z",
		"now": "2026-03-29T10:30:00Z", "2026-02-06": "2026-02-05T23:00:00Z", "2026-02-06T12:00 UTC": "2026-02-06T12:00:00Z",
	} {
		if got, err := parsePast(s, berlin, now); err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s is read as %v (%v), want %s", s, got, err, want)
		}
	}
	for _, s := range []string{"", "soon", "-7d", "7 fortnights ago", "900 weeks ago", "a", "ago", "tomorrow"} {
		if got, err := parsePast(s, berlin, now); err == nil || !strings.Contains(err.Error(), `"2026-12-25"`) || !strings.Contains(err.Error(), `"1 week ago"`) {
			t.Errorf("%q is read as %v, error %v", s, got, err)
		}
	}
}

func FuzzATimeBackFromNowIsPlausibleOrRefused(f *testing.F) {
	for _, s := range []string{"7d", "1 week ago", "yesterday", "2026-02-06", "a week ago", "99999999 weeks ago"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 29, 10, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		at, err := parsePast(s, time.UTC, now)
		if err == nil && (at.Year() < 1970 || at.Year() > 2200) || err != nil && !strings.Contains(err.Error(), "ago") && !strings.Contains(err.Error(), "zone") {
			t.Errorf("%q is read as %v, error %v", s, at, err)
		}
	})
}
