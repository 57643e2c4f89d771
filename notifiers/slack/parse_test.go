package slack

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestUntilIsReadAsPeopleSayIt(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 28, 17, 30, 0, 0, zone) // the night that follows is an hour shorter
	for s, want := range map[string]time.Time{
		"8h": now.Add(8 * time.Hour), "90m": now.Add(90 * time.Minute), "1d": time.Date(2026, 3, 29, 17, 30, 0, 0, zone),
		"18:00": time.Date(2026, 3, 28, 18, 0, 0, 0, zone), "17:30": time.Date(2026, 3, 29, 17, 30, 0, 0, zone),
		"2026-03-30": time.Date(2026, 3, 30, 0, 0, 0, 0, zone), "2026-03-30 09:00": time.Date(2026, 3, 30, 9, 0, 0, 0, zone),
		"2026-03-30T09:00": time.Date(2026, 3, 30, 9, 0, 0, 0, zone),
	} {
		if got, err := until(s, now, zone); err != nil || !got.Equal(want) {
			t.Errorf("%q is %v (%v), want %v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "x", "0h", "-1h", "2026-03-28", "400d", "2028-01-01", "25:00", "d", "99999999999h"} {
		if got, err := until(s, now, zone); err == nil {
			t.Errorf("%q is %v", s, got)
		}
	}
}

func TestWhatSlackHandsOverIsReadAsItIsSeen(t *testing.T) {
	for in, want := range map[string]string{
		"a &lt;b&gt; &amp;amp; c": "a <b> &amp; c", "<!channel> <!here|here>": "@channel @here", "<@U1|ada> <@U2>": "@ada @U2", "<#C1|ops>": "#ops",
		"<https://x.example>": "https://x.example", "<https://x.example|x>": "x (https://x.example)", "<http://x.example|x.example>": "x.example",
		"<!date^1^{date}|today>": "today", "<!subteam^S1|@admins>": "@admins", "1 < 2": "1 < 2", "open <end": "open <end", "": "",
	} {
		if got := read(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{"", "list", "ack 412", "ack #412", "ack 0", "override primary ada 8h", "page <@U1|a> hi", "who", "\x00\u2028ack\u00a07", "ack 99999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := parseCommand(s)
		switch c.Name {
		case "show", "ack", "resolve", "escalate":
			if c.Incident <= 0 {
				t.Errorf("%q names incident %d", s, c.Incident)
			}
		case "help", "list", "who":
		case "override", "page":
			if c.Person == "" || c.Until+c.Text == "" {
				t.Errorf("%q is %+v", s, c)
			}
		default:
			t.Errorf("%q is %+v", s, c)
		}
	})
}

func FuzzUntil(f *testing.F) {
	for _, s := range []string{"8h", "3d", "18:00", "2026-03-30 09:00", "65535d", "9223372036s"} {
		f.Add(s)
	}
	now := time.Date(2026, 3, 28, 17, 30, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		if at, err := until(s, now, time.UTC); err == nil && (!at.After(now) || at.Sub(now) > longestOverride) {
			t.Errorf("%q is %v", s, at)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"<!channel>", "<@U1|ada>", "&lt;", "<a|b|c>", "<", "<>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got := read(s); utf8.ValidString(s) && !utf8.ValidString(got) || strings.Contains(got, "\x00") {
			t.Errorf("%q is read as %q", s, got)
		}
	})
}
