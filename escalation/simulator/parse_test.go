package simulator_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"tocsin/escalation/simulator"
)

func TestMomentsAreReadAsPeopleWriteThem(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for in, want := range map[string]string{
		"2026-12-25T03:00 Europe/Berlin":   "2026-12-25T02:00:00Z",
		"2026-12-25 03:00 America/Toronto": "2026-12-25T08:00:00Z",
		"2026-12-25T03:00":                 "2026-12-25T02:00:00Z",
		"2026-12-25 03:00:30":              "2026-12-25T02:00:30Z",
		"2026-12-25":                       "2026-12-24T23:00:00Z",
		"2026-12-25T03:00:00-05:00":        "2026-12-25T08:00:00Z",
		"2026-12-25T03:00:00Z":             "2026-12-25T03:00:00Z",
		"2026-10-25T02:30":                 "2026-10-25T00:30:00Z", // twice: the first
		"now":                              "2026-07-01T12:00:00Z",
	} {
		got, err := simulator.ParseMoment(in, berlin, now)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q is %v (%v), want %s", in, got.UTC(), err, want)
		}
	}
	for in, says := range map[string]string{
		"2026-03-29T02:30":               "skip that time",
		"2026-12-25T03:00 Europe/Nowhre": "no time zone",
		"2026-12-25T03:00 Local":         "no time zone",
		"tomorrow":                       "is no time",
		"":                               "is no time",
		"2026-13-25T03:00":               "is no time",
		"9999-01-01T00:00":               "too far away",
	} {
		if got, err := simulator.ParseMoment(in, berlin, now); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is %v, error %v; want an error with %q", in, got, err, says)
		}
	}
}

func TestAnswersAreReadAndRefusedWithASentence(t *testing.T) {
	for in, want := range map[string]string{
		"acknowledged@7m":                 "acknowledge@7m0s",
		"ack@0":                           "acknowledge@0s",
		"resolved@1h by devops-lead":      "resolve@1h0m0s by devops-lead",
		"snooze:2h@10m":                   "snooze:2h0m0s@10m0s",
		"assign:devops-lead@5m":           "assign:devops-lead@5m0s",
		"Escalated@3m":                    "escalate@3m0s",
		"severity:P1@4m":                  "severity:P1@4m0s",
		"jump:3@5m":                       "jump:3@5m0s",
		"mute:1h@2m by ada":               "mute:1h0m0s@2m0s by ada",
		"Snoozed:Until  Morning@10m":      "snooze:until morning@10m0s",
		"mute:until 2026-12-25 09:00@1m":  "mute:until 2026-12-25 09:00@1m0s",
		"merged:1@5m on #2 by ada":        "merge:1@5m0s on 2 by ada",
		"note:mail to ops@example.com@1d": "note:mail to ops@example.com@24h0m0s",
	} {
		if a, err := simulator.ParseAnswer(in); err != nil || a.String() != want {
			t.Errorf("%q is %q (%v), want %q", in, a, err, want)
		}
	}
	for in, says := range map[string]string{
		"acknowledged":        "write what and when",
		"laughed@7m":          "nothing that can be answered",
		"acknowledged:x@7m":   "takes nothing after a colon",
		"acknowledged@soon":   "no length of time",
		"snooze@5m":           "for how long",
		"snooze:0s@5m":        "lasts no time",
		"mute:400d@1m":        "mute:400d is no length of a mute: write it as in mute:2h or mute:3d; 30 days is the longest",
		"snooze:31d@1m":       "30 days is the longest",
		"mute:0@5m":           "lasts no time",
		"snooze:until@5m":     "say until when",
		"mute:until now@5m":   "lasts no time",
		"mute:until then@5m":  "is no time",
		"merge@5m":            "into which incident",
		"ack@5m on two":       "by its number",
		"ack@5m on 0":         "by its number",
		"assign@5m":           "to whom",
		"severity:P9@5m":      "P9",
		"jump:0@5m":           "counted from 1",
		"acknowledged@5m by ": "by whom",
	} {
		if a, err := simulator.ParseAnswer(in); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is %v, error %v; want an error with %q", in, a, err, says)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	f.Add("acknowledged@7m by ada")
	f.Add("snooze:2h@10m")
	f.Add("note:a@b@1m")
	f.Add("mute:until 2026-12-25 09:00 Europe/Berlin@1m on 2 by ada on b by c")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := simulator.ParseAnswer(s)
		if err != nil {
			return
		}
		if again, err := simulator.ParseAnswer(a.String()); err != nil || again != a {
			t.Errorf("%q is %+v, written %q and read again %+v (%v)", s, a, a, again, err)
		}
	})
}

func FuzzParseMoment(f *testing.F) {
	f.Add("2026-12-25T03:00 Europe/Berlin")
	f.Add("2026-12-25 03:00:10")
	f.Add("now")
	f.Fuzz(func(t *testing.T, s string) {
		at, err := simulator.ParseMoment(s, time.UTC, christmas)
		if err != nil {
			return
		}
		again, err := simulator.ParseMoment(at.Format(time.RFC3339), time.UTC, christmas)
		if err != nil || !again.Equal(at.Truncate(time.Second)) {
			t.Errorf("%q is %v, read again %v (%v)", s, at, again, err)
		}
	})
}
