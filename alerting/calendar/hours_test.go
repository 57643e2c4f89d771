package calendar_test

import (
	"slices"
	"strings"
	"testing"

	"tocsin/alerting/calendar"
)

func TestParseHours(t *testing.T) {
	for s, want := range map[string][]calendar.Span{
		"09:00-17:00":                {{From: 540, To: 1020}},
		" 9:00 - 17:30 ":             {{From: 540, To: 1050}},
		"13:00-17:00, 09:00-12:00":   {{From: 540, To: 720}, {From: 780, To: 1020}},
		"09:00-12:00,12:00-17:00":    {{From: 540, To: 720}, {From: 720, To: 1020}},
		"22:00-06:00":                {{From: 1320, To: 1800}},
		"06:00-22:00, 22:00-06:00":   {{From: 360, To: 1320}, {From: 1320, To: 1800}},
		"00:00-24:00":                {{From: 0, To: 1440}},
		"18:00-00:00":                {{From: 1080, To: 1440}},
		"08:00-12:00, 22:00-02:00  ": {{From: 480, To: 720}, {From: 1320, To: 1560}},
	} {
		got, err := calendar.ParseHours(s)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q is %v (%v), want %v", s, got, err, want)
		}
	}
}

func TestWrongHoursAreRefusedWithASentence(t *testing.T) {
	for s, want := range map[string]string{
		"": "09:00-17:00", "9-17": "09:00-17:00", "09:00": "09:00-17:00", "09:00-25:00": "09:00-17:00",
		"24:00-06:00": "09:00-17:00", "09:00-17:00,": "09:00-17:00", "09:00-17:00-18:00": "09:00-17:00",
		"09:00-09:00":              "00:00-24:00",
		"09:00-13:00, 12:00-17:00": "overlap",
		"22:00-06:00, 05:00-09:00": "overlap",
	} {
		if _, err := calendar.ParseHours(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a sentence with %q", s, err, want)
		}
	}
}

func FuzzParseHours(f *testing.F) {
	for _, s := range []string{"09:00-17:00", "09:00-12:00, 13:00-17:00", "22:00-06:00", "00:00-24:00", "18:00-00:00", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		hours, err := calendar.ParseHours(s)
		if err != nil {
			return
		}
		written := make([]string, len(hours))
		for i, h := range hours {
			if h.From < 0 || h.From >= 1440 || h.To <= h.From || h.To > h.From+1440 || (i > 0 && h.From < hours[i-1].To) {
				t.Fatalf("%q was read as %v", s, hours)
			}
			written[i] = h.String()
		}
		again, err := calendar.ParseHours(strings.Join(written, ", "))
		if err != nil || !slices.Equal(again, hours) {
			t.Fatalf("%q was read as %v, which is written %q, which is read as %v (%v)", s, hours, written, again, err)
		}
	})
}
