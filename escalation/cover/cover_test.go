package cover_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/cover"
	"tocsin/escalation/policytest"
)

// person changes one person of the manual's organisation.
func person(p *escalation.Policy, id string, change func(*escalation.Person)) {
	who := p.Directory.People[id]
	change(&who)
	p.Directory.People[id] = who
}

func only(p *escalation.Policy, sev alerting.Severity, steps ...escalation.Step) {
	for _, other := range alerting.Severities {
		p.Matrix[other] = escalation.Row{}
	}
	p.Matrix[sev] = escalation.Row{Channels: []escalation.Channel{escalation.SMS, escalation.Email}, Steps: steps}
}

func page(t testing.TB, after, role string) escalation.Step {
	t.Helper()
	d, err := calendar.ParseDelay(after)
	if err != nil {
		t.Fatal(err)
	}
	return escalation.Step{After: d, Kind: escalation.PageStep, Role: role, Until: escalation.UntilAcknowledged}
}

func hours(t testing.TB, zone *time.Location, spans string) *calendar.Calendar {
	t.Helper()
	h, err := calendar.ParseHours(spans)
	if err != nil {
		t.Fatal(err)
	}
	return &calendar.Calendar{Zone: zone, Hours: h, Workdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}
}

func TestAStretchInWhichOnlyOneChannelReachesAnybodyIsUncovered(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "on-call"))
	person(p, "system-admin", func(w *escalation.Person) { w.Phone = "" })
	p.Directory.Absences = []escalation.Absence{{Person: "devops-lead", From: monday(t).AddDate(0, 0, 1), Until: monday(t).AddDate(0, 0, 2)}} // changes nothing
	all := cover.Find(p, monday(t), 15, nil)
	wants(t, all, cover.KindUncovered,
		"P0 step 1 (on-call): nobody would be told over two channels, only system-admin over email: from Mon 12 October 2026 12:00 CEST until Mon 19 October 2026 09:00 CEST",
		"P0 step 1 (on-call): nobody would be told over two channels, only system-admin over email: from Mon 26 October 2026 09:00 CET until Tue 27 October 2026 12:00 CET")
	want := []string{"P0 step 1 (on-call): nobody would be told over two channels, only system-admin over email: 2 times, first from Mon 12 October 2026 12:00 CEST until Mon 19 October 2026 09:00 CEST"}
	if got := messages(cover.Grouped(all), cover.KindUncovered); !slices.Equal(got, want) {
		t.Errorf("together they are %q", got)
	}
}

func TestARowOfOneChannelIsSaidOnceAndThenCountsOne(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "on-call"), page(t, "5m", "manager"))
	row := p.Matrix[alerting.P0]
	row.Channels = row.Channels[:1]
	p.Matrix[alerting.P0] = row
	person(p, "engineering-manager", func(w *escalation.Person) { w.Phone = "" })
	person(p, "devops-lead", func(w *escalation.Person) { w.Email, w.Slack = "", "" })
	all := cover.Find(p, monday(t), 15, nil)
	wants(t, all, cover.KindOneChannel, "P0 names no channel but sms: where that fails, nobody is told")
	wants(t, all, cover.KindUncovered)
	wants(t, all, cover.KindCatchAll,
		"P0 step 2 (manager): only catch_all would be told, devops-lead; engineering-manager has no address for sms: from Mon 12 October 2026 12:00 CEST until Tue 27 October 2026 12:00 CET")
}

func TestARoleOfBusinessHoursTellsCatchAllOutsideThem(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "dba"), page(t, "2 business hours", "dba"), page(t, "next business day", "dba"))
	p.Directory.Roles["dba"] = escalation.Role{People: []string{"database-admin"}}
	all := cover.Find(p, monday(t), 4, nil)
	got := messages(all, cover.KindCatchAll)
	if len(got) != 4 {
		t.Fatalf("%d nights: %s", len(got), strings.Join(got, "\n"))
	}
	for i, m := range got {
		if !strings.HasPrefix(m, "P0 step 1 (dba): only catch_all would be told, devops-lead") {
			t.Errorf("night %d: %s", i+1, m)
		}
	}
	want := []string{"P0 step 1 (dba): only catch_all would be told, devops-lead; database-admin is reached in business hours only: 4 times, first from Mon 12 October 2026 17:00 CEST until Tue 13 October 2026 09:00 CEST"}
	if together := messages(cover.Grouped(all), cover.KindCatchAll); !slices.Equal(together, want) {
		t.Errorf("together they are %q", together)
	}
	if want := "from Mon 12 October 2026 17:00 CEST until Tue 13 October 2026 09:00 CEST"; !strings.HasSuffix(got[0], want) {
		t.Errorf("the first night: %s, want %s", got[0], want)
	}
}

func TestWithoutACatchAllNobodyIsTold(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "dba"))
	p.Directory.Roles["dba"], p.Directory.CatchAll = escalation.Role{People: []string{"database-admin"}}, ""
	got := messages(cover.Find(p, monday(t), 1, nil), cover.KindUncovered)
	if len(got) != 1 || !strings.Contains(got[0], "nobody would be told, as there is no catch_all who can be; database-admin is reached in business hours only") || !strings.HasSuffix(got[0], "from Mon 12 October 2026 17:00 CEST until Tue 13 October 2026 09:00 CEST") {
		t.Errorf("%q", got)
	}
}

func TestARotationsGapsAndLoneHoldersAreNamed(t *testing.T) {
	p := policytest.Manual(t)
	r := p.Directory.Rotations["primary"]
	r.Since.Month, r.Since.Day, r.People = time.October, 14, []string{"devops-lead"}
	p.Directory.Rotations["primary"] = r
	r.Name, r.People = "elsewhere", nil
	p.Directory.Rotations["elsewhere"] = r
	all := cover.Find(p, monday(t), 60, nil)
	wants(t, all, cover.KindGap, "nobody holds rotation primary: from Mon 12 October 2026 12:00 CEST until Wed 14 October 2026 09:00 CEST")
	wants(t, all, cover.KindOneHolder, "devops-lead holds rotation primary alone: nobody takes turns")
	if got := messages(all, cover.KindUnknown); len(got) != 1 || !strings.Contains(got[0], "rotation elsewhere") {
		t.Errorf("of what is not read: %q", got)
	}
}

func TestAnAbsenceWithoutADeputyLeavesWhatOneHoldsAlone(t *testing.T) {
	p := policytest.Manual(t)
	zone := p.Calendar.Zone
	from, until := time.Date(2026, 10, 16, 0, 0, 0, 0, zone), time.Date(2026, 10, 21, 0, 0, 0, 0, zone)
	p.Directory.Absences = []escalation.Absence{
		{Person: "engineering-manager", From: from, Until: until},
		{Person: "system-admin", From: from, Until: until},
		{Person: "vp-engineering", From: from, Until: until, Deputy: "devops-lead"},
		{Person: "engineering-manager", From: from.AddDate(-1, 0, 0), Until: until.AddDate(-1, 0, 0)},
	}
	wants(t, cover.Find(p, monday(t), 60, nil), cover.KindAbsent,
		"engineering-manager is away without a deputy, and is the only one in manager: from Fri 16 October 2026 00:00 CEST until Wed 21 October 2026 00:00 CEST",
		"system-admin is away without a deputy, and holds rotation primary: from Fri 16 October 2026 00:00 CEST until Mon 19 October 2026 09:00 CEST")
}

func TestSomebodyWithHoursOfTheirOwnLeavesTheOtherAlone(t *testing.T) {
	p := policytest.Manual(t)
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	person(p, "database-admin", func(w *escalation.Person) {
		w.Reach, w.Hours = escalation.ReachHours, hours(t, tokyo, "08:00-20:00")
	})
	got := messages(cover.Find(p, monday(t), 2, nil), cover.KindPartTime)
	want := "P0 step 4 and P1 step 3 (senior-engineer): database-admin is reached in their own hours only: outside them senior-engineer is devops-lead alone: 2 times, first from Mon 12 October 2026 13:00 CEST until Tue 13 October 2026 01:00 CEST"
	if len(got) == 0 || got[0] != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAShadowAnswersForNothing(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "on-call"))
	r := p.Directory.Rotations["primary"]
	r.People = []string{"devops-lead"}
	r.Shadows = slices.Grow(r.Shadows, 1)[:1]
	r.Shadows[0].People, r.Shadows[0].Turn, r.Shadows[0].Since = []string{"database-admin"}, r.Turn, r.Since
	p.Directory.Rotations["primary"] = r
	wants(t, cover.Find(p, monday(t), 10, nil), cover.KindAlone, "P0 step 1 (on-call): only devops-lead ever answers")
}

func TestADeputyCoversAnAbsence(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "manager"))
	from := monday(t).AddDate(0, 0, 2)
	away := escalation.Absence{Person: "engineering-manager", From: from, Until: from.AddDate(0, 0, 3)}
	p.Directory.Absences = []escalation.Absence{away}
	if got := messages(cover.Find(p, monday(t), 10, nil), cover.KindCatchAll); len(got) != 1 {
		t.Errorf("without a deputy: %q", got)
	}
	away.Deputy = "vp-engineering"
	p.Directory.Absences = []escalation.Absence{away}
	all := cover.Find(p, monday(t), 10, nil)
	wants(t, all, cover.KindCatchAll)
	wants(t, all, cover.KindAlone)
}

func TestAStepOfTheNextBusinessDayIsLookedAtAsTheDayOpens(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "next business day", "dba"))
	p.Directory.Roles["dba"] = escalation.Role{People: []string{"database-admin"}}
	person(p, "database-admin", func(w *escalation.Person) {
		w.Reach, w.Hours = escalation.ReachHours, hours(t, p.Calendar.Zone, "10:00-18:00")
	})
	from := monday(t).Add(-4 * time.Hour)
	wants(t, cover.Find(p, from, 1, nil), cover.KindCatchAll,
		"P0 step 1 (dba): only catch_all would be told, devops-lead; database-admin is reached in hours of their own only: from Mon 12 October 2026 09:00 CEST until Mon 12 October 2026 09:01 CEST")
	wants(t, cover.Find(p, monday(t), 1, nil), cover.KindCatchAll,
		"P0 step 1 (dba): only catch_all would be told, devops-lead; database-admin is reached in hours of their own only: from Tue 13 October 2026 09:00 CEST until Tue 13 October 2026 09:01 CEST")
}

func TestWhereCatchAllIsToldNobodyIsLeftAlone(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "dba"))
	p.Directory.Roles["dba"] = escalation.Role{People: []string{"database-admin", "engineering-manager"}}
	person(p, "engineering-manager", func(w *escalation.Person) { w.Reach = escalation.ReachBusinessHours })
	all := cover.Find(p, monday(t), 3, nil)
	wants(t, all, cover.KindPartTime)
	if got := messages(all, cover.KindCatchAll); len(got) != 3 {
		t.Errorf("%d nights of catch_all: %q", len(got), got)
	}
}
