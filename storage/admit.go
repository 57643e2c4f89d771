package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// Admit implements escalation.ArrivalStore: two round trips, one transaction, whatever the number of
// arrivals; three where one of them is of an alert that never opened an incident.
func (s *Store) Admit(ctx context.Context, arrivals []alerting.Arrival, decide func(escalation.Known, []alerting.Arrival) escalation.Admission) error {
	return retry(ctx, func() error { return s.admit(ctx, arrivals, decide) })
}

func (s *Store) admit(ctx context.Context, arrivals []alerting.Arrival, decide func(escalation.Known, []alerting.Arrival) escalation.Admission) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.end()
	known, err := s.lockKnown(ctx, tx, arrivals)
	if err != nil {
		return err
	}
	if err := lockLoose(ctx, tx, known); err != nil {
		return err
	}
	a := decide(known, arrivals)
	if err := addClears(ctx, tx, a.Incidents); err != nil {
		return err
	}
	write := &pgx.Batch{}
	queueDecisions(write, a.Incidents, known.Now)
	queueAlerts(write, a.Alerts)
	queueArrivals(write, a, known.Now)
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	if len(a.Incidents) > 0 {
		s.committed(commitOf(a.Incidents, known.Now))
	}
	return nil
}

// lockKnown locks the incidents that the arrivals may touch, in the order of their numbers, and reads
// them and the alerts. A dedup key without an unresolved incident gets a number in case one opens.
func (s *Store) lockKnown(ctx context.Context, tx *transaction, arrivals []alerting.Arrival) (escalation.Known, error) {
	fingerprints, sources, keys, opening := identities(arrivals)
	k := escalation.Known{
		Alerts: map[escalation.AlertKey]alerting.Alert{}, Cases: map[int64]escalation.Case{},
		Latest: map[string]int64{}, Reserved: map[string]int64{},
	}
	b := &pgx.Batch{}
	queueCases(b, func(c escalation.Case) { k.Cases[c.Incident.ID] = c }, `
		WITH RECURSIVE found(id, depth) AS (
			SELECT id, 0 FROM (
				SELECT id FROM incidents WHERE latest AND dedup_key = ANY ($1)
				UNION
				SELECT a.incident_id FROM `+knownAlerts("$2", "$3")+` WHERE a.incident_id IS NOT NULL) AS named(id)
			UNION
			SELECT m.merged_into, found.depth + 1 FROM found
			CROSS JOIN LATERAL (SELECT merged_into FROM incidents WHERE id = found.id AND merged_into IS NOT NULL LIMIT 1) AS m
			WHERE found.depth < $4)
		SELECT `+caseColumns+` FROM (SELECT DISTINCT id FROM found ORDER BY id) AS touched
		CROSS JOIN LATERAL (SELECT * FROM incidents WHERE id = touched.id LIMIT 1 FOR NO KEY UPDATE) AS i`, keys, fingerprints, sources, mergeDepth)
	b.Queue(`SELECT id, dedup_key FROM incidents WHERE latest AND dedup_key = ANY ($1)`, keys).Query(func(rows pgx.Rows) error {
		var id int64
		var key string
		_, err := pgx.ForEachRow(rows, []any{&id, &key}, func() error { k.Latest[key] = id; return nil })
		return err
	})
	b.Queue(`SELECT `+alertColumns+` FROM `+knownAlerts("$1", "$2"), fingerprints, sources).Query(func(rows pgx.Rows) error {
		alerts, err := pgx.CollectRows(rows, scanAlert)
		for _, a := range alerts {
			k.Alerts[escalation.AlertKey{Source: a.Source, Fingerprint: a.Fingerprint}] = a
		}
		return err
	})
	b.Queue(`SELECT key, nextval('incident_numbers') FROM unnest($1::text[]) AS key
		WHERE (SELECT i.id FROM incidents i WHERE i.latest AND i.dedup_key = key AND (i.state <> 'resolved'
			OR (SELECT m.state FROM incidents m WHERE m.id = i.merged_into) <> 'resolved')) IS NULL`, opening).Query(func(rows pgx.Rows) error {
		var id int64
		var key string
		_, err := pgx.ForEachRow(rows, []any{&key, &id}, func() error { k.Reserved[key] = id; return nil })
		return err
	})
	queueNow(b, &k.Now)
	if err := tx.run(ctx, b); err != nil {
		return k, err
	}
	return k, consistent(k, opening)
}

// knownAlerts is a FROM clause: a, the newest episode of each of the fingerprints and sources in two
// parameters. Each is looked up by itself. As a plain join, planned while the tables are small, it would
// read all of the alerts for ever after; so would an anti-join, or an update joined to nothing but its rows.
func knownAlerts(fingerprints, sources string) string {
	return `unnest(` + fingerprints + `::text[], ` + sources + `::text[]) AS k(fingerprint, source)
		CROSS JOIN LATERAL (SELECT * FROM alerts WHERE latest AND fingerprint = k.fingerprint AND source = k.source LIMIT 1) AS a`
}

// consistent checks that every incident referred to is among those that were locked, and that each key
// has one or a number to open one with: somebody else may have committed between the locking and the
// reading, or between two readings.
func consistent(k escalation.Known, opening []string) error {
	for _, key := range opening {
		if k.Latest[key] == 0 && k.Reserved[key] == 0 {
			return errMoved
		}
	}
	for _, a := range k.Alerts {
		if a.IncidentID != 0 && !locked(k, a.IncidentID) {
			return errMoved
		}
	}
	for _, id := range k.Latest {
		if !locked(k, id) {
			return errMoved
		}
	}
	return nil
}

// locked reports whether an incident is among those that were locked, and what it was merged into too.
func locked(k escalation.Known, id int64) bool {
	for range mergeDepth + 1 {
		c, ok := k.Cases[id]
		if !ok {
			return false
		}
		if id = c.Incident.MergedInto; id == 0 {
			break
		}
	}
	return true
}

// identities lists each fingerprint with its source once, each dedup key once, and of the keys those that
// may open an incident: an end opens none.
func identities(arrivals []alerting.Arrival) (fingerprints, sources, keys, opening []string) {
	alerts := make(map[escalation.AlertKey]bool, len(arrivals))
	seen := make(map[string]bool, len(arrivals))
	for _, a := range arrivals {
		if k := (escalation.AlertKey{Source: a.Source, Fingerprint: a.Fingerprint}); !alerts[k] {
			alerts[k] = true
			fingerprints, sources = append(fingerprints, a.Fingerprint), append(sources, a.Source)
		}
		opens, known := seen[a.Key]
		if !known {
			keys = append(keys, a.Key)
		}
		if a.Status == alerting.Firing && !opens {
			opening = append(opening, a.Key)
		}
		seen[a.Key] = opens || a.Status == alerting.Firing
	}
	return fingerprints, sources, keys, opening
}

const alertColumns = `a.id, a.source, a.fingerprint, coalesce(a.incident_id, 0), a.status, a.severity, a.labels, a.annotations,
	a.starts_at, a.ends_at, a.first_seen, a.last_seen, a.resolved_at, a.count, a.generator_url, a.reason`

func scanAlert(row pgx.CollectableRow) (alerting.Alert, error) {
	var a alerting.Alert
	var starts, ends, resolved *time.Time
	err := row.Scan(&a.ID, &a.Source, &a.Fingerprint, &a.IncidentID, &a.Status, &a.Severity, &a.Labels, &a.Annotations,
		&starts, &ends, &a.FirstSeen, &a.LastSeen, &resolved, &a.Count, &a.GeneratorURL, &a.Reason)
	a.StartsAt, a.EndsAt, a.ResolvedAt = fromNull(starts), fromNull(ends), fromNull(resolved)
	a.FirstSeen, a.LastSeen = a.FirstSeen.UTC(), a.LastSeen.UTC()
	return a, err
}

// queueAlerts stores alerts: bumps touch no index, so that PostgreSQL can update in place (HOT).
func queueAlerts(b *pgx.Batch, changes []escalation.AlertChange) {
	var superseded []int64
	var added, updated alertRows
	var bumped alertRows
	for _, c := range changes {
		if c.Supersedes != 0 {
			superseded = append(superseded, c.Supersedes)
		}
		switch {
		case c.Alert.ID == 0:
			added.add(c.Alert)
		case c.Bump:
			bumped.add(c.Alert)
		default:
			updated.add(c.Alert)
		}
	}
	if len(superseded) > 0 {
		b.Queue(`UPDATE alerts SET latest = false WHERE id = ANY ($1)`, superseded)
	}
	if len(added.id) > 0 {
		b.Queue(`
			INSERT INTO alerts (source, fingerprint, incident_id, status, severity, labels, annotations, starts_at, ends_at,
				first_seen, last_seen, resolved_at, count, generator_url, reason)
			SELECT source, fingerprint, nullif(incident_id, 0), status, severity, labels::jsonb, annotations::jsonb, starts_at, ends_at,
				first_seen, last_seen, resolved_at, count, generator_url, reason::jsonb
			FROM `+alertUnnest, added.args()...)
	}
	if len(updated.id) > 0 {
		b.Queue(`
			UPDATE alerts a SET incident_id = nullif(r.incident_id, 0), status = r.status, severity = r.severity, labels = r.labels::jsonb,
				annotations = r.annotations::jsonb, starts_at = r.starts_at, ends_at = r.ends_at, first_seen = r.first_seen,
				last_seen = r.last_seen, resolved_at = r.resolved_at, count = r.count, generator_url = r.generator_url, reason = r.reason::jsonb
			FROM `+alertUnnest+` WHERE a.id = r.id AND a.id = ANY ($1)`, updated.args()...)
	}
	if len(bumped.id) > 0 {
		b.Queue(`UPDATE alerts a SET last_seen = r.last_seen, count = r.count
			FROM unnest($1::bigint[], $2::timestamptz[], $3::bigint[]) AS r(id, last_seen, count) WHERE a.id = r.id AND a.id = ANY ($1)`,
			bumped.id, bumped.last, bumped.count)
	}
}

// alertRows are alerts as columns, for unnest.
type alertRows struct {
	id, incident                []int64
	source, fingerprint, status []string
	severity                    []int16
	labels, annotations         []string
	starts, ends, resolved      []*time.Time
	first, last                 []time.Time
	count                       []int64
	url, reason                 []string
}

func (r *alertRows) add(a alerting.Alert) {
	r.id, r.incident = append(r.id, a.ID), append(r.incident, a.IncidentID)
	r.source, r.fingerprint = append(r.source, a.Source), append(r.fingerprint, a.Fingerprint)
	r.status, r.severity = append(r.status, string(a.Status)), append(r.severity, int16(a.Severity))
	r.labels, r.annotations = append(r.labels, jsonText(a.Labels)), append(r.annotations, jsonText(a.Annotations))
	r.starts, r.ends = append(r.starts, nullTime(a.StartsAt)), append(r.ends, nullTime(a.EndsAt))
	r.resolved = append(r.resolved, nullTime(a.ResolvedAt))
	r.first, r.last = append(r.first, a.FirstSeen), append(r.last, a.LastSeen)
	r.count, r.url, r.reason = append(r.count, a.Count), append(r.url, a.GeneratorURL), append(r.reason, jsonText(a.Reason))
}

func (r *alertRows) args() []any {
	return []any{
		r.id, r.source, r.fingerprint, r.incident, r.status, r.severity, r.labels, r.annotations, r.starts, r.ends,
		r.first, r.last, r.resolved, r.count, r.url, r.reason,
	}
}

const alertUnnest = `unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::smallint[], $7::text[], $8::text[],
	$9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::bigint[], $15::text[], $16::text[])
	AS r(id, source, fingerprint, incident_id, status, severity, labels, annotations, starts_at, ends_at,
	first_seen, last_seen, resolved_at, count, generator_url, reason)`
