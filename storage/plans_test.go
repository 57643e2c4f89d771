package storage_test

import (
	"fmt"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/notifiers"
	"tocsin/notifiers/twilio"
)

// grow fills every table with 50,000 rows that nothing is owed to for the time being.
func (w *world) grow() {
	w.t.Helper()
	const rows = `generate_series(100001, 150000) AS n`
	for _, sql := range []string{
		`INSERT INTO incidents (id, dedup_key, title, severity, state, labels, alert_count, firing_count, round, opened_at, resolved_at, reason, plan, next_at)
			SELECT n, 'grown/' || n, 't', n % 4, CASE n % 2 WHEN 0 THEN 'open' ELSE 'resolved' END, '{}', 1, 0, 1, tocsin_now(),
				CASE n % 2 WHEN 1 THEN tocsin_now() END, '{}', '{"steps": []}', CASE n % 2 WHEN 0 THEN tocsin_now() + interval '1 day' END FROM ` + rows,
		`INSERT INTO alerts (source, fingerprint, incident_id, status, severity, labels, annotations, first_seen, last_seen, reason)
			SELECT 'prometheus', 'grown' || n, n, 'firing', n % 4, '{}', '{}', tocsin_now(), tocsin_now(), '{}' FROM ` + rows,
		`INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, state, until, reason, created_at, accept_by, next_attempt_at)
			SELECT n, 1, 0, 'page', 'r', 'system-admin', 'sms', n % 4, CASE n % 10 WHEN 0 THEN 'queued' ELSE 'sent' END, 'acknowledged', '{}', tocsin_now(), tocsin_now() + interval '1 hour',
				CASE n % 10 WHEN 0 THEN tocsin_now() + interval '1 day' END FROM ` + rows,
		`INSERT INTO attempts (id, page_id, at, outcome, channel, bundle)
			SELECT gen_random_uuid(), n, tocsin_now() - interval '2 days', 'sent', 'sms', gen_random_uuid() FROM ` + rows,
		`INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason) SELECT n, tocsin_now(), 'opened', 'a', 'v', 't', '{}' FROM ` + rows,
		`INSERT INTO opt_outs (phone, at, out) SELECT '+1500' || n, tocsin_now(), true FROM ` + rows,
		`INSERT INTO announcements (incident_id, channel, ref, wanted_rev, next_attempt_at)
			SELECT n, 'slack', jsonb_build_object('channel', 'C0', 'ts', n::text), 1, CASE n % 10 WHEN 0 THEN tocsin_now() + interval '1 day' END FROM ` + rows,
	} {
		w.exec(sql)
	}
}

// tuples counts, for each table, the rows and index entries that were read so far.
func (w *world) tuples() map[string]int64 {
	w.t.Helper()
	for _, pool := range append(w.Pools(), w.db.Pool) {
		for _, c := range pool.AcquireAllIdle(w.context()) {
			for range 2 { // the counters of a connection are published at the end of the statement after
				_, err := c.Exec(w.context(), `SELECT pg_stat_force_next_flush()`)
				w.must(err)
			}
			c.Release()
		}
	}
	rows, err := w.db.Pool.Query(w.context(), `
		SELECT t.relname, coalesce(t.seq_tup_read, 0) + coalesce(t.idx_tup_fetch, 0)
			+ coalesce((SELECT sum(i.idx_tup_read) FROM pg_stat_user_indexes i WHERE i.relid = t.relid), 0)
		FROM pg_stat_user_tables t`)
	w.must(err)
	out := map[string]int64{}
	for rows.Next() {
		var name string
		var n int64
		w.must(rows.Scan(&name, &n))
		out[name] = n
	}
	w.must(rows.Err())
	return out
}

// The statements are prepared while the tables are empty, as in a new installation.
func TestNoHotStatementReadsATableAsAWholeWhenItHasGrown(t *testing.T) {
	w := newWorld(t)
	w.way(0) // prepares every statement
	for i, change := range []func(){func() {}, w.grow, func() { w.exec(`ANALYZE`) }} {
		change()
		before := w.tuples()
		w.way(i + 1)
		for table, n := range w.tuples() {
			if read := n - before[table]; read > 1000 {
				t.Errorf("round %d: %d rows of %s were read for one alert's way through", i, read, table)
			}
		}
	}
	for _, index := range []string{"incidents_due", "incidents_latest", "alerts_latest", "alerts_incident", "pages_due", "pages_claimed", "pages_waiting", "pages_unaccepted", "attempts_bundle", "announcements_due", "attempts_page", "attempts_channel", "announcements_thread", "timeline_incident"} {
		var scans int64
		w.must(w.db.Pool.QueryRow(w.context(), `SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = $1`, index).Scan(&scans))
		if scans == 0 {
			t.Errorf("%s serves no statement", index)
		}
	}
}

// way is one alert's way through, and all that is looked at meanwhile.
func (w *world) way(n int) {
	w.t.Helper()
	w.pass(10 * time.Second) // so that a P0 need not wait for others
	e := policytest.Event(w.now, "alertname", "SystemDown", "service", fmt.Sprint(n))
	w.receive(e)
	w.receive(e)
	w.advance()
	_, _, err := w.NextDue(w.context())
	w.must(err)
	for _, channel := range []escalation.Channel{escalation.SMS, escalation.Email, escalation.Slack} {
		claims, err := w.ClaimPages(w.context(), notifiers.Lane{Channel: channel, Urgent: true}, notifiers.Slots{Messages: 32}, notifiers.Rate{N: 6, Per: time.Minute})
		w.must(err)
		if len(claims) != 1 {
			w.t.Fatalf("%d messages leave over %s, want one", len(claims), channel)
		}
		c := claims[0]
		_, _, err = w.Recheck(w.context(), c)
		w.must(err)
		_, _, err = w.Gathered(w.context(), c)
		w.must(err)
		f := finished(c, notifiers.Unknown, notifiers.OutcomeUnknown, time.Hour)
		if channel == escalation.Slack {
			f = finished(c, notifiers.Sent, notifiers.OutcomeSent, 0)
			f.Ref = []byte(`{}`)
		} else if channel == escalation.Email {
			f = finished(c, notifiers.Failed, notifiers.OutcomeFailed, 0)
		}
		w.must(w.FinishPage(w.context(), f))
		if channel != escalation.Email {
			w.receipt(c.AttemptID, notifiers.OutcomeDelivered)
		}
		w.note(c.AttemptID, twilio.CallPlaced)
		_, _, err = w.NextPage(w.context(), notifiers.Lane{Channel: channel, Urgent: true}, nil)
		w.must(err)
	}
	as, err := w.ClaimAnnouncements(w.context(), board(), 10)
	w.must(err)
	for _, a := range as {
		w.shown(a)
	}
	_, _, err = w.NextAnnouncement(w.context(), board())
	w.must(err)
	_, err = w.Spent(w.context(), escalation.SMS, w.now.Add(-24*time.Hour))
	w.must(err)
	_, _, err = w.IncidentOfThread(w.context(), "C0", "100042")
	w.must(err)
	_, _, err = w.OptOut(w.context(), phone)
	w.must(err)
	w.exec(`UPDATE pages SET accept_by = tocsin_now() WHERE state = 'failed' AND incident_id = (SELECT max(id) FROM incidents WHERE id <= 100000)`)
	_, err = w.ApplyFailover(w.context(), w.policy.Failover)
	w.must(err)
	_, _, err = w.NextFailover(w.context())
	w.must(err)
	_, err = w.Reclaim(w.context())
	w.must(err)
	cases, _, err := w.Incidents(w.context(), alerting.Query{Limit: 1})
	w.must(err)
	w.answer(cases[0].Incident.ID, escalation.Acknowledge, "system-admin")
	w.receive(policytest.Ended(e, w.now))
	for _, read := range []func(id int64) error{
		func(id int64) error { _, err := w.Pages(w.context(), id); return err },
		func(id int64) error { _, err := w.Alerts(w.context(), id); return err },
		func(id int64) error { _, err := w.Timeline(w.context(), id); return err },
	} {
		w.must(read(cases[0].Incident.ID))
	}
}
