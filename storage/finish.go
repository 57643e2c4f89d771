package storage

import (
	"context"
	"errors"
	"slices"

	"tocsin/alerting"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// What becomes of a page follows from all that is known of its attempts, in whatever order it comes:
// what one of them reached (delivered, else sent) holds whatever the others came to; then what the
// provider reports of the last one; then what its sender says. Whoever writes locks the page first, so
// that the statement after it sees all that was written before; pages of one message by number.
const lockPages = `SELECT FROM pages WHERE id = ANY (ARRAY(SELECT page_id FROM attempts t WHERE ` + ofMessage + `)) ORDER BY id FOR NO KEY UPDATE`

// ofMessage is the condition of an attempt, t, that belongs to the message $1: of the page that led it, or that
// was joined to it.
const ofMessage = `(t.id = $1 OR t.bundle = $1)`

// FinishPage implements notifiers.Outbox. A receipt may have come before: it outweighs what the sender
// says. Where the claim has been taken away meanwhile, the attempt is corrected, for that is what
// happened, but the page and the timeline belong to whoever took it. A claim that cannot be finished, though the
// database is there, is given up: Reclaim takes the page for one whose fate is unknown.
func (s *Store) FinishPage(ctx context.Context, f notifiers.Finish) error {
	err := retry(ctx, func() error { return s.finishPage(ctx, f) })
	if !errors.Is(err, alerting.ErrUnavailable) {
		s.claims.drop(f.Claim.Tokens()...)
	}
	return err
}

func (s *Store) finishPage(ctx context.Context, f notifiers.Finish) error {
	b := &pgx.Batch{}
	if f.Ref != nil {
		// Its message is to follow the incident from the rev on that is read here.
		b.Queue(`SELECT FROM incidents WHERE id = ANY ($1) ORDER BY id FOR SHARE`, f.Claim.Incidents())
	}
	b.Queue(lockPages, f.Claim.AttemptID)
	queueWriter(b, bySender)
	if f.Outcome == notifiers.OutcomeUntried || f.Outcome == notifiers.OutcomeFailed || f.Outcome == notifiers.OutcomeSkipped {
		queueGivenBack(b, f.Claim)
	}
	if f.Outcome == notifiers.OutcomeUntried {
		queueUntried(b, f)
	} else {
		queueFinish(b, f)
	}
	var failed bool
	queueFailed(b, f.Claim.AttemptID, &failed)
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	s.committed(Commit{Incidents: known(f.Claim.Incidents()), Announcements: f.Ref != nil, Failover: failed})
	return nil
}

// queueFailed asks whether a page of a message has failed for good and is to go another way.
func queueFailed(b *pgx.Batch, attemptID string, failed *bool) {
	// Each page is looked up by its number: by its state, planned while there were few, it would be all that wait.
	b.Queue(`SELECT EXISTS (SELECT FROM attempts t CROSS JOIN LATERAL (SELECT state, accept_by FROM pages WHERE id = t.page_id OFFSET 0) AS p
		WHERE `+ofMessage+` AND p.state = 'failed' AND p.accept_by IS NOT NULL)`, attemptID).
		QueryRow(func(row pgx.Row) error { return row.Scan(failed) })
}

// known is incidents without the 0 of messages.
func known(incidents []int64) []int64 {
	return slices.DeleteFunc(incidents, func(id int64) bool { return id == 0 })
}

// queueUntried takes a claim back.
func queueUntried(b *pgx.Batch, f notifiers.Finish) {
	b.Queue(`
		WITH page AS (
			UPDATE pages p SET state = 'queued', tries = tries - 1, claimed_by = NULL, claim = NULL,
				next_attempt_at = tocsin_now() + make_interval(secs => $2)
			FROM attempts t WHERE `+ofMessage+` AND p.id = t.page_id AND p.claim = t.id
			RETURNING p.id, t.id AS attempt
		)
		DELETE FROM attempts t USING page WHERE t.id = page.attempt`, f.Claim.AttemptID, f.Retry.Seconds())
}

func queueFinish(b *pgx.Batch, f notifiers.Finish) {
	e := f.Entry
	var dropped []int64
	var whys, texts []string
	for _, d := range f.Dropped {
		dropped, whys, texts = append(dropped, d.Page), append(whys, d.Why), append(texts, d.Entry.Text)
	}
	b.Queue(`
		WITH before AS (
			SELECT t.id, t.page_id, t.outcome, t.outcome IN ('sent', 'delivered', 'failed') AS reported, d.page IS NOT NULL AS dropped,
				CASE WHEN d.page IS NULL THEN $2 ELSE 'skipped' END AS says,
				CASE WHEN d.page IS NULL THEN $5 ELSE 'skipped' END AS wants,
				CASE WHEN d.page IS NULL THEN $4 ELSE d.why END AS error,
				CASE WHEN d.page IS NULL THEN $10 ELSE d.text END AS text
			FROM attempts t LEFT JOIN unnest($14::bigint[], $15::text[], $16::text[]) AS d(page, why, text) ON d.page = t.page_id
			WHERE `+ofMessage+`
		), attempt AS (
			UPDATE attempts t SET finished_at = tocsin_now(), provider_id = CASE WHEN $3 = '' OR before.dropped THEN t.provider_id ELSE $3 END,
				outcome = CASE WHEN before.reported THEN t.outcome ELSE before.says END,
				error = CASE WHEN before.reported THEN t.error ELSE before.error END
			FROM before WHERE t.id = before.id AND t.id = ANY (ARRAY(SELECT id FROM before))
		), settled AS (
			SELECT b.*, CASE
				WHEN 'delivered' = ANY (r.reached) THEN 'delivered'
				WHEN 'sent' = ANY (r.reached) THEN 'sent'
				WHEN b.reported THEN 'failed'
				ELSE b.wants END AS state
			FROM before b CROSS JOIN LATERAL (
				SELECT array_append(ARRAY(SELECT outcome FROM attempts WHERE page_id = b.page_id AND id <> b.id),
					CASE WHEN b.reported THEN b.outcome ELSE b.says END) AS reached
			) AS r
		), page AS (
			UPDATE pages p SET claimed_by = NULL, claim = NULL, state = s.state,
				next_attempt_at = CASE WHEN s.state IN ('queued', 'unknown') THEN tocsin_now() + make_interval(secs => $6) END
			FROM settled s WHERE p.id = s.page_id AND p.claim = s.id AND p.id = ANY (ARRAY(SELECT page_id FROM before))
			RETURNING p.id, p.incident_id, p.person, p.channel, p.state, s.wants, s.dropped, s.text, s.error
		), told AS (
			INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
			SELECT incident_id, tocsin_now(), CASE WHEN dropped THEN 'page_skipped' ELSE $7 END, $8, $9, text,
				CASE WHEN dropped THEN jsonb_build_object('text', error) ELSE $11::jsonb END
			FROM page WHERE state = wants AND incident_id <> 0
			UNION ALL
			SELECT incident_id, tocsin_now(), 'page_' || state, channel, 'receipt',
				format('Page to %s over %s: %s, as its provider reported before it had answered', person, channel, state),
				jsonb_build_object('text', 'the provider''s receipt')
			FROM page WHERE state <> wants AND incident_id <> 0
		)
		INSERT INTO announcements (incident_id, channel, page_id, severity, ref, wanted_rev, sent_rev, next_attempt_at)
		SELECT page.incident_id, page.channel, page.id, i.severity, $12, i.rev, $13, CASE WHEN i.rev > $13 THEN tocsin_now() END
		FROM page JOIN incidents i ON i.id = page.incident_id
		WHERE $12::jsonb IS NOT NULL AND NOT page.dropped
		ON CONFLICT (incident_id, channel, page_id) DO UPDATE SET ref = excluded.ref, sent_rev = excluded.sent_rev`,
		f.Claim.AttemptID, string(f.Outcome), f.ProviderID, f.Error, string(f.State), f.Retry.Seconds(),
		string(e.Kind), e.Actor.Name, e.Actor.Via, e.Text, jsonText(e.Reason), []byte(f.Ref), f.Rev, dropped, whys, texts)
}

// about is the incident of a page, to be shown anew; none for a message.
func about(incident int64) []int64 {
	if incident == 0 {
		return nil
	}
	return []int64{incident}
}
