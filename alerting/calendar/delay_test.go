package calendar_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting/calendar"
)

func TestParseDelayAndWriteItBack(t *testing.T) {
	for _, g := range []struct {
		in   string
		want calendar.Delay
		out  string
	}{
		{"0m", calendar.Delay{}, "0m"},
		{"0", calendar.Delay{}, "0m"},
		{"15m", calendar.Delay{Amount: 15 * time.Minute}, "15m"},
		{"1h", calendar.Delay{Amount: time.Hour}, "1h"},
		{" 1h30m ", calendar.Delay{Amount: 90 * time.Minute}, "1h30m"},
		{"90s", calendar.Delay{Amount: 90 * time.Second}, "1m30s"},
		{"1.5h", calendar.Delay{Amount: 90 * time.Minute}, "1h30m"},
		{"2d", calendar.Delay{Amount: 48 * time.Hour}, "2d"},
		{"1w", calendar.Delay{Amount: 168 * time.Hour}, "7d"},
		{"1w1d12h", calendar.Delay{Amount: 204 * time.Hour}, "204h"},
		{"0 business hours", calendar.Delay{Kind: calendar.BusinessHours}, "0 business hours"},
		{"1 business hour", calendar.Delay{Kind: calendar.BusinessHours, Amount: time.Hour}, "1 business hour"},
		{"2 Business Hours", calendar.Delay{Kind: calendar.BusinessHours, Amount: 2 * time.Hour}, "2 business hours"},
		{"30 business minutes", calendar.Delay{Kind: calendar.BusinessHours, Amount: 30 * time.Minute}, "30 business minutes"},
		{"45 business seconds", calendar.Delay{Kind: calendar.BusinessHours, Amount: 45 * time.Second}, "45 business seconds"},
		{"next  business day", calendar.Delay{Kind: calendar.BusinessDays, Days: 1}, "next business day"},
		{"1 business day", calendar.Delay{Kind: calendar.BusinessDays, Days: 1}, "next business day"},
		{"2 business days", calendar.Delay{Kind: calendar.BusinessDays, Days: 2}, "2 business days"},
	} {
		got, err := calendar.ParseDelay(g.in)
		if err != nil || got != g.want {
			t.Errorf("%q is %+v (%v), want %+v", g.in, got, err, g.want)
		}
		if got.String() != g.out {
			t.Errorf("%q is written back as %q, want %q", g.in, got, g.out)
		}
	}
}

func TestWrongDelaysAreRefusedWithASentence(t *testing.T) {
	const usage = `"15m", "1h30m" or "2d"; "30 business minutes" or "2 business hours"; "next business day" or "2 business days"`
	for s, want := range map[string]string{
		"": usage, "15": usage, "m": usage, "1h0": usage, "+5m": usage, "soon": usage, "1.2.3h": usage, "15 minutes": usage,
		"2 busines hours": usage, "two business hours": usage, "next business hour": usage, "1.5 business hours": usage,
		"2 business weeks": usage, "99999999999 business days": usage,
		"-5m": "negative", "-2 business hours": "negative",
		"0 business days":     `"0 business hours"`,
		"367 business days":   "longer than a year",
		"8785 business hours": "longer than a year",
		"53w":                 "longer than a year", "1000000w": "longer than a year", "367d": "longer than a year", "360d200h": "longer than a year", "100000h100000h": "longer than a year",
	} {
		if _, err := calendar.ParseDelay(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a sentence with %q", s, err, want)
		}
	}
}

func TestAScaledDelayRunsOnAShortenedWallClock(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"15m": 15 * time.Second, "2 business hours": 2 * time.Minute, "next business day": 24 * time.Minute, "2 business days": 48 * time.Minute,
	} {
		got := delay(t, s).Scaled(1. / 60)
		if got.Kind != calendar.Wall || got.Amount.Round(time.Millisecond) != want || got.Days != 0 {
			t.Errorf("%s at 1/60 is %+v, want %s on the wall clock", s, got, want)
		}
	}
}

func FuzzParseDelay(f *testing.F) {
	for _, s := range []string{"0", "15m", "1h30m", "1w2d", "1.5d", "2 business hours", "30 business minutes", "next business day", "2 business days", "-1m", "9w9"} {
		f.Add(s)
	}
	c := berlin(f)
	from := local(f, c, "Fri 2026-10-09 20:00")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := calendar.ParseDelay(s)
		if err != nil {
			return
		}
		again, err := calendar.ParseDelay(d.String())
		if err != nil || again != d {
			t.Errorf("%q was read as %+v, which is written %q, which is read as %+v (%v)", s, d, d, again, err)
		}
		if due := d.Due(c, from); due.Before(from) {
			t.Errorf("%q after %s is due %s", s, from, due)
		}
	})
}
