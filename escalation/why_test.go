package escalation_test

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// why asks of a world's incident why somebody was told; each page was sent.
func (w *world) why(person string) []escalation.Because {
	var pages []escalation.Paged
	for _, o := range w.orders {
		if o.order.Person == person {
			pages = append(pages, escalation.Paged{Step: o.order.Step, Round: 1, Channel: o.order.Channel, State: "sent", At: w.start.Add(o.at), Reason: o.order.Reason})
		}
	}
	return w.policy.Why(person, w.c, w.entries, pages, w.now)
}

func TestWhySaysOfEachStepWhyAPersonWasToldOrNot(t *testing.T) {
	w := newWorld(t, saturday)
	w.Fire(systemDown(w))
	w.Until(40 * time.Minute)
	for person, want := range map[string][]string{
		"system-admin": {
			"Step 1 told system-admin: System Admin holds on-call: rotation primary is with system-admin until 2026-02-09 08:00:00 UTC; over sms (sent), email (sent), slack (sent).",
			"Step 2 told system-admin: ",
			"Step 3 did not tell system-admin, who does not hold manager: manager is engineering-manager.",
			"Step 4 did not tell system-admin, who does not hold senior-engineer",
			"Step 5, due at 2026-02-07 23:00:00 UTC, will not tell system-admin, who then does not hold executive",
		},
		"database-admin": {
			"Step 1 did not tell database-admin, who does not hold on-call: rotation primary is with system-admin",
			"Step 2 did not tell database-admin, ", "Step 3 did not tell database-admin, ",
			"Step 4 did not tell database-admin, who is reached in business hours only, and it is not business time.",
			"Step 5, due at",
		},
		"vp-engineering": {
			"Step 1 did", "Step 2 did", "Step 3 did", "Step 4 did",
			"Step 5 will tell vp-engineering at 2026-02-07 23:00:00 UTC unless people act: VP Engineering holds executive",
		},
	} {
		got := w.why(person)
		if len(got) != len(want) {
			t.Fatalf("%s: %+v", person, got)
		}
		for i, b := range got {
			if !strings.HasPrefix(b.Text, want[i]) || b.Step != i+1 || b.Paged != strings.Contains(b.Text, " told "+person+": ") || b.ToCome != (i == 4) || b.Rule == "" {
				t.Errorf("%s, step %d: %+v, want %q", person, i+1, b, want[i])
			}
		}
	}
}

func TestWhySaysThatAStepWasSkippedAndThatSomebodyAsked(t *testing.T) {
	w := newWorld(t, monday)
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	w.must(w.Answer(escalation.Acknowledge, "system-admin"))
	w.must(w.answer(escalation.Answer{Verb: escalation.Assign, Person: "database-admin"}))
	w.Until(6 * time.Minute)
	w.must(w.Answer(escalation.Resolve, "system-admin"))
	var said []string
	for _, b := range w.why("database-admin") {
		said = append(said, b.Text)
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{
		"database-admin was told beside the plan: Database Admin was assigned by system-admin; over sms (sent)",
		"Step 2 was skipped, so nobody was told: not needed: acknowledged by system-admin",
		"Step 5 was skipped, so nobody was told: not needed: resolved by system-admin",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in\n%s", want, all)
		}
	}
	if len(said) != 6 {
		t.Errorf("%d sentences:\n%s", len(said), all)
	}
}

func TestWhyNamesTheOverrideAndTheQuietHours(t *testing.T) {
	w := newWorld(t, monday)
	w.person("database-admin", func(p *escalation.Person) {
		p.Quiet = escalation.Quiet{Hours: hoursOf(t, "08:00-12:30"), Severities: []alerting.Severity{alerting.P2}}
	})
	w.policy = w.policy.With(escalation.Roster{Overrides: []oncall.Override{{Rotation: "primary", Person: "database-admin", From: monday.Add(-hour), Until: monday.Add(hour), By: "manager"}}})
	w.Fire(w.Alert("alertname", "Slow", "severity", "warning"))
	w.Until(time.Minute)
	b := w.why("database-admin")[0]
	if !strings.Contains(b.Text, "by an override that manager made") || !strings.Contains(b.Text, "held until 12:30 Mon: quiet hours") {
		t.Errorf("%q", b.Text)
	}
	if b := w.why("system-admin")[0]; !strings.Contains(b.Text, "by an override that manager made") {
		t.Errorf("%q", b.Text)
	}
}

func TestARoleThatReachesNobodyKeepsTheOverrideThatWasTheCause(t *testing.T) {
	w := newWorld(t, saturday)
	w.policy = w.policy.With(escalation.Roster{Overrides: []oncall.Override{{ID: 41, Rotation: "primary", Person: "database-admin", From: saturday.Add(-hour), Until: saturday.Add(hour), By: "ci"}}})
	w.Fire(systemDown(w))
	w.Until(time.Minute)
	const want = "rotation primary is with database-admin until 2026-02-07 23:00:00 UTC, by an override that ci made: on-call reaches nobody (database-admin is reached in business hours only"
	r := w.step(0).Reason
	if !strings.HasPrefix(r.Text, want) || r.Values["override"] != "41" || !strings.HasSuffix(r.Text, ": catch_all is told instead") {
		t.Errorf("%q, %v", r.Text, r.Values)
	}
	if b := w.why("system-admin")[0]; !strings.Contains(b.Text, "by an override that ci made") {
		t.Errorf("%q", b.Text)
	}
}
