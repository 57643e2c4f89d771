package storage_test

import (
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

func TestTheAuditorFindsWhatFellThroughAndNothingElse(t *testing.T) {
	w := newWorld(t)
	for _, service := range []string{"healthy", "unowed", "overdue", "held", "waiting"} {
		w.receive(policytest.Event(monday, "alertname", "SystemDown", "service", service))
	}
	w.advance()
	id := map[string]int64{}
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	for _, c := range cases {
		id[c.Incident.Labels["service"]] = c.Incident.ID
	}
	w.answer(id["healthy"], escalation.Acknowledge, "system-admin")
	if found, err := w.Findings(w.context()); err != nil || len(found[escalation.Unowed])+len(found[escalation.Overdue])+len(found[escalation.Held])+len(found[escalation.Waiting]) != 0 {
		t.Fatalf("in a healthy world: %v, %v", found, err)
	}

	w.claim(escalation.SMS, true)
	exec := func(sql string, args ...any) {
		t.Helper()
		_, err := w.db.Pool.Exec(w.context(), sql, args...)
		w.must(err)
	}
	// Everybody else's pages are done with; one is held, one waits.
	exec(`UPDATE pages SET state = 'sent', next_attempt_at = NULL, claimed_by = NULL, claim = NULL WHERE incident_id <> $1 AND incident_id <> $2 OR channel <> 'sms'`, id["held"], id["waiting"])
	exec(`UPDATE pages SET state = 'queued', claimed_by = NULL, claim = NULL, next_attempt_at = tocsin_now() WHERE incident_id = $1 AND channel = 'sms'`, id["waiting"])
	exec(`UPDATE incidents SET next_at = NULL WHERE id = $1`, id["unowed"])
	exec(`UPDATE incidents SET next_at = tocsin_now() WHERE id = $1`, id["overdue"])
	w.pass(61 * time.Second)
	found, err := w.Findings(w.context())
	w.must(err)
	for kind, service := range map[escalation.Finding]string{escalation.Unowed: "unowed", escalation.Overdue: "overdue", escalation.Held: "held", escalation.Waiting: "waiting"} {
		if !slices.Equal(found[kind], []int64{id[service]}) {
			t.Errorf("%s: found %v, want #%d", kind, found[kind], id[service])
		}
	}
}

func TestTheAuditorFindsAnUnresolvedP0ThatReachedNobodyOfARole(t *testing.T) {
	w := newWorld(t)
	const nobody = `UPDATE incidents SET plan = jsonb_set(plan, '{steps,0,nobody}', 'true') WHERE labels->>'service' = $1`
	for _, service := range []string{"unroutable", "resolved", "reached", "tocsin", "less"} {
		e := policytest.Event(monday, "alertname", "SystemDown", "service", service)
		if service == "less" {
			e.Labels["alertname"], e.Labels["severity"] = "BackendSlow", "critical"
		}
		w.receive(e)
	}
	w.exec(nobody, "unroutable")
	if found, err := w.Findings(w.context()); err != nil || len(found[escalation.Unroutable]) != 0 {
		t.Errorf("before the step fired: %v, %v", found, err)
	}
	w.advance()
	for _, service := range []string{"unroutable", "resolved", "tocsin", "less"} {
		w.exec(nobody, service)
	}
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	var want int64
	for _, c := range cases {
		switch c.Incident.Labels["service"] {
		case "unroutable":
			want = c.Incident.ID
		case "resolved":
			w.answer(c.Incident.ID, escalation.Resolve, "ada")
		}
	}
	if found, err := w.Findings(w.context()); err != nil || !slices.Equal(found[escalation.Unroutable], []int64{want}) {
		t.Errorf("found %v, %v, want #%d", found[escalation.Unroutable], err, want)
	}
}
