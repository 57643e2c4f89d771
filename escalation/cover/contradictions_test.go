package cover_test

import (
	"slices"
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

func TestContradictionsAreNamed(t *testing.T) {
	always := func(p *escalation.Policy, role, person string) {
		p.Directory.Roles[role] = escalation.Role{People: []string{person}}
	}
	for _, g := range []struct {
		name, want string
		change     func(*escalation.Policy)
	}{
		{"a step that tells nothing new", "P0 step 2 comes no later than step 1, which tells on-call just the same", func(p *escalation.Policy) {
			only(p, alerting.P0, page(t, "15m", "on-call"), page(t, "15m", "on-call"), page(t, "next business day", "on-call"), page(t, "2 business days", "on-call"))
		}},
		{"a page until assigned", "P0 step 1 pages on-call until assigned, and no step of P0 assigns: only a person's answer makes it unnecessary", func(p *escalation.Policy) {
			step := page(t, "0m", "on-call")
			step.Until = escalation.UntilAssigned
			only(p, alerting.P0, step)
		}},
		{"on call in no rotation", "engineering-manager is reached while on call only, and is in no rotation", func(p *escalation.Policy) {
			person(p, "engineering-manager", func(w *escalation.Person) { w.Reach = escalation.ReachOnCall })
		}},
		{"only what they are never asked", "vp-engineering is told of P2 and P3 only, and the roles they are in are asked of P0: they are told nothing", func(p *escalation.Policy) {
			person(p, "vp-engineering", func(w *escalation.Person) { w.Only = []alerting.Severity{alerting.P2, alerting.P3} })
		}},
		{"quiet by day", "devops-lead: the quiet hours cover all their business hours, so P3 waits for the evening", func(p *escalation.Policy) {
			person(p, "devops-lead", func(w *escalation.Person) {
				w.Quiet = escalation.Quiet{Hours: hours(t, p.Calendar.Zone, "08:00-18:00"), Severities: []alerting.Severity{alerting.P3}}
			})
		}},
		{"both quiet by day", "devops-lead: the quiet hours cover all their business hours, so P2 and P3 wait for the evening", func(p *escalation.Policy) {
			person(p, "devops-lead", func(w *escalation.Person) {
				w.Quiet = escalation.Quiet{Hours: hours(t, p.Calendar.Zone, "08:00-18:00"), Severities: []alerting.Severity{alerting.P2, alerting.P3}}
			})
		}},
		{"catch_all only", "catch_all engineering-manager is told of P1 only otherwise: where a step reaches nobody, they are told of every severity", func(p *escalation.Policy) {
			p.Directory.CatchAll = "engineering-manager"
			person(p, "engineering-manager", func(w *escalation.Person) { w.Only = []alerting.Severity{alerting.P1} })
		}},
		{"no time to act", "P0: an ack_timeout of 30s opens an incident again before anybody can do anything about it", func(p *escalation.Policy) {
			row := p.Matrix[alerting.P0]
			row.AckTimeout = 30 * time.Second
			p.Matrix[alerting.P0] = row
		}},
		{"a repeat for one", "P0 repeats, and tells nobody new by it: engineering-manager is the only one whom it pages", func(p *escalation.Policy) {
			always(p, "manager", "engineering-manager")
			only(p, alerting.P0, page(t, "0m", "manager"))
			row := p.Matrix[alerting.P0]
			row.Repeat = escalation.Repeat{Times: 3}
			p.Matrix[alerting.P0] = row
		}},
		{"no business time", "P0 step 1 (manager): no business time in these days, which its delay counts on", func(p *escalation.Policy) {
			only(p, alerting.P0, page(t, "2 business hours", "manager"))
			p.Calendar.Workdays = nil
		}},
		{"a window without end", `the maintenance window "always" never ends: each begins before the one before is over, so the plans it matches never go on`, func(p *escalation.Policy) {
			p.Maintenance = []maintenance.Window{window(t, "always", 24*time.Hour), window(t, "nightly", time.Hour)}
		}},
	} {
		t.Run(g.name, func(t *testing.T) {
			p := policytest.Manual(t)
			g.change(p)
			if got := messages(cover.Find(p, monday(t), 30, nil), cover.KindContradiction); !slices.Equal(got, []string{g.want}) {
				t.Errorf("%q, want\n%q", got, g.want)
			}
		})
	}
}

func TestQuietHoursThatLeaveSomeOfTheDayContradictNothing(t *testing.T) {
	p := policytest.Manual(t)
	person(p, "devops-lead", func(w *escalation.Person) {
		w.Quiet = escalation.Quiet{Hours: hours(t, p.Calendar.Zone, "08:00-16:00"), Severities: []alerting.Severity{alerting.P3}}
	})
	wants(t, cover.Find(p, monday(t), 30, nil), cover.KindContradiction)
}

func window(t testing.TB, name string, lasts time.Duration) maintenance.Window {
	t.Helper()
	m, err := parse.Matchers(`{service="postgres"}`)
	if err != nil {
		t.Fatal(err)
	}
	w, err := maintenance.Parse(name, labels.Matchers(m), "0 3 * * *", lasts, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return w
}
