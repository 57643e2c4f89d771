package ical_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"tocsin/escalation/oncall"
	"tocsin/escalation/oncall/ical"
)

func berlin(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// local reads "2026-01-05 09:00" in Berlin.
func local(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, berlin(t))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func feed(t testing.TB) []byte {
	t.Helper()
	entry := func(shift oncall.Shift, summary, says string) ical.Entry {
		return ical.Entry{Shift: shift, Rotation: "primary, the first", Summary: summary, Says: says}
	}
	entries := []ical.Entry{
		entry(oncall.Shift{Person: "ada", From: local(t, "2026-03-23 09:00"), Until: local(t, "2026-03-30 09:00")}, "Ada Lovelace", ""),
		entry(oncall.Shift{From: local(t, "2026-03-30 09:00"), Until: local(t, "2026-03-31 09:00"), Layer: -1}, "", ""),
		entry(oncall.Shift{
			Person: "eve", From: local(t, "2026-03-31 09:00"), Until: local(t, "2026-04-01 09:00"), Layer: -1,
			Override: &oncall.Override{By: "ben", Note: strings.Repeat("ä swap, agreed; ", 20) + "\r\nEND:VCALENDAR\x00\xff"},
		}, "Eve; the, \\ second\r\nBEGIN:VALARM", "Stands in for Ada, who is away"),
	}
	return ical.Feed("primary, the first", entries, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
}

func TestTheFeedIsReadBackByTheLibraryAsItWasMeant(t *testing.T) {
	c, err := ics.ParseCalendar(bytes.NewReader(feed(t)))
	if err != nil {
		t.Fatal(err)
	}
	events := c.Events()
	if len(events) != 2 {
		t.Fatalf("%d events, want 2: the gap is none", len(events))
	}
	for i, want := range []struct{ summary, from, until string }{
		{"Ada Lovelace", "20260323T080000Z", "20260330T070000Z"},
		{"Eve; the, \\ second\nBEGIN:VALARM", "20260331T070000Z", "20260401T070000Z"},
	} {
		get := func(p ics.ComponentProperty) string { return events[i].GetProperty(p).Value }
		if get(ics.ComponentPropertySummary) != want.summary || get(ics.ComponentPropertyDtStart) != want.from ||
			get(ics.ComponentPropertyDtEnd) != want.until || get(ics.ComponentPropertyDtstamp) != "20260301T120000Z" {
			t.Errorf("%s from %s until %s, stamped %s", get(ics.ComponentPropertySummary), get(ics.ComponentPropertyDtStart),
				get(ics.ComponentPropertyDtEnd), get(ics.ComponentPropertyDtstamp))
		}
	}
	description := events[1].GetProperty(ics.ComponentPropertyDescription).Value
	if want := "On call: primary, the first\nStands in for Ada, who is away\nAn override by ben: ä swap, agreed; "; !strings.HasPrefix(description, want) ||
		!strings.HasSuffix(description, "\nEND:VCALENDAR \uFFFD") {
		t.Errorf("the description is %q", description)
	}
}

func TestTheFeedKeepsToItsFormat(t *testing.T) {
	body := string(feed(t))
	if strings.Count(body, "\n") != strings.Count(body, "\r\n") || strings.Count(body, "\r") != strings.Count(body, "\r\n") {
		t.Error("a line does not end in CRLF")
	}
	for line := range strings.SplitSeq(body, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' }) {
			t.Errorf("the line %q", line)
		}
	}
	for _, want := range []string{"VERSION:2.0\r\n", "PRODID:-//Tocsin//On call//EN\r\n", "METHOD:PUBLISH\r\n", `X-WR-CALNAME:primary\, the first` + "\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

func TestAnEventKeepsItsUIDAndNoOtherHasIt(t *testing.T) {
	uids := func() []string {
		c, err := ics.ParseCalendar(bytes.NewReader(feed(t)))
		if err != nil {
			t.Fatal(err)
		}
		return []string{c.Events()[0].Id(), c.Events()[1].Id()}
	}
	first, second := uids(), uids()
	if first[0] != second[0] || first[1] != second[1] || first[0] == first[1] || !strings.HasSuffix(first[0], "@tocsin") {
		t.Errorf("%v, then %v", first, second)
	}
}

func TestRotationsThatHandOffTogetherHaveEventsOfTheirOwn(t *testing.T) {
	shift := oncall.Shift{Person: "ada", From: local(t, "2026-03-23 09:00"), Until: local(t, "2026-03-30 09:00")}
	body := ical.Feed("Ada", []ical.Entry{
		{Shift: shift, Rotation: "primary", Summary: "primary"}, {Shift: shift, Rotation: "secondary", Summary: "secondary"},
	}, local(t, "2026-03-01 09:00"))
	c, err := ics.ParseCalendar(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if e := c.Events(); len(e) != 2 || e[0].Id() == e[1].Id() {
		t.Errorf("%s", body)
	}
}

func TestAnEmptyFeedIsACalendar(t *testing.T) {
	body := ical.Feed("", nil, time.Unix(0, 0))
	shifts, warnings, err := ical.Parse(body, nobody, time.UTC, time.Unix(0, 0), time.Unix(1e9, 0))
	if len(shifts) != 0 || len(warnings) != 0 || err != nil {
		t.Errorf("%v %v %v", shifts, warnings, err)
	}
}
