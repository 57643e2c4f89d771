package storage

import (
	"context"
	"encoding/json"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// ClaimAnnouncements implements notifiers.Announcements. A replica that has not said yet that it lives
// claims nothing.
func (s *Store) ClaimAnnouncements(ctx context.Context, l notifiers.Lane, limit int) ([]notifiers.Announcement, error) {
	tokens := s.claims.draw(limit)
	claimed, err := s.claimAnnouncements(ctx, l, tokens)
	if err == nil && len(claimed) > 0 {
		err = s.brief(ctx, claimed)
	}
	if err != nil {
		claimed = nil
	}
	used := make(map[string]bool, len(claimed))
	for _, a := range claimed {
		used[a.Claim] = true
	}
	s.claims.drop(without(tokens, used)...)
	return claimed, err
}

func (s *Store) claimAnnouncements(ctx context.Context, l notifiers.Lane, tokens []string) ([]notifiers.Announcement, error) {
	rows, err := s.pool.Query(ctx, `
		WITH free AS (
			SELECT a.id, a.tried_at FROM unnest($5::smallint[]) AS worst(severity)
			CROSS JOIN LATERAL (
				SELECT id, tried_at FROM announcements
				WHERE channel = $1 AND severity = worst.severity AND next_attempt_at IS NOT NULL AND next_attempt_at <= tocsin_now() AND claimed_by IS NULL
				ORDER BY next_attempt_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED
			) AS a
			WHERE EXISTS (SELECT FROM replicas WHERE id = $3)
			LIMIT $2
		), due AS (
			SELECT id, tried_at, row_number() OVER () AS n FROM free
		)
		UPDATE announcements a SET claimed_by = $3, claim = ($4::text[])[due.n]::uuid, tried_at = coalesce(a.tried_at, tocsin_now())
		FROM due WHERE a.id = due.id AND a.id = ANY (ARRAY(SELECT id FROM due))
		RETURNING a.id, a.incident_id, a.page_id, a.claim::text, a.ref, a.sent_rev, a.threaded, a.tries, a.tried_at, due.tried_at IS NOT NULL`, l.Channel, len(tokens), s.replica, tokens, severityNumbers(l.Severities()))
	if err != nil {
		return nil, classify(err)
	}
	claimed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (notifiers.Announcement, error) {
		var a notifiers.Announcement
		var ref []byte
		err := row.Scan(&a.ID, &a.Brief.Incident.ID, &a.PageID, &a.Claim, &ref, &a.SentRev, &a.Threaded, &a.Tries, &a.Tried, &a.Doubt)
		a.Ref = json.RawMessage(ref)
		return a, err
	})
	return claimed, classify(err)
}

// brief reads what there is to say of each announcement's incident, after the claim: a change that comes
// later than this makes it due again.
func (s *Store) brief(ctx context.Context, claimed []notifiers.Announcement) error {
	b := &pgx.Batch{}
	for i := range claimed {
		a := &claimed[i]
		queueBrief(b, &a.Brief, a.Brief.Incident.ID)
		if a.PageID == 0 {
			queueThread(b, &a.Entries, a.Brief.Incident.ID, a.Threaded)
		}
	}
	return classify(s.pool.SendBatch(ctx, b).Close())
}

// FinishAnnouncement implements notifiers.Announcements.
func (s *Store) FinishAnnouncement(ctx context.Context, a notifiers.Announced) error {
	_, err := s.pool.Exec(ctx, `
		UPDATE announcements SET ref = $3, sent_rev = $4, threaded = $5, error = $6,
			tries = CASE WHEN $7 THEN tries WHEN $6 <> '' THEN tries + 1 WHEN $8::float8 > 0 THEN tries ELSE 0 END,
			tried_at = CASE WHEN $7 OR $10 THEN tried_at END,
			claimed_by = CASE WHEN $7 THEN claimed_by END, claim = CASE WHEN $7 THEN claim END,
			next_attempt_at = CASE
				WHEN $7 THEN next_attempt_at
				WHEN ended THEN NULL
				WHEN $8::float8 > 0 THEN tocsin_now() + make_interval(secs => $8)
				WHEN wanted_rev > $9 THEN tocsin_now() + interval '1 second'
			END
		WHERE id = $1 AND claim = $2`,
		a.ID, a.Claim, []byte(a.Ref), a.SentRev, a.Threaded, a.Error, a.Keep, a.Retry.Seconds(), a.Brief.Incident.Rev, a.Doubt)
	if err == nil && !a.Keep {
		s.claims.drop(a.Claim)
	}
	return classify(err)
}

// NextAnnouncement implements notifiers.Announcements.
func (s *Store) NextAnnouncement(ctx context.Context, l notifiers.Lane) (time.Duration, bool, error) {
	return s.untilDue(ctx, `
		SELECT tocsin_now(), min(next_attempt_at) FROM unnest($2::smallint[]) AS worst(severity)
		CROSS JOIN LATERAL (
			SELECT next_attempt_at FROM announcements
			WHERE channel = $1 AND severity = worst.severity AND next_attempt_at IS NOT NULL AND claimed_by IS NULL
			ORDER BY next_attempt_at LIMIT 1
		) AS earliest`, l.Channel, severityNumbers(l.Severities()))
}

// queueThread reads what is to be written below an incident's message: its timeline after the entry
// numbered after, without the pages. Those entries are written under the incident's lock, so that their
// numbers are in the order of their commits and none can slip in below after.
func queueThread(b *pgx.Batch, into *[]alerting.Entry, incident, after int64) {
	queueEntriesInto(b, into, `AND id > $2 AND kind NOT LIKE 'page\_%'`, incident, after)
}

// queueTimeline reads all entries of an incident, oldest first.
func queueTimeline(b *pgx.Batch, into *[]alerting.Entry, incident int64) {
	queueEntriesInto(b, into, "", incident)
}

func queueEntriesInto(b *pgx.Batch, into *[]alerting.Entry, and string, args ...any) {
	b.Queue(`SELECT id, at, kind, actor, via, text, reason FROM timeline WHERE incident_id = $1 `+and+` ORDER BY at, id`, args...).
		Query(func(rows pgx.Rows) (err error) {
			*into, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (alerting.Entry, error) {
				var e alerting.Entry
				err := row.Scan(&e.ID, &e.At, &e.Kind, &e.Actor.Name, &e.Actor.Via, &e.Text, &e.Reason)
				e.At = e.At.UTC()
				return e, err
			})
			return err
		})
}
