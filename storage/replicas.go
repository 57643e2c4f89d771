package storage

import (
	"context"
	"time"

	"tocsin/escalation"
	"tocsin/notifiers"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Heartbeat implements notifiers.Replicas. Replicas that were silent for a day are forgotten.
func (s *Store) Heartbeat(ctx context.Context, config string) error {
	b := &pgx.Batch{}
	b.Queue(`
		INSERT INTO replicas (id, started_at, heartbeat_at, config, version, process, places, signs) VALUES ($1, tocsin_now(), tocsin_now(), $2, $4, $3, $5, true)
		ON CONFLICT (id) DO UPDATE SET heartbeat_at = tocsin_now(), config = excluded.config, places = excluded.places, signs = true`,
		s.replica, config, s.options.Process, s.options.Version, s.namedPlaces())
	b.Queue(`DELETE FROM replicas WHERE heartbeat_at < tocsin_now() - interval '1 day'`)
	var others int
	b.Queue(`SELECT count(*) FROM replicas WHERE id <> $1 AND heartbeat_at > tocsin_now() - interval '10 seconds'`, s.replica).
		QueryRow(func(row pgx.Row) error { return row.Scan(&others) })
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	s.alone.Store(others == 0)
	return nil
}

// Replica is a process that shares the database and is alive.
type Replica struct {
	ID      string
	Started time.Time
	Config  string // hash of the configuration that it runs
	Version string
}

// Replicas are those whose heartbeat is fresh, this one among them, the oldest first.
func (s *Store) Replicas(ctx context.Context) ([]Replica, error) {
	rows, err := s.pool.Query(ctx, `SELECT id::text, started_at, config, version FROM replicas
		WHERE heartbeat_at > tocsin_now() - interval '2 seconds' ORDER BY started_at, id`)
	if err != nil {
		return nil, classify(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Replica])
	return out, classify(err)
}

// Reclaim implements notifiers.Replicas. Call it after a heartbeat.
func (s *Store) Reclaim(ctx context.Context) (int, error) {
	if err := s.buryDead(ctx); err != nil {
		return 0, err
	}
	orphans, err := s.orphans(ctx)
	if err != nil {
		return 0, err
	}
	var lanes []notifiers.Lane
	freed := 0
	b := &pgx.Batch{}
	b.Queue(`SELECT FROM pages WHERE `+lost+` FOR NO KEY UPDATE SKIP LOCKED`, s.replica, orphans)
	queueReclaim(b, s.replica, orphans, &lanes)
	b.Queue(`UPDATE announcements SET claimed_by = NULL, claim = NULL, next_attempt_at = coalesce(next_attempt_at, tocsin_now())
		WHERE `+lost, s.replica, orphans).Exec(func(tag pgconn.CommandTag) error { freed = int(tag.RowsAffected()); return nil })
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return 0, err
	}
	if len(lanes)+freed > 0 {
		s.committed(Commit{Pages: lanes, Announcements: freed > 0, Failover: len(lanes) > 0})
	}
	return len(lanes) + freed, nil
}

// buryDead ends the heartbeats of replicas whose process is known to be gone.
func (s *Store) buryDead(ctx context.Context) error {
	if s.options.Dead == nil {
		return nil
	}
	rows, err := s.pool.Query(ctx, `SELECT id::text, process FROM replicas
		WHERE id <> $1 AND process <> '' AND heartbeat_at > tocsin_now() - interval '2 seconds'`, s.replica)
	if err != nil {
		return classify(err)
	}
	var id, process string
	var dead []string
	if _, err := pgx.ForEachRow(rows, []any{&id, &process}, func() error {
		if s.options.Dead(process) {
			dead = append(dead, id)
		}
		return nil
	}); err != nil || len(dead) == 0 {
		return classify(err)
	}
	_, err = s.pool.Exec(ctx, `UPDATE replicas SET heartbeat_at = '-infinity' WHERE id = ANY ($1::uuid[])`, dead)
	return classify(err)
}

// orphans are the claims that the database holds for this replica and that it knows nothing of.
func (s *Store) orphans(ctx context.Context) ([]string, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT claim::text FROM pages WHERE claimed_by = $1
		UNION ALL SELECT claim::text FROM announcements WHERE claimed_by = $1`, s.replica)
	if err != nil {
		return nil, classify(err)
	}
	held, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return s.claims.orphans(held), classify(err)
}

// lost is the condition of a claim on which nobody works any more: of a replica ($1 is ours) that is
// silent, or one of ours among the orphans ($2).
const lost = `claimed_by IS NOT NULL AND (claim = ANY ($2::text[]::uuid[]) OR claimed_by <> $1
	AND NOT EXISTS (SELECT FROM replicas r WHERE r.id = claimed_by AND r.heartbeat_at > tocsin_now() - interval '2 seconds'))`

// queueReclaim settles pages whose claim is lost: by a receipt, if one has come; else their fate is unknown.
func queueReclaim(b *pgx.Batch, replica uuid.UUID, orphans []string, lanes *[]notifiers.Lane) {
	queueWriter(b, bySender)
	b.Queue(`
		WITH lost AS (
			SELECT p.id, p.claim, CASE
				WHEN EXISTS (SELECT FROM attempts t WHERE t.page_id = p.id AND t.outcome = 'delivered') THEN 'delivered'
				WHEN EXISTS (SELECT FROM attempts t WHERE t.page_id = p.id AND t.outcome = 'sent') THEN 'sent'
				WHEN EXISTS (SELECT FROM attempts t WHERE t.id = p.claim AND t.outcome = 'failed') THEN 'failed'
				ELSE 'unknown' END AS state,
				min(p.severity) OVER (PARTITION BY coalesce(p.bundle, p.id)) AS worst -- of one message: it is sent again as one
			FROM pages p WHERE `+lost+`
		), attempt AS (
			UPDATE attempts t SET finished_at = tocsin_now(), outcome = CASE t.outcome WHEN 'sending' THEN 'unknown' ELSE t.outcome END,
				error = CASE t.outcome WHEN 'sending' THEN 'the replica that sent it was gone before it could say what came of it' ELSE t.error END
			FROM lost WHERE t.id = lost.claim AND t.finished_at IS NULL
		), page AS (
			UPDATE pages p SET state = lost.state, claimed_by = NULL, claim = NULL, next_attempt_at = CASE WHEN lost.state = 'unknown'
				THEN tocsin_now() + CASE WHEN lost.worst <= 1 THEN interval '0' ELSE make_interval(secs => $3) END END
			FROM lost WHERE p.id = lost.id AND p.claim = lost.claim
			RETURNING p.incident_id, p.person, p.channel, p.severity, p.state
		), told AS (
			INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
			SELECT incident_id, tocsin_now(), 'page_unknown', 'tocsin', 'dispatcher',
				format('Page to %s over %s: the replica that sent it is gone, so it may or may not have arrived; it is sent again', person, channel),
				jsonb_build_object('text', 'nobody works on it any more')
			FROM page WHERE state = 'unknown' AND incident_id <> 0
		)
		SELECT channel, severity = 0 FROM page`, replica, orphans, lostPause.Seconds()).Query(func(rows pgx.Rows) error {
		var l notifiers.Lane
		_, err := pgx.ForEachRow(rows, []any{&l.Channel, &l.Urgent}, func() error { *lanes = append(*lanes, l); return nil })
		return err
	})
}

// lostPause is how long a P2 or P3 page waits after its replica died: one step of its retry schedule.
const lostPause = 10 * time.Second

var _ escalation.DueStore = (*Store)(nil)
