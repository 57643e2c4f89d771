package storage_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/storage"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestTwoReplicasFireEachStepOnce(t *testing.T) {
	w := newWorld(t)
	const incidents = 60
	for i := range incidents {
		w.receive(policytest.Event(monday, "alertname", "SystemDown", "service", fmt.Sprint(i)))
	}
	var wg sync.WaitGroup
	for _, s := range []*storage.Store{w.Store, w.another(), w.Store, w.Store} {
		wg.Go(func() {
			for n := 1; n > 0; {
				var err error
				if n, err = s.AdvanceDue(w.context(), 7, w.policy.Next); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	cases, _, err := w.Incidents(w.context(), alerting.Query{Limit: 500})
	w.must(err)
	for _, c := range cases {
		pages, err := w.Pages(w.context(), c.Incident.ID)
		w.must(err)
		if n := w.kinds(c.Incident.ID)[alerting.KindStepFired]; n != 1 || len(pages) != 3 || c.Plan.Steps[0].State != escalation.StepFired {
			t.Errorf("incident %d: fired %d times, %d pages", c.Incident.ID, n, len(pages))
		}
	}
	if len(cases) != incidents {
		t.Errorf("%d incidents", len(cases))
	}
}

func TestAnIncidentThatSomebodyChangesHoldsUpNoOther(t *testing.T) {
	w := newWorld(t)
	w.receive(policytest.Event(monday, "alertname", "SystemDown", "service", "a"))
	held := w.only().Incident.ID
	w.receive(policytest.Event(monday, "alertname", "SystemDown", "service", "b"))
	_, err := w.Change(w.context(), held, func(c escalation.Case, _ time.Time) (escalation.Decision, error) {
		if n := w.advance(); n != 1 {
			t.Errorf("%d advanced, want the other one", n)
		}
		return escalation.Decision{Case: c}, nil
	})
	w.must(err)
	if n := w.advance(); n != 1 {
		t.Errorf("%d advanced when it was free", n)
	}
}

func TestStepsAreDueByTheDatabasesClockWorstFirst(t *testing.T) {
	w := newWorld(t)
	w.down()
	if n := w.advance(); n != 0 {
		t.Errorf("%d advanced too early", n)
	}
	if wait, ok, err := w.NextDue(w.context()); err != nil || !ok || wait != 5*time.Minute {
		t.Errorf("next in %v, %v, %v", wait, ok, err)
	}
	w.pass(5 * time.Minute)
	w.receive(policytest.Event(w.now, "alertname", "HighErrorRate"))
	var order []alerting.Severity
	_, err := w.AdvanceDue(w.context(), 10, func(c escalation.Case, now time.Time) escalation.Decision {
		order = append(order, c.Incident.Severity)
		return w.policy.Next(c, now)
	})
	if err != nil || len(order) != 2 || order[0] != alerting.P0 {
		t.Errorf("%v, %v", order, err)
	}
}

// cutOff ends the connection of the transaction under way.
func (w *world) cutOff() {
	w.t.Helper()
	var n int
	w.must(w.db.Pool.QueryRow(w.context(), `
		SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'tocsin' AND state = 'idle in transaction'`).Scan(&n))
	if n != 1 {
		w.t.Errorf("%d transactions were under way", n)
	}
}

// contents counts and sums all that a transaction may have written.
func (w *world) contents() (s string) {
	w.t.Helper()
	w.must(w.db.Pool.QueryRow(w.context(), `
		SELECT concat_ws(' ', (SELECT md5(string_agg(i::text, ',' ORDER BY id)) FROM incidents i), (SELECT md5(string_agg(a::text, ',' ORDER BY id)) FROM alerts a),
			(SELECT count(*) FROM timeline), (SELECT count(*) FROM pages), (SELECT md5(string_agg(n::text, ',' ORDER BY id)) FROM announcements n))`).Scan(&s))
	return s
}

func TestAKillBetweenReadingAndWritingLeavesNothingAndIsToldAsUnavailable(t *testing.T) {
	ctx := context.Background()
	for name, try := range map[string]func(*world, int64) error{
		"a step": func(w *world, _ int64) error {
			_, err := w.AdvanceDue(ctx, 10, func(c escalation.Case, now time.Time) escalation.Decision {
				w.cutOff()
				return w.policy.Next(c, now)
			})
			return err
		},
		"an answer": func(w *world, id int64) error {
			_, err := w.Change(ctx, id, func(c escalation.Case, now time.Time) (escalation.Decision, error) {
				w.cutOff()
				return w.policy.Apply(c, escalation.Answer{Verb: escalation.Resolve}, now)
			})
			return err
		},
		"a delivery": func(w *world, _ int64) error {
			arrivals := []alerting.Arrival{policytest.Event(w.now, "alertname", "SystemDown", "service", "b").Arrive(&w.policy.Classifier, nil)}
			return w.Admit(ctx, arrivals, func(k escalation.Known, a []alerting.Arrival) escalation.Admission {
				w.cutOff()
				return w.policy.Admit(k, a)
			})
		},
		"a manual incident": func(w *world, _ int64) error {
			_, err := w.Open(ctx, func(id int64, now time.Time) escalation.Decision {
				w.cutOff()
				return w.policy.Open(escalation.Manual{Title: "x"}, id, "manual/1", now)
			})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			id := w.down()
			w.pass(5 * time.Minute)
			before := w.contents()
			if err := try(w, id); !errors.Is(err, alerting.ErrUnavailable) {
				t.Errorf("%v", err)
			}
			if after := w.contents(); after != before {
				t.Errorf("%s\n%s", before, after)
			}
			if n := w.advance(); n != 1 { // the store goes on, and so does the incident
				t.Errorf("%d advanced afterwards", n)
			}
		})
	}
}

func TestADecisionThatCannotBeStoredLeavesNothing(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	before := w.contents()
	_, err := w.Change(w.context(), id, func(c escalation.Case, now time.Time) (escalation.Decision, error) {
		d, err := w.policy.Apply(c, escalation.Answer{Verb: escalation.Resolve}, now)
		d.Case.Incident.State = "asleep"
		return d, err
	})
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "23514" || errors.Is(err, alerting.ErrUnavailable) {
		t.Errorf("%v", err)
	}
	if w.contents() != before {
		t.Error("part of it was stored")
	}
}

func TestTheSchemaHoldsTheStatesOfTheMachine(t *testing.T) {
	w := newWorld(t)
	w.down()
	w.one(escalation.SMS, true)
	for _, sql := range []string{
		`UPDATE incidents SET state = 'asleep'`,
		`UPDATE incidents SET state = 'resolved', next_at = NULL`,                       // without a time
		`UPDATE incidents SET resolved_at = now()`,                                      // open, and resolved
		`UPDATE incidents SET acknowledged_at = now()`,                                  // open, and acknowledged
		`UPDATE incidents SET state = 'acknowledged'`,                                   // without a time
		`UPDATE incidents SET state = 'resolved', resolved_at = now(), next_at = now()`, // still owed something
		`UPDATE incidents SET severity = 4`,                                             //
		`UPDATE incidents SET firing_count = alert_count + 1`,                           //
		`UPDATE incidents SET round = 0`,                                                //
		`UPDATE alerts SET status = 'resolved'`,                                         // without a time
		`UPDATE alerts SET resolved_at = now()`,                                         // firing, and ended
		`UPDATE alerts SET incident_id = NULL`,                                          // firing without an incident
		`UPDATE pages SET state = 'asleep'`,                                             //
		`UPDATE pages SET state = 'queued', claimed_by = NULL, claim = NULL`,            // waits, for nothing
		`UPDATE pages SET state = 'sent' WHERE state = 'sending'`,                       // sent, and held
		`UPDATE pages SET claimed_by = NULL WHERE state = 'sending'`,                    // sending, and held by nobody
		`UPDATE pages SET state = 'sent' WHERE state = 'queued'`,                        // sent, and waiting
		`UPDATE pages SET kind = 'message'`,                                             // with nothing to say
		`UPDATE pages SET incident_id = 0`,                                              // about none, and no message
		`UPDATE attempts SET outcome = 'untried'`,                                       //
		`UPDATE announcements SET claim = gen_random_uuid()`,                            // claimed by nobody
	} {
		_, err := w.db.Pool.Exec(w.context(), sql)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "23514" {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestAnAnswerToAnIncidentThatIsNotIsNotFound(t *testing.T) {
	w := newWorld(t)
	_, _, err := w.desk.Answer(w.context(), 412, escalation.Answer{Verb: escalation.Acknowledge})
	if !errors.Is(err, alerting.ErrNotFound) {
		t.Errorf("%v", err)
	}
	if _, err := w.Incident(w.context(), 412); !errors.Is(err, alerting.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestARefusedAnswerComesBackAsItIs(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.answer(id, escalation.Resolve, "system-admin")
	before := w.contents()
	_, _, err := w.desk.Answer(w.context(), id, escalation.Answer{Verb: escalation.Escalate})
	var refused *alerting.Refused
	if !errors.As(err, &refused) || w.contents() != before {
		t.Errorf("%v", err)
	}
	c, note, err := w.desk.Answer(w.context(), id, escalation.Answer{Verb: escalation.Resolve})
	if err != nil || note == "" || c.Incident.ID != id || w.contents() != before {
		t.Errorf("doing it twice: %q, %v", note, err)
	}
}

func TestAManualIncidentIsOpenedWithItsPlanAndShown(t *testing.T) {
	w := newWorld(t)
	c, err := w.desk.Open(w.context(), escalation.Manual{
		Title: "The office is on fire", Severity: alerting.P0, Description: "third floor",
		Labels: alerting.Labels{"site": "berlin"}, By: alerting.Actor{Name: "manager", Via: "api"},
	})
	w.must(err)
	stored := w.only()
	if stored.Incident.ID != c.Incident.ID || stored.Incident.Title != "The office is on fire" || len(stored.Plan.Steps) != 5 {
		t.Errorf("%+v", stored)
	}
	if w.advance() != 1 || len(w.claim(escalation.SMS, true)) != 1 {
		t.Error("nobody is told of it")
	}
	if a := w.announcement(w.Store); a.Brief.Incident.ID != c.Incident.ID {
		t.Errorf("%+v", a)
	}
}

func TestAPersonsResolveEndsItsAlerts(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	w.answer(id, escalation.Resolve, "system-admin")
	alerts, err := w.Alerts(w.context(), id)
	w.must(err)
	if c := w.only(); alerts[0].Status != alerting.Resolved || !alerts[0].ResolvedAt.Equal(w.now) || c.Incident.FiringCount != 0 {
		t.Errorf("%+v, %+v", alerts, c.Incident)
	}
	if _, ok, err := w.NextDue(w.context()); ok || err != nil {
		t.Errorf("something is owed to it: %v", err)
	}
}

// An alert that ended before it ever opened an incident fires again, at once in two groups.
func TestAnAlertThatFiresInTwoGroupsAtOnceBelongsToOneIncident(t *testing.T) {
	w := newWorld(t)
	e := policytest.Event(monday, "alertname", "SystemDown", "service", "backend")
	w.receive(policytest.Ended(e, monday))
	w.pass(2 * time.Minute)
	e.StartsAt = w.now
	in := func(group string) []alerting.Arrival {
		e := e
		e.Group = alerting.Labels{"group": group}
		return []alerting.Arrival{e.Arrive(&w.policy.Classifier, nil)}
	}
	second := make(chan error, 1)
	err := w.Admit(w.context(), in("a"), func(k escalation.Known, arrivals []alerting.Arrival) escalation.Admission {
		if len(second) == 0 && len(k.Cases) == 0 {
			go func() { second <- w.Admit(w.context(), in("b"), w.policy.Admit) }()
			w.untilBlockedOr(func() bool { return len(second) > 0 })
		}
		return w.policy.Admit(k, arrivals)
	})
	w.must(err)
	w.must(<-second)
	w.receive(policytest.Ended(e, w.now))
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	for _, c := range cases {
		if c.Incident.State != alerting.StateResolved {
			t.Errorf("of %d incidents, %d never ends: %+v", len(cases), c.Incident.ID, c.Incident)
		}
	}
}

// untilBlockedOr waits until a transaction waits for another's lock, or done.
func (w *world) untilBlockedOr(done func() bool) {
	w.t.Helper()
	for !done() {
		var waits bool
		w.must(w.db.Pool.QueryRow(w.context(), `SELECT EXISTS (SELECT FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'tocsin' AND wait_event_type = 'Lock')`).Scan(&waits))
		if waits {
			return
		}
	}
}

func TestOneIncidentThatCannotBeReadOrDecidedOnHoldsUpNoOther(t *testing.T) {
	w := newWorld(t)
	for _, service := range []string{"broken", "panics", "sound"} {
		w.receive(policytest.Event(monday, "alertname", "SystemDown", "service", service))
	}
	if _, err := w.db.Pool.Exec(w.context(), `UPDATE incidents SET plan = jsonb_set(plan, '{severity}', '"P9"') WHERE labels->>'service' = 'broken'`); err != nil {
		t.Fatal(err)
	}
	decide := func(c escalation.Case, now time.Time) escalation.Decision {
		if c.Incident.Labels["service"] == "panics" {
			panic("no")
		}
		return w.policy.Next(c, now)
	}
	if _, err := w.AdvanceDue(w.context(), 10, decide); err != nil {
		t.Fatal(err)
	}
	if claims := w.claim(escalation.SMS, true); len(claims) != 1 {
		t.Errorf("%d pages for the sound one, want 1", len(claims))
	}
	cases, _, err := w.Incidents(w.context(), alerting.Query{})
	w.must(err)
	if len(cases) != 3 {
		t.Errorf("%d incidents are listed, want 3", len(cases))
	}
	if wait, ok, err := w.NextDue(w.context()); err != nil || !ok || wait != time.Minute {
		t.Errorf("the two set aside are due in %v, %v, %v", wait, ok, err)
	}
}
