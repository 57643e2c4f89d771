package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// inOtherPlaces is an organisation whose people and roles have clocks and rules of their own.
const inOtherPlaces = `timezone: Europe/Berlin
calendar: {workdays: [mon, tue], hours: 09:00-17:00, holidays: de, closed: [2026-11-24]}
people:
  ada:
    email: a@example.com
    phone: "+4930123456"
    notify: {P0: [{over: [sms]}, {over: [email], after: 2m}], P2: [{over: [email]}]}
    quiet: {hours: "22:00-07:00", for: [P3]}
  kenji:
    email: k@example.com
    timezone: Asia/Tokyo
    calendar: {hours: "10:00-19:00", holidays: [], closed: []}
    reach: {hours: "08:00-20:00", days: [mon]}
    quiet: {hours: "22:00-07:00"}
  marie: {email: m@example.com, reach: {hours: "10:00-11:00"}}
  lena: {email: l@example.com, reach: {days: [sun], timezone: America/New_York}}
roles:
  on-call: {people: [ada]}
  engineer: {people: [kenji], timezone: Asia/Tokyo}
  manager: {people: [lena], calendar: {workdays: [sat]}}
catch_all: ada
`

// openAt asks a calendar about local times of a zone: "Asia/Tokyo 2026-11-23T10:00".
func openAt(t *testing.T, c *calendar.Calendar, moment string) bool {
	t.Helper()
	name, local, _ := strings.Cut(moment, " ")
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02T15:04", local, zone)
	if err != nil {
		t.Fatal(err)
	}
	return c.Open(at)
}

func TestPeopleAndRolesHaveClocksOfTheirOwn(t *testing.T) {
	c, _ := read(t, inOtherPlaces)
	d := c.Policy().Directory
	for _, tc := range []struct {
		what     string
		calendar *calendar.Calendar
		moment   string
		open     bool
	}{
		{"kenji's business time", d.People["kenji"].Calendar, "Asia/Tokyo 2026-11-23T18:59", true},
		{"kenji's business time", d.People["kenji"].Calendar, "Asia/Tokyo 2026-11-23T09:59", false},
		{"kenji's workdays are the file's", d.People["kenji"].Calendar, "Asia/Tokyo 2026-11-25T12:00", false},
		{"kenji has no closed days", d.People["kenji"].Calendar, "Asia/Tokyo 2026-11-24T12:00", true},
		{"kenji's own hours", d.People["kenji"].Hours, "Asia/Tokyo 2026-11-23T19:59", true},
		{"kenji's own hours", d.People["kenji"].Hours, "Asia/Tokyo 2026-11-24T12:00", false},
		{"kenji's quiet hours", d.People["kenji"].Quiet.Hours, "Asia/Tokyo 2026-11-29T06:59", true},
		{"kenji's quiet hours", d.People["kenji"].Quiet.Hours, "Asia/Tokyo 2026-11-29T07:00", false},
		{"ada's quiet hours", d.People["ada"].Quiet.Hours, "Europe/Berlin 2026-11-28T22:00", true},
		{"marie's own hours", d.People["marie"].Hours, "Europe/Berlin 2026-12-25T10:30", true},
		{"marie's own hours", d.People["marie"].Hours, "Europe/Berlin 2026-11-29T10:59", true},
		{"lena's own hours", d.People["lena"].Hours, "America/New_York 2026-11-29T23:59", true},
		{"lena's own hours", d.People["lena"].Hours, "America/New_York 2026-11-30T00:00", false},
		{"the engineers' business time", d.Roles["engineer"].Calendar, "Asia/Tokyo 2026-11-23T09:00", true},
		{"the engineers' closed days are the file's", d.Roles["engineer"].Calendar, "Asia/Tokyo 2026-11-24T12:00", false},
		{"the managers' business time", d.Roles["manager"].Calendar, "Europe/Berlin 2026-11-28T09:00", true},
	} {
		if tc.calendar == nil {
			t.Errorf("%s are those of the organisation", tc.what)
		} else if got := openAt(t, tc.calendar, tc.moment); got != tc.open {
			t.Errorf("%s at %s: %t", tc.what, tc.moment, got)
		}
	}
	if ada, on := d.People["ada"], d.Roles["on-call"]; ada.Calendar != nil || ada.Hours != nil || on.Calendar != nil {
		t.Error("ada has a calendar of her own")
	}
	if got := d.People["kenji"].Reach; got != escalation.ReachHours {
		t.Errorf("kenji is reached %s", got)
	}
}

func TestPersonalRulesBecomeThoseOfDecisions(t *testing.T) {
	c, r := read(t, inOtherPlaces)
	p := c.Policy().Directory.People
	want := map[alerting.Severity][]escalation.Rule{
		alerting.P0: {{Over: []escalation.Channel{escalation.SMS}}, {Over: []escalation.Channel{escalation.Email}, After: 2 * time.Minute}},
		alerting.P2: {{Over: []escalation.Channel{escalation.Email}}},
	}
	if got := p["ada"].Rules; !reflect.DeepEqual(got, want) {
		t.Errorf("ada's rules are %+v", got)
	}
	if got := p["ada"].Quiet.Severities; !reflect.DeepEqual(got, []alerting.Severity{alerting.P3}) {
		t.Errorf("ada's quiet hours are for %v", got)
	}
	if got := p["kenji"].Quiet.Severities; !reflect.DeepEqual(got, []alerting.Severity{alerting.P2, alerting.P3}) {
		t.Errorf("kenji's quiet hours are for %v", got)
	}
	if p["kenji"].Rules != nil {
		t.Errorf("kenji's rules are %+v", p["kenji"].Rules)
	}
	for _, w := range r.Warnings {
		if w.Kind == KindUnused {
			t.Errorf("needless: %s", w.Message)
		}
	}
}

func TestErrorsOfReachNotifyAndQuiet(t *testing.T) {
	expectErrors(t, `people:
  ada:
    email: a@example.com
    reach: {}
    notify:
      P0: []
      P1: [{over: [email], after: 25h}, {after: 5m}]
      P2:
        - {over: [email]}
        - {over: [sms, email], after: 1m}
      P4: [{over: [email]}]
    quiet: {hours: "22:00-07:00", for: [P0, P2]}
  bob:
    email: b@example.com
    reach: {hours: "8-20", days: [monday], timezone: Tokyo}
    quiet: {hours: "00:00-12:00, 12:00-24:00"}
  eve:
    email: e@example.com
    reach: [always]
    quiet: {for: []}
    timezone: Mars
    calendar: {hours: "25:00-26:00", holidays: marss}
catch_all: ada
roles: {on-call: {people: [ada]}}
`, []string{
		`4: reach has neither hours nor days: write it as in {hours: 08:00-20:00, days: [mon, tue]}, or reach: always`,
		`6: P0 is an empty list`,
		`7: after: "25h" is too long: a page may wait for a day at most`,
		`7: over is missing: over which channels, as in [sms]`,
		`10: email stands twice in the rules for P2: each channel tells once`,
		`11: unknown key "P4": did you mean "P0"?`,
		`12: "P0" cannot be quiet: P0 and P1 never wait, quiet hours are for P2 and P3`,
		`15: hours: "8-20" are no opening hours: write them as in 09:00-17:00, and several as in 09:00-12:00, 13:00-17:00`,
		`15: unknown day "monday": use sun, mon, tue, wed, thu, fri or sat`,
		`15: timezone: "Tokyo" is no time zone: write one as in Europe/Berlin or UTC`,
		`16: hours: it is quiet all day, so that what waits would wait for ever: leave some hours`,
		`19: reach must be a single value, not a list`,
		`20: hours is missing: when it is quiet, as in 22:00-07:00`,
		`20: for is an empty list`,
		`21: timezone: "Mars" is no time zone: write one as in Europe/Berlin or UTC`,
		`22: hours: "25:00-26:00" are no opening hours: write them as in 09:00-17:00, and several as in 09:00-12:00, 13:00-17:00`,
		`22: unknown country or region "marss"`,
	})
}

func TestARuleThatNeverAppliesIsAWarning(t *testing.T) {
	src := "timezone: UTC\npeople:\n  ada:\n    email: a@example.com\n    only: [P0]\n    notify:\n      P0: [{over: [sms, email]}]\n      P1: [{over: [email]}]\nroles: {on-call: {people: [ada]}}\n"
	expectWarning(t, src, "7: P0: ada wants to be told over sms, but has no phone")
	expectWarning(t, src, "8: P1: ada has rules for it, but is not told of it (only)")
	expectWarning(t, strings.Replace(src, "[{over: [sms, email]}]", "[{over: [sms]}]", 1),
		"0: P0: the role on-call reaches nobody over sms, email and slack, so catch_all is paged instead")
}
