package oncall_test

import (
	"strings"
	"testing"

	"tocsin/escalation/oncall"
)

func TestParseTurnAndWriteItBack(t *testing.T) {
	for _, g := range []struct {
		in   string
		want oncall.Turn
		out  string
	}{
		{"1 week", oncall.Turn{Days: 7}, "1 week"},
		{"2 weeks", oncall.Turn{Days: 14}, "2 weeks"},
		{"1 day", oncall.Turn{Days: 1}, "1 day"},
		{"3 Days ", oncall.Turn{Days: 3}, "3 days"},
		{"7d", oncall.Turn{Days: 7}, "1 week"},
		{"12h", oncall.Turn{Hours: 12}, "12 hours"},
		{"12 hours", oncall.Turn{Hours: 12}, "12 hours"},
		{"1 hour", oncall.Turn{Hours: 1}, "1 hour"},
		{"24h", oncall.Turn{Hours: 24}, "24 hours"},
	} {
		got, err := oncall.ParseTurn(g.in)
		if err != nil || got != g.want || got.String() != g.out {
			t.Errorf("%q is %+v, written %q (%v), want %+v and %q", g.in, got, got, err, g.want, g.out)
		}
	}
}

func TestWrongTurnsAreRefusedWithASentence(t *testing.T) {
	const usage = `"1 week", "3 days" or "12 hours"`
	for s, want := range map[string]string{
		"": usage, "week": usage, "1": usage, "1 month": usage, "-1 week": usage, "1.5 days": usage, "99999999 weeks": usage,
		"0 days": "at least an hour", "0h": "at least an hour", "53 weeks": "at most 366 days", "9000h": "at most 366 days",
	} {
		if _, err := oncall.ParseTurn(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a sentence with %q", s, err, want)
		}
	}
}

func TestParseCivil(t *testing.T) {
	got, err := oncall.ParseCivil("2026-01-05T09:00")
	if want := (oncall.Civil{Year: 2026, Month: 1, Day: 5, Hour: 9}); err != nil || got != want {
		t.Errorf("%+v (%v), want %+v", got, err, want)
	}
	for _, s := range []string{"", "2026-01-05", "2026-02-29T09:00", "2026-01-05T24:00", "2026-01-05T09:00Z", "2026-01-05 09:00"} {
		if _, err := oncall.ParseCivil(s); err == nil || !strings.Contains(err.Error(), "2026-01-05T09:00") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func FuzzParseTurn(f *testing.F) {
	for _, s := range []string{"1 week", "2 weeks", "3 days", "12h", "12 hours", "0d", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		turn, err := oncall.ParseTurn(s)
		if err != nil {
			return
		}
		if again, err := oncall.ParseTurn(turn.String()); err != nil || again != turn || (turn.Days > 0) == (turn.Hours > 0) {
			t.Errorf("%q was read as %+v, which is written %q, which is read as %+v (%v)", s, turn, turn, again, err)
		}
	})
}

func FuzzParseCivil(f *testing.F) {
	f.Add("2026-01-05T09:00")
	f.Add("2026-02-29T24:00")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := oncall.ParseCivil(s)
		if err != nil {
			return
		}
		if again, err := oncall.ParseCivil(c.String()); err != nil || again != c {
			t.Errorf("%q was read as %s, which is read as %s (%v)", s, c, again, err)
		}
	})
}
