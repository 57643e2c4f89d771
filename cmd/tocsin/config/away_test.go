package config

import (
	"testing"
	"time"

	"tocsin/escalation"
)

func TestAnAbsenceIsReadOnTheClockOfWhereThePersonIs(t *testing.T) {
	c, _ := read(t, `timezone: Europe/Berlin
people:
  ada: {email: a@example.com, away: [{from: 2026-12-20, until: 2027-01-03, deputy: bob, note: leave}, {from: 2027-02-01T12:00, until: 2027-02-01T18:00}]}
  bob: {email: b@example.com, timezone: Asia/Tokyo, away: [{from: 2026-11-30, until: 2026-11-30}]}
catch_all: ada
roles: {on-call: {people: [ada]}}
`)
	utc := func(s string) time.Time {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	want := []escalation.Absence{
		{Person: "ada", From: utc("2026-12-19T23:00:00Z"), Until: utc("2027-01-03T23:00:00Z"), Deputy: "bob", Note: "leave"},
		{Person: "ada", From: utc("2027-02-01T11:00:00Z"), Until: utc("2027-02-01T17:00:00Z")},
		{Person: "bob", From: utc("2026-11-29T15:00:00Z"), Until: utc("2026-11-30T15:00:00Z")},
	}
	got := c.Policy().Directory.Absences
	if len(got) != len(want) {
		t.Fatalf("absences %+v", got)
	}
	for i := range want {
		a, b := got[i], want[i]
		if !a.From.Equal(b.From) || !a.Until.Equal(b.Until) || a.Person != b.Person || a.Deputy != b.Deputy || a.Note != b.Note {
			t.Errorf("got  %+v\nwant %+v", a, b)
		}
	}
}

func TestErrorsOfAbsences(t *testing.T) {
	expectErrors(t, `people:
  ada:
    email: a@example.com
    away:
      - {from: 2026-12-20, until: 2026-12-19}
      - {from: 2026-12-24T09:00, until: 2026-12-24T09:00}
      - {from: 2026-13-01, until: christmas}
      - {until: 2026-12-01, deputy: bop}
      - {from: 2027-01-01, until: 2027-01-31, deputy: ada}
      - {from: 2027-03-01, until: 2027-03-10}
      - {from: 2027-03-11, until: 2027-03-12}
      - {from: 2027-02-01, until: 2027-04-30}
      - {from: 2027-04-30T23:59, until: 2027-05-01}
  bob: {email: b@example.com, away: [{from: 2027-01-10, until: 2027-01-10}]}
catch_all: ada
roles: {on-call: {people: [ada]}}
`, []string{
		`5: the absence ends ("2026-12-19") before it begins ("2026-12-20")`,
		`6: the absence ends ("2026-12-24T09:00") before it begins ("2026-12-24T09:00")`,
		`7: from: "2026-13-01" is no date and no local time: write it as in 2026-12-20 or 2026-12-20T09:00, without a zone`,
		`7: until: "christmas" is no date and no local time: write it as in 2026-12-20 or 2026-12-20T09:00, without a zone`,
		`8: from is missing: the first day, as in 2026-12-20`,
		`8: unknown person "bop": did you mean "bob"?`,
		`9: ada cannot stand in for themselves: name somebody else, or leave deputy out`,
		`12: this absence overlaps the one in line 10: write them as one, or let one end before the other begins`,
		`12: this absence overlaps the one in line 11: write them as one, or let one end before the other begins`,
		`13: this absence overlaps the one in line 12: write them as one, or let one end before the other begins`,
	})
}

func TestADeputyWhoIsAwayTooIsAWarning(t *testing.T) {
	src := `timezone: Europe/Berlin
people:
  ada: {email: a@example.com, away: [{from: 2026-12-20, until: 2027-01-03, deputy: bob}]}
  bob: {email: b@example.com, away: [{from: 2027-01-03, until: 2027-01-10}]}
catch_all: ada
roles: {on-call: {people: [ada]}}
`
	expectWarning(t, src, "3: ada's deputy bob is away as well, from line 4: a deputy's deputy is not asked")
}

func FuzzParseLocalTime(f *testing.F) {
	for _, s := range []string{"2026-12-20", "2026-12-20T09:00", "9999-12-31", "0001-01-01", "2026-02-30", "2026-12-20 09:00", "2011-12-30"} {
		f.Add(s)
	}
	zone, err := time.LoadLocation("Pacific/Apia")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parseLocalTime(s)
		if err != nil {
			return
		}
		if order := compareCivil(got.Civil, got.end()); got.WholeDay && order >= 0 || !got.WholeDay && order != 0 {
			t.Fatalf("%q is %+v until %v", s, got, got.end())
		}
		if instantOf(got.end(), zone).Before(instantOf(got.Civil, zone)) {
			t.Fatalf("%q ends before it begins", s)
		}
	})
}
