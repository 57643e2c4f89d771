package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// onCall is an iCalendar of events: summary, first and last day, attendees.
func onCall(events ...[]string) string {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n")
	for _, e := range events {
		b.WriteString("BEGIN:VEVENT\r\nUID:" + e[1] + e[0] + "\r\nDTSTAMP:20261101T000000Z\r\nSUMMARY:" + e[0] + "\r\nDTSTART;VALUE=DATE:" + e[1] + "\r\nDTEND;VALUE=DATE:" + e[2] + "\r\n")
		for _, a := range e[3:] {
			b.WriteString("ATTENDEE" + a + "\r\n")
		}
		b.WriteString("END:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return b.String()
}

// byCalendar is a file whose rotation primary an iCal file says.
const byCalendar = `timezone: Europe/Berlin
people:
  ada: {name: Ada Lovelace, email: ada@example.com}
  bob: {name: Bob, email: bob@example.com}
catch_all: ada
rotations:
  primary: {ical: team.ics, shadows: [{people: [bob], since: 2026-01-05T09:00}]}
roles: {on-call: {rotation: primary}}
`

// readOn parses src in a folder that holds files, on a morning of November 2026.
func readOn(t *testing.T, src string, files map[string]string) (*Config, Report) {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return parseWith([]byte(src), dir, outside{environment, readFileIn(dir), monday})
}

func TestACalendarSaysWhoHoldsARotation(t *testing.T) {
	c, r := readOn(t, byCalendar, map[string]string{"team.ics": onCall(
		[]string{"On call: Ada Lovelace", "20261123", "20261130"},
		[]string{"BOB", "20261130", "20261207"},
		[]string{"Bereitschaft", "20261207", "20261214", ";CN=Somebody:mailto:Ada@example.com"},
		[]string{"party", "20261224", "20261225"},
		[]string{"ada and bob", "20261226", "20261227"},
	)})
	if !r.OK() {
		t.Fatal(lines(r.Errors))
	}
	primary := c.Policy().Directory.Rotations["primary"]
	for day, want := range map[int]string{23: "ada", 30: "bob", 37: "ada", 44: ""} {
		at := time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC)
		if got, _, _ := primary.Holder(at); got != want {
			t.Errorf("on %s %q holds it, want %q", at.Format(time.DateOnly), got, want)
		}
	}
	if len(primary.Shadows) != 1 || primary.Shadows[0].Turn.Days != 7 {
		t.Errorf("shadows %+v", primary.Shadows)
	}
	var named []string
	for _, w := range r.Warnings {
		if w.Kind == KindCalendar {
			named = append(named, lines([]Problem{w})...)
		}
	}
	if len(named) != 2 || !strings.HasPrefix(named[0], "7: primary: ") || !strings.Contains(named[0]+named[1], `"party"`) || !strings.Contains(named[0]+named[1], `"ada and bob"`) {
		t.Errorf("warnings\n%s", strings.Join(named, "\n"))
	}
	if !slices.Contains(c.Files, c.Rotations["primary"].Ical.File) {
		t.Errorf("files %v", c.Files)
	}
}

func TestACalendarIsReadAgainForALaterTime(t *testing.T) {
	c, _ := readOn(t, byCalendar, map[string]string{"team.ics": onCall([]string{"ada", "20280103", "20280110"}, []string{"bob", "20261123", "20261130"})})
	if got := c.Imported(monday)["primary"]; len(got) != 1 || got[0].Person != "bob" {
		t.Errorf("now %+v", got)
	}
	if got := c.Imported(monday.AddDate(1, 0, 0))["primary"]; len(got) != 1 || got[0].Person != "ada" {
		t.Errorf("a year later %+v", got)
	}
}

func TestAnAddressIsNotReadWithTheConfigurationAndNeverShown(t *testing.T) {
	src := strings.Replace(byCalendar, "team.ics", "'https://calendar.example.com/hunter2.ics'", 1)
	c, r := readOn(t, src, nil)
	if !r.OK() || c.Rotations["primary"].Ical.URL != "https://calendar.example.com/hunter2.ics" || c.Rotations["primary"].Ical.URL.String() != unprinted {
		t.Fatal(lines(r.Errors))
	}
	if got := c.Imported(monday); len(got) != 0 {
		t.Errorf("imported %v", got)
	}
	for _, w := range r.Warnings {
		if w.Kind == KindUnreachable {
			t.Errorf("nobody knows yet, but: %s", w.Message)
		}
	}
	shifts, warnings, err := c.ImportedFrom("primary", []byte(onCall([]string{"bob@example.com", "20261123", "20261130"})), monday)
	if err != nil || len(warnings) > 0 || len(shifts) != 1 || shifts[0].Person != "bob" || shifts[0].From.UTC().Hour() != 23 {
		t.Errorf("%+v, %v, %v", shifts, warnings, err)
	}
	if shifts, _, err := c.ImportedFrom("primary", []byte(onCall()), monday); shifts == nil || err != nil {
		t.Errorf("an empty calendar is %v, %v", shifts, err)
	}
	if _, _, err := c.ImportedFrom("primary", []byte("<html>"), monday); err == nil {
		t.Error("a web page is a calendar")
	}
}

func TestErrorsOfCalendars(t *testing.T) {
	files := map[string]string{"team.ics": onCall([]string{"ada", "20261123", "20261130"}), "page.ics": "<html>", "large.ics": strings.Repeat("x", mostOfIcal+1)}
	for ical, want := range map[string]string{
		"missing.ics":                "the iCal file \"missing.ics\" cannot be read: there is no such file",
		"page.ics":                   "the iCal file \"page.ics\" cannot be used: ",
		"large.ics":                  "the iCal file \"large.ics\" cannot be read: it is larger than 1 MiB",
		".":                          "the iCal file \".\" cannot be read: it is no plain file",
		"http://example.com/a.ics":   "ical: this is no https URL: write it as in https://calendar.example.com/oncall.ics, or name a file",
		"webcal://example.com/a.ics": "ical: this is no https URL: write it as in https://calendar.example.com/oncall.ics, or name a file",
	} {
		_, r := readOn(t, strings.Replace(byCalendar, "team.ics", "'"+ical+"'", 1), files)
		if got := lines(r.Errors); len(got) != 1 || !strings.HasPrefix(got[0], "7: "+want) {
			t.Errorf("%s: got %q, want %q", ical, got, want)
		}
	}
	for add, want := range map[string][]string{
		"people: [ada], turn: 1 week": {"7: the rotation primary has both ical and people: either the calendar says who holds it, or turns do", "7: the rotation primary has both ical and turn: either the calendar says who holds it, or turns do"},
		"layers: [{people: [ada]}]":   {"7: the rotation primary has both ical and layers: either the calendar says who holds it, or turns do"},
		"layers: []":                  nil,
	} {
		_, r := readOn(t, strings.Replace(byCalendar, "team.ics", "team.ics, "+add, 1), files)
		if got := lines(r.Errors); !slices.Equal(got, want) {
			t.Errorf("%s: got %q", add, got)
		}
	}
	_, r := readOn(t, strings.Replace(byCalendar, ", since: 2026-01-05T09:00", "", 1), files)
	if got := lines(r.Errors); !slices.Equal(got, []string{"7: since is missing: when the first turn begins, as in 2026-01-05T09:00"}) {
		t.Errorf("a shadow without its first turn: %q", got)
	}
}

func FuzzNamedIn(f *testing.F) {
	c := &Config{People: map[string]Person{"ada": {Name: "Ada Lovelace", Email: "ada@example.com"}, "bob": {Name: "Bob"}, "bob-2": {Name: "ÄÖ"}}}
	for _, s := range []string{"ada", "On call: Bob", "bob-2", "adaada ada", "äö", "ada, bob", "İada", "bob@example.com"} {
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, summary, attendee string) {
		if person, ok := c.namedIn(summary, []string{attendee}); ok != (person != "") {
			t.Fatalf("%q names %q: %t", summary, person, ok)
		}
	})
}

func TestASummaryNamesWhomItContainsAlone(t *testing.T) {
	c := &Config{People: map[string]Person{"ada": {Name: "Ada Lovelace"}, "bob": {Name: "Bob"}, "bob-2": {Name: "Ömer"}}}
	for summary, want := range map[string]string{
		"On call: Ada Lovelace": "ada", "ADA": "ada", "adaada, ada": "ada", "adaada": "", "bob-2 on call": "bob-2", "bob": "bob", "bob, ada": "", "(ömer)": "bob-2", "bob@example.com": "", "": "",
	} {
		if got, _ := c.namedIn(summary, nil); got != want {
			t.Errorf("%q names %q, want %q", summary, got, want)
		}
	}
}
