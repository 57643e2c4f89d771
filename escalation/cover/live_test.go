package cover_test

import (
	"testing"
	"time"

	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"

	"tocsin/alerting"
	"tocsin/alerting/calendar/maintenance"
	"tocsin/escalation"
	"tocsin/escalation/cover"
	"tocsin/escalation/policytest"
)

func TestAChannelThatIsASandboxCoversNothing(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "manager"))
	live := map[escalation.Channel]bool{escalation.SMS: true, escalation.Slack: true}
	wants(t, cover.Find(p, monday(t), 1, live), cover.KindUncovered,
		"P0 step 1 (manager): nobody would be told over two channels, only engineering-manager over sms and email (email is a sandbox): from Mon 12 October 2026 12:00 CEST until Tue 13 October 2026 12:00 CEST")
	live[escalation.Email] = true
	wants(t, cover.Find(p, monday(t), 1, live), cover.KindUncovered)
	row := p.Matrix[alerting.P0]
	row.Channels = []escalation.Channel{escalation.Slack}
	p.Matrix[alerting.P0] = row
	delete(live, escalation.Slack)
	wants(t, cover.Find(p, monday(t), 1, live), cover.KindUncovered,
		"P0 step 1 (manager): nobody would be told over a channel that sends, only engineering-manager over slack (slack is a sandbox): from Mon 12 October 2026 12:00 CEST until Tue 13 October 2026 12:00 CEST")
}

func TestAStretchSaysWhoIsToldThenAndNotBefore(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "on-call"))
	wants(t, cover.Find(p, monday(t), 14, map[escalation.Channel]bool{escalation.SMS: true}), cover.KindUncovered,
		"P0 step 1 (on-call): nobody would be told over two channels, only system-admin over sms and email (email is a sandbox): from Mon 12 October 2026 12:00 CEST until Mon 19 October 2026 09:00 CEST",
		"P0 step 1 (on-call): nobody would be told over two channels, only devops-lead over sms and email (email is a sandbox): from Mon 19 October 2026 09:00 CEST until Mon 26 October 2026 09:00 CET",
		"P0 step 1 (on-call): nobody would be told over two channels, only system-admin over sms and email (email is a sandbox): from Mon 26 October 2026 09:00 CET until Mon 26 October 2026 12:00 CET")
}

func TestWhereEveryChannelIsASandboxItIsSaidOnce(t *testing.T) {
	p := policytest.Manual(t)
	all := cover.Find(p, monday(t), 5, map[escalation.Channel]bool{escalation.SMS: false})
	wants(t, all, cover.KindSandbox, "every channel is a sandbox: who would be told is looked at as if all of them sent")
	wants(t, all, cover.KindUncovered)
	wants(t, cover.Find(p, monday(t), 5, nil), cover.KindSandbox)
}

func TestAWindowThatHoldsBackPagesIsSaidWithItsHoursAndItsFirstTime(t *testing.T) {
	for _, c := range []struct {
		match, every string
		lasts        time.Duration
		want         string
	}{
		{`service="postgres"`, "0 3 * * SUN", time.Hour, `the maintenance window "w" holds back every page of P0 and P1 about service="postgres", 1 hour a week; the first time: from Sun 18 October 2026 03:00 CEST until Sun 18 October 2026 04:00 CEST`},
		{`service="postgres"`, "0 10 * * *", 150 * time.Minute, `the maintenance window "w" holds back every page of P0 and P1 about service="postgres", 17.5 hours a week; the first time: from Mon 12 October 2026 10:00 CEST until Mon 12 October 2026 12:30 CEST`},
		{`alertname="HighErrorRate"`, "0 0 * * MON#1", 26 * time.Hour, ``}, // not within these days
		{`alertname="HighErrorRate"`, "0 0 * * SAT", 30 * time.Minute, `the maintenance window "w" holds back every page of P1 about alertname="HighErrorRate", 0.5 hours a week; the first time: from Sat 17 October 2026 00:00 CEST until Sat 17 October 2026 00:30 CEST`},
		{`severity="info"`, "0 3 * * SUN", time.Hour, `the maintenance window "w" holds back every page of P0 and P1 about severity="info", 1 hour a week; the first time: from Sun 18 October 2026 03:00 CEST until Sun 18 October 2026 04:00 CEST`},
		{`{severity="info",alertname="Slow"}`, "0 3 * * SUN", time.Hour, ``}, // always P3
	} {
		p := policytest.Manual(t)
		m, err := parse.Matchers(c.match)
		if err != nil {
			t.Fatal(err)
		}
		w, err := maintenance.Parse("w", labels.Matchers(m), c.every, c.lasts, p.Calendar.Zone)
		if err != nil {
			t.Fatal(err)
		}
		p.Maintenance = []maintenance.Window{w}
		var want []string
		if c.want != "" {
			want = append(want, c.want)
		}
		wants(t, cover.Find(p, monday(t), 10, nil), cover.KindMaintenance, want...)
	}
}

func TestWhatCatchAllAnswersIsNotOnesOwn(t *testing.T) {
	p := policytest.Manual(t)
	only(p, alerting.P0, page(t, "0m", "manager"))
	person(p, "engineering-manager", func(w *escalation.Person) { w.Phone, w.Email, w.Slack = "", "", "" })
	all := cover.Find(p, monday(t), 10, nil)
	wants(t, all, cover.KindAlone)
	if got := messages(all, cover.KindCatchAll); len(got) != 1 {
		t.Errorf("of catch_all it says %q", got)
	}
}
