package ical_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/escalation/oncall"
	"tocsin/escalation/oncall/ical"
)

func nobody(string, []string) (string, bool) { return "", false }

// known finds ada, ben and cyd in a title or among the attendees.
func known(summary string, attendees []string) (string, bool) {
	for _, word := range append(strings.Fields(strings.ToLower(summary)), attendees...) {
		if word, _, _ = strings.Cut(word, "@"); slices.Contains([]string{"ada", "ben", "cyd"}, word) {
			return word, true
		}
	}
	return "", false
}

// calendarOf is a calendar of events, each given by its lines.
func calendarOf(events ...string) []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
	for i, e := range events {
		if !strings.Contains(e, "UID:") {
			e = fmt.Sprintf("UID:%d\n", i) + e
		}
		b.WriteString("BEGIN:VEVENT\r\n" + strings.ReplaceAll(strings.TrimSpace(e), "\n", "\r\n") + "\r\nEND:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return []byte(b.String())
}

func written(shifts []oncall.Shift) string {
	var lines []string
	for _, s := range shifts {
		lines = append(lines, fmt.Sprintf("%s %s to %s", s.Person, s.From.Format("2006-01-02 15:04"), s.Until.Format("2006-01-02 15:04")))
	}
	return strings.Join(lines, "\n")
}

func TestParse(t *testing.T) {
	for _, g := range []struct{ name, event, want, warning string }{
		{"in UTC", "SUMMARY:ada\nDTSTART:20260105T080000Z\nDTEND:20260106T080000Z", "ada 2026-01-05 09:00 to 2026-01-06 09:00", ""},
		{"in a zone", "SUMMARY:ada\nDTSTART;TZID=America/New_York:20260105T090000\nDTEND;TZID=America/New_York:20260105T170000", "ada 2026-01-05 15:00 to 2026-01-05 23:00", ""},
		{"in no zone", "SUMMARY:ada\nDTSTART:20260105T090000\nDTEND:20260105T170000", "ada 2026-01-05 09:00 to 2026-01-05 17:00", ""},
		{"a zone of Windows", "SUMMARY:ada\nDTSTART;TZID=Eastern Standard Time:20260105T090000\nDTEND;TZID=Eastern Standard Time:20260105T170000", "ada 2026-01-05 15:00 to 2026-01-05 23:00", ""},
		{"a zone at the end of a path", "SUMMARY:ada\nDTSTART;TZID=/example.org/2026/America/New_York:20260105T090000\nDURATION:PT8H", "ada 2026-01-05 15:00 to 2026-01-05 23:00", ""},
		{"a zone that nobody knows", "SUMMARY:ada\nDTSTART;TZID=Middle Earth:20260105T090000\nDURATION:PT8H", "ada 2026-01-05 09:00 to 2026-01-05 17:00", `the time zone "Middle Earth" is not known`},
		{"a day", "SUMMARY:ada\nDTSTART;VALUE=DATE:20260105", "ada 2026-01-05 00:00 to 2026-01-06 00:00", ""},
		{"days", "SUMMARY:ada\nDTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330", "ada 2026-03-28 00:00 to 2026-03-30 00:00", ""},
		{"a length of days is of the local clock", "SUMMARY:ada\nDTSTART;TZID=Europe/Berlin:20260328T090000\nDURATION:P1DT1H", "ada 2026-03-28 09:00 to 2026-03-29 10:00", ""},
		{"a beginning that the clock skips", "SUMMARY:ada\nDTSTART:20260329T023000\nDTEND:20260329T090000", "ada 2026-03-29 03:00 to 2026-03-29 09:00", ""},
		{"every week at its local time", "SUMMARY:ada\nDTSTART;TZID=Europe/Berlin:20260323T090000\nDTEND;TZID=Europe/Berlin:20260330T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=3", "ada 2026-03-23 09:00 to 2026-03-30 09:00\nada 2026-04-06 09:00 to 2026-04-13 09:00\nada 2026-04-20 09:00 to 2026-04-27 09:00", ""},
		{"until a day", "SUMMARY:ada\nDTSTART:20260105T090000\nDTEND:20260105T170000\nRRULE:FREQ=DAILY;UNTIL=20260106", "ada 2026-01-05 09:00 to 2026-01-05 17:00\nada 2026-01-06 09:00 to 2026-01-06 17:00", ""},
		{"until a moment", "SUMMARY:ada\nDTSTART:20260105T090000\nDTEND:20260105T170000\nRRULE:FREQ=DAILY;UNTIL=20260106T080000Z", "ada 2026-01-05 09:00 to 2026-01-05 17:00\nada 2026-01-06 09:00 to 2026-01-06 17:00", ""},
		{"seconds", "SUMMARY:ada\nDTSTART:20260105T090010\nDTEND:20260105T090050", "ada 2026-01-05 09:00 to 2026-01-05 09:00", ""},
		{"on workdays from long ago", "SUMMARY:ada\nDTSTART:20200101T090000\nDTEND:20200101T170000\nRRULE:FREQ=WEEKLY;BYDAY=MO;UNTIL=20260113", "ada 2026-01-05 09:00 to 2026-01-05 17:00\nada 2026-01-12 09:00 to 2026-01-12 17:00", ""},
		{"without some", "SUMMARY:ada\nDTSTART:20260105T090000\nDTEND:20260105T170000\nRRULE:FREQ=DAILY;COUNT=4\nEXDATE:20260106T090000,20260107T080000Z\nEXDATE;VALUE=DATE:20260108", "ada 2026-01-05 09:00 to 2026-01-05 17:00", ""},
		{"and others", "SUMMARY:ada\nDTSTART:20260105T090000\nDTEND:20260105T170000\nRDATE:20260107T090000,20260105T090000", "ada 2026-01-05 09:00 to 2026-01-05 17:00\nada 2026-01-07 09:00 to 2026-01-07 17:00", ""},
		{"an attendee by address", "SUMMARY:On call\nATTENDEE;PARTSTAT=DECLINED:mailto:ada@example.com\nATTENDEE;CN=\"Ben B: (ops)\":MAILTO:ben@example.com\nDTSTART;VALUE=DATE:20260105", "ben 2026-01-05 00:00 to 2026-01-06 00:00", ""},
		{"an alarm's own lines are not the event's", "SUMMARY:ada\nDTSTART;VALUE=DATE:20260105\nBEGIN:VALARM\nSUMMARY:ben\nDURATION:P3D\nEND:VALARM", "ada 2026-01-05 00:00 to 2026-01-06 00:00", ""},
		{"folded and in small letters", "summary:a\n da\ndtstart;value=date:202601\n 05", "ada 2026-01-05 00:00 to 2026-01-06 00:00", ""},
		{"cancelled", "SUMMARY:ada\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20260105", "", ""},
		{"nobody's", "SUMMARY:Team lunch\nDTSTART;VALUE=DATE:20260105", "", `the event "Team lunch" of 20260105 names nobody`},
		{"nobody's long ago", "SUMMARY:Team lunch\nDTSTART;VALUE=DATE:20190105", "", ""},
		{"no beginning", "SUMMARY:ada", "", `the event "ada" has no DTSTART`},
		{"no length", "SUMMARY:ada\nDTSTART:20260105T090000", "", "lasts no time at all"},
		{"an end before the beginning", "SUMMARY:ada\nDTSTART:20260105T090000\nDTEND:20260104T090000", "", "lasts no time at all"},
		{"no date", "SUMMARY:ada\nDTSTART:20260230T090000", "", "is no date"},
		{"too often", "SUMMARY:ada\nDTSTART:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=HOURLY", "ada 2026-01-05 09:00 to 2026-01-05 10:00", "repeats more often than daily"},
		{"a rule that no calendar can have", "SUMMARY:ada\nDTSTART:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=53MO", "ada 2026-01-05 09:00 to 2026-01-05 10:00", "is none that a calendar can have"},
		{"a rule that is none", "SUMMARY:ada\nDTSTART:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=SOMETIMES", "ada 2026-01-05 09:00 to 2026-01-05 10:00", "is not understood"},
		{"the first workday of a month", "SUMMARY:ada\nDTSTART:20260101T090000\nDURATION:PT1H\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=3", "ada 2026-01-01 09:00 to 2026-01-01 10:00\nada 2026-02-02 09:00 to 2026-02-02 10:00\nada 2026-03-02 09:00 to 2026-03-02 10:00", ""},
		{"a place in every day", "SUMMARY:ada\nDTSTART:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYSETPOS=1", "ada 2026-01-05 09:00 to 2026-01-05 10:00", "BYSETPOS"},
		{"a rule that comes true once in a lifetime", "SUMMARY:ada\nDTSTART:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=YEARLY;INTERVAL=100", "ada 2026-01-05 09:00 to 2026-01-05 10:00", ""},
		{"times of day without end", "SUMMARY:ada\nDTSTART:20260105T090000\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMINUTE=1,2", "ada 2026-01-05 09:00 to 2026-01-05 10:00", "no shifts"},
	} {
		t.Run(g.name, func(t *testing.T) {
			shifts, warnings, err := ical.Parse(calendarOf(g.event), known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
			if err != nil || written(shifts) != g.want {
				t.Errorf("got\n%s\n(%v), want\n%s", written(shifts), err, g.want)
			}
			if text := strings.Join(warnings, "\n"); (g.warning == "") != (text == "") || !strings.Contains(text, g.warning) {
				t.Errorf("warnings %q, want %q", text, g.warning)
			}
		})
	}
}

func TestAnOccurrenceThatWasChangedStandsInForItsOriginal(t *testing.T) {
	body := calendarOf(
		"UID:a\nSUMMARY:ada\nDTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;TZID=Europe/Berlin:20260105T170000\nRRULE:FREQ=DAILY;COUNT=4",
		"UID:a\nSUMMARY:ben\nRECURRENCE-ID;TZID=Europe/Berlin:20260106T090000\nDTSTART;TZID=Europe/Berlin:20260106T120000\nDTEND;TZID=Europe/Berlin:20260106T170000",
		"UID:a\nSTATUS:CANCELLED\nRECURRENCE-ID:20260107T080000Z\nDTSTART:20260107T080000Z",
		"UID:b\nSUMMARY:cyd\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260108T080000Z\nDTSTART:20260109T080000Z\nDURATION:PT1H",
	)
	shifts, warnings, err := ical.Parse(body, known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
	want := `ada 2026-01-05 09:00 to 2026-01-05 17:00
ben 2026-01-06 12:00 to 2026-01-06 17:00
ada 2026-01-08 09:00 to 2026-01-08 17:00
cyd 2026-01-09 09:00 to 2026-01-09 10:00`
	if err != nil || written(shifts) != want {
		t.Errorf("got\n%s (%v)", written(shifts), err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "all that follow") {
		t.Errorf("warnings %q", warnings)
	}
}

func TestOverlapsAreToldAndTheLaterBeginningComesLast(t *testing.T) {
	body := calendarOf(
		"SUMMARY:ben\nDTSTART:20260106T000000\nDTEND:20260107T000000",
		"SUMMARY:ada\nDTSTART:20260105T000000\nDTEND:20260110T000000",
	)
	shifts, warnings, err := ical.Parse(body, known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
	if want := "ada 2026-01-05 00:00 to 2026-01-10 00:00\nben 2026-01-06 00:00 to 2026-01-07 00:00"; err != nil || written(shifts) != want {
		t.Errorf("got\n%s (%v)", written(shifts), err)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "ada and ben both have it on 2026-01-06 00:00") {
		t.Errorf("warnings %q", warnings)
	}
	r := oncall.Rotation{Zone: berlin(t), Imported: shifts}
	if person, _, _ := r.Holder(local(t, "2026-01-06 12:00")); person != "ben" {
		t.Errorf("%s holds it", person)
	}
}

func TestAZoneMayBeDefinedByTheCalendar(t *testing.T) {
	body := "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Our office\nX-LIC-LOCATION:Asia/Tokyo\nEND:VTIMEZONE\n" +
		"BEGIN:VEVENT\nSUMMARY:ada\nDTSTART;TZID=Our office:20260105T090000\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n"
	shifts, warnings, err := ical.Parse([]byte(body), known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
	if written(shifts) != "ada 2026-01-05 01:00 to 2026-01-05 02:00" || len(warnings) > 0 || err != nil {
		t.Errorf("%s %q %v", written(shifts), warnings, err)
	}
}

func TestWhatTheFeedWritesIsReadAgain(t *testing.T) {
	match := func(summary string, _ []string) (string, bool) {
		return strings.ToLower(summary[:3]), true
	}
	shifts, warnings, err := ical.Parse(feed(t), match, berlin(t), local(t, "2026-03-01 00:00"), local(t, "2026-12-31 00:00"))
	want := "ada 2026-03-23 09:00 to 2026-03-30 09:00\neve 2026-03-31 09:00 to 2026-04-01 09:00"
	if written(shifts) != want || len(warnings) > 0 || err != nil {
		t.Errorf("got\n%s\n%q %v", written(shifts), warnings, err)
	}
}

func TestWhatIsNoCalendarOrTooLargeIsRefusedWithASentence(t *testing.T) {
	daily := "SUMMARY:ada\nDTSTART:19000101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY\n"
	never := "SUMMARY:ada\nDTSTART:20260101T090000\nDURATION:PT1H\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n"
	for name, g := range map[string]struct {
		body []byte
		want string
	}{
		"nothing":         {nil, "no iCalendar"},
		"a page":          {[]byte("<html><body>Sign in</body></html>\n"), "no iCalendar"},
		"another thing":   {[]byte("BEGIN:VCARD\nEND:VCARD\n"), "no iCalendar"},
		"cut off":         {[]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\n"), "cut off"},
		"an END too many": {[]byte("BEGIN:VCALENDAR\nEND:VEVENT\n"), "broken"},
		"nested":          {[]byte("BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:X\n", 100_000)), "broken"},
		"too large":       {make([]byte, 5<<20), "larger than 4 MiB"},
		"too many events": {calendarOf(slices.Repeat([]string{"SUMMARY:ada"}, 10_001)...), "more than 10000 events"},
		"too often":       {calendarOf(slices.Repeat([]string{daily}, 12)...), "too many events from too long ago"},
		"too many shifts": {calendarOf(slices.Repeat([]string{strings.Replace(daily, "1900", "2026", 1)}, 30)...), "more than 10000 shifts"},
		"hardly ever":     {calendarOf(slices.Repeat([]string{strings.Replace(never, "BYMONTH=2;BYMONTHDAY=30", "INTERVAL=100", 1)}, 4)...), "never come true"},
		"never":           {calendarOf(slices.Repeat([]string{never}, 4)...), "never come true"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := ical.Parse(g.body, known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
			if err == nil || !strings.Contains(err.Error(), g.want) {
				t.Errorf("%v, want a sentence with %q", err, g.want)
			}
		})
	}
}

func TestZonesBeyondFiftyAreNotLookedUp(t *testing.T) {
	var events []string
	for i := range 60 {
		events = append(events, fmt.Sprintf("SUMMARY:ada\nDTSTART;TZID=Europe/%d:20260105T090000\nDURATION:PT1H", i))
	}
	events = append(events, "SUMMARY:ada\nDTSTART;TZID=Asia/Tokyo:20260106T090000\nDURATION:PT1H")
	shifts, _, err := ical.Parse(calendarOf(events...), known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
	if last := shifts[len(shifts)-1:]; err != nil || written(last) != "ada 2026-01-06 09:00 to 2026-01-06 10:00" {
		t.Errorf("%s (%v)", written(last), err)
	}
}

func TestALineOfManyParametersOrBytesIsPassedOver(t *testing.T) {
	for _, line := range []string{
		"ATTENDEE;CN=" + strings.Repeat(",", 101) + ":mailto:ben",
		"ATTENDEE;CN=\"a\\\":;\"" + strings.Repeat(",", 101) + ":mailto:ben",
		"ATTENDEE:mailto:ben@" + strings.Repeat("x", 9000),
	} {
		body := calendarOf(line + "\nATTENDEE:mailto:ada\nDTSTART;VALUE=DATE:20260105")
		shifts, _, err := ical.Parse(body, known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
		if err != nil || written(shifts) != "ada 2026-01-05 00:00 to 2026-01-06 00:00" {
			t.Errorf("%s: %s (%v)", line[:30], written(shifts), err)
		}
	}
}

func TestOfEventsThatBeginTogetherTheShorterComesLast(t *testing.T) {
	body := calendarOf("SUMMARY:ada\nDTSTART;VALUE=DATE:20260105", "SUMMARY:ben\nDTSTART;VALUE=DATE:20260105\nDURATION:P1W")
	shifts, _, err := ical.Parse(body, known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
	if want := "ben 2026-01-05 00:00 to 2026-01-12 00:00\nada 2026-01-05 00:00 to 2026-01-06 00:00"; err != nil || written(shifts) != want {
		t.Errorf("got\n%s (%v)", written(shifts), err)
	}
}

func TestWarningsAreAtMostTwentyAndACount(t *testing.T) {
	var events []string
	for i := range 50 {
		events = append(events, fmt.Sprintf("SUMMARY:lunch %d\nDTSTART;VALUE=DATE:20260105", i))
	}
	_, warnings, err := ical.Parse(calendarOf(events...), known, berlin(t), local(t, "2026-01-01 00:00"), local(t, "2026-12-31 00:00"))
	if err != nil || len(warnings) != 21 || warnings[20] != "and 30 more of this kind" {
		t.Errorf("%q %v", warnings, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(feed(f))
	f.Add(calendarOf("SUMMARY:ada\nDTSTART;TZID=Europe/Berlin:20260105T090000\nDTEND;TZID=Europe/Berlin:20260112T090000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,-1FR;BYSETPOS=1;UNTIL=20270101T000000Z\nEXDATE;VALUE=DATE:20260119\nRDATE:20260120T090000"))
	f.Add(calendarOf("UID:a\nSUMMARY:ada\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=YEARLY;BYWEEKNO=1,53,-1;BYYEARDAY=366;COUNT=9\nATTENDEE;CN=\"x\\\"y\";PARTSTAT=DECLINED:mailto:ben", "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260105\nDTSTART:20260105\nDURATION:P1W"))
	f.Fuzz(func(t *testing.T, body []byte) {
		from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		until := from.AddDate(1, 0, 0)
		match := func(summary string, _ []string) (string, bool) { return summary, true }
		shifts, warnings, err := ical.Parse(body, match, berlin(t), from, until)
		if (err != nil && shifts != nil) || len(warnings) > 21 {
			t.Fatalf("%d shifts, %d warnings, %v", len(shifts), len(warnings), err)
		}
		for i, s := range shifts {
			if s.Person == "" || !s.From.Before(s.Until) || !s.From.Before(until) || !from.Before(s.Until) || (i > 0 && s.From.Before(shifts[i-1].From)) {
				t.Fatalf("%+v", s)
			}
		}
	})
}
