package web

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/web/view"
)

// The lead holds the rotation alone; they are away from the 2nd to the 5th, and their deputy from the 4th.
func TestTheMonthSaysWhoIsToldWhereAHolderIsAway(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 12, day, 9, 0, 0, 0, time.UTC) }
	r := policy().Directory.Rotations["primary"]
	r.Layers, r.Shadows, r.Zone = nil, nil, time.UTC
	r.People, r.Turn = []string{"devops-lead"}, oncall.Turn{Days: 7}
	month := view.NewMonth(r, []escalation.Absence{
		{Person: "devops-lead", From: at(2), Until: at(5), Deputy: "database-admin"},
		{Person: "database-admin", From: at(4), Until: at(9)},
		{Person: "system-admin", From: at(1), Until: at(30)},
	}, nil, calendar.Date{Year: 2026, Month: 12, Day: 1}, at(1))
	var got []string
	for _, b := range month.Weeks[0].Tracks[0].Bars {
		got = append(got, b.From.Format("2")+" "+map[bool]string{true: "away: " + b.Deputy, false: "there"}[b.Away])
	}
	if want := "30 there|2 away: database-admin|4 away: |5 there"; strings.Join(got, "|") != want {
		t.Errorf("the week is %s, want %s", strings.Join(got, "|"), want)
	}
	if len(month.Gaps) != 1 || !month.Gaps[0].From.Equal(at(4)) || !month.Gaps[0].Until.Equal(at(5)) {
		t.Errorf("gaps %+v, want the 4th alone", month.Gaps)
	}
}

func TestTheCalendarHatchesWhoIsAwayAndNamesTheDeputy(t *testing.T) {
	w, base := start(t)
	c := signedIn(t, base, "viewer")
	away := func(deputy string) {
		if _, err := w.AddAbsence(t.Context(), escalation.Absence{
			Person: "devops-lead", From: time.Date(2026, 12, 15, 8, 0, 0, 0, time.UTC), Until: time.Date(2026, 12, 17, 8, 0, 0, 0, time.UTC), Deputy: deputy,
		}, alerting.Actor{Name: "manager"}); err != nil {
			t.Fatal(err)
		}
	}
	away("system-admin")
	page := get(t, c, base+"/oncall?month=2026-12&rotation=primary").want(t, 200)
	if n := len(page.find(t, ".track-final .bar-away")); n != 1 || !strings.Contains(page.body, "System Admin for DevOps Lead") {
		t.Errorf("%d hatched bars: %s", n, page.text(t, ".month-words"))
	}
	if got := page.text(t, ".month-words"); !strings.Contains(got, "away: System Admin is told instead") {
		t.Errorf("in words: %s", got)
	}
	w.rota.roster.Absences = nil
	away("")
	page = get(t, c, base+"/oncall?month=2026-12&rotation=primary").want(t, 200)
	if got := page.text(t, ".month-card > .notice"); got != "Nobody of primary is told Tue 15 Dec 09:00 until Thu 17 Dec 09:00: DevOps Lead is away, and no deputy is there." {
		t.Errorf("told: %s", got)
	}
	if n := len(page.find(t, ".track-final .gap")); n != 1 {
		t.Errorf("%d gaps, want 1", n)
	}
}

func TestTheCardMarksAHolderWhoCannotBeReachedNow(t *testing.T) {
	w := scene(time.Now())
	p := policy()
	lead := p.Directory.People["engineering-manager"]
	lead.Reach, lead.Phone, lead.Email, lead.Slack = escalation.ReachAlways, "", "", ""
	p.Directory.People[lead.ID] = lead
	o := w.options()
	o.Policy = func() *escalation.Policy { return p }
	base := serve(t, o).URL
	c := signedIn(t, base, "viewer")
	if got := get(t, c, base+"/oncall").text(t, "#role-manager .away"); !strings.Contains(got, "Not told of a P0 now: has no address for") {
		t.Errorf("told: %q", got)
	}
	if n := len(get(t, c, base+"/oncall").find(t, "#role-executive .away")); n != 0 {
		t.Error("somebody who can be reached is marked")
	}
	if got := call(t, base, "GET", "/api/v1/oncall?role=manager", "").want(t, 200); !strings.Contains(got.body, `"unreachable":"has no address for`) {
		t.Errorf("answered %s", got.body)
	}
}
