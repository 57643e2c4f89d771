package cover_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/cover"
	"tocsin/escalation/policytest"
)

func TestACatchAllWhoIsAwayIsNamedUnlessSomebodyCanStandIn(t *testing.T) {
	day := func(n int) time.Time { return monday(t).AddDate(0, 0, n) }
	cat := func(from, until int, deputy string) escalation.Absence {
		return escalation.Absence{Person: "vp-engineering", From: day(from), Until: day(until), Deputy: deputy}
	}
	const text = "catch_all vp-engineering is away, and nobody stands in: from "
	for name, c := range map[string]struct {
		absences []escalation.Absence
		want     []string
	}{
		"without a deputy":                          {[]escalation.Absence{cat(1, 3, "")}, []string{text + "Tue 13 October 2026 12:00 CEST until Thu 15 October 2026 12:00 CEST"}},
		"with one":                                  {[]escalation.Absence{cat(1, 3, "devops-lead")}, nil},
		"with one who has no address":               {[]escalation.Absence{cat(1, 3, "database-admin")}, []string{text + "Tue 13 October 2026 12:00 CEST until Thu 15 October 2026 12:00 CEST"}},
		"twice, one after the other":                {[]escalation.Absence{cat(1, 3, ""), cat(3, 4, "")}, []string{text + "Tue 13 October 2026 12:00 CEST until Fri 16 October 2026 12:00 CEST"}},
		"with one who is away for a part of it":     {[]escalation.Absence{cat(1, 4, "devops-lead"), {Person: "devops-lead", From: day(2), Until: day(3)}}, []string{text + "Wed 14 October 2026 12:00 CEST until Thu 15 October 2026 12:00 CEST"}},
		"of two the one that ends last has the say": {[]escalation.Absence{cat(1, 3, ""), cat(1, 4, "devops-lead")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			p := policytest.Manual(t)
			p.Directory.CatchAll, p.Directory.Absences = "vp-engineering", c.absences
			person(p, "database-admin", func(w *escalation.Person) { w.Phone, w.Email, w.Slack = "", "", "" })
			got := slices.DeleteFunc(messages(cover.Find(p, monday(t), 10, nil), cover.KindAbsent), func(m string) bool { return m[:len("catch_all")] != "catch_all" })
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want\n%q", got, c.want)
			}
		})
	}
}

func TestTheDeputyOfCatchAllIsNamedWhereTheyAreTold(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "dba"))
	p.Directory.Roles["dba"] = escalation.Role{People: []string{"gone"}}
	p.Directory.Absences = []escalation.Absence{{Person: "devops-lead", From: monday(t).Add(time.Hour), Until: monday(t).Add(2 * time.Hour), Deputy: "engineering-manager"}}
	wants(t, cover.Find(p, monday(t), 1, nil), cover.KindCatchAll,
		"P0 step 1 (dba): only catch_all would be told, devops-lead; gone has no address for sms, email: from Mon 12 October 2026 12:00 CEST until Mon 12 October 2026 13:00 CEST",
		"P0 step 1 (dba): only the deputy of catch_all would be told, engineering-manager; gone has no address for sms, email; devops-lead is catch_all and is away until Mon 12 Oct 2026 14:00 CEST: from Mon 12 October 2026 13:00 CEST until Mon 12 October 2026 14:00 CEST",
		"P0 step 1 (dba): only catch_all would be told, devops-lead; gone has no address for sms, email: from Mon 12 October 2026 14:00 CEST until Tue 13 October 2026 12:00 CEST")
}
