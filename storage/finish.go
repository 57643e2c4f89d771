package storage

import (
	"context"

	"tocsin/alerting"
	"tocsin/notifiers"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// What becomes of a page follows from all that is known of its attempts, in whatever order it comes:
// what one of them reached (delivered, else sent) holds whatever the others came to; then what the
// provider reports of the last one; then what its sender says. Whoever writes locks the page first, so
// that the statement after it sees all that was written before.
const lockPage = `SELECT FROM pages WHERE id = $1 FOR NO KEY UPDATE`

// FinishPage implements notifiers.Outbox. A receipt may have come before: it outweighs what the sender
// says. Where the claim has been taken away meanwhile, the attempt is corrected, for that is what
// happened, but the page and the timeline belong to whoever took it.
func (s *Store) FinishPage(ctx context.Context, f notifiers.Finish) error {
	b := &pgx.Batch{}
	if f.Ref != nil {
		// Its message is to follow the incident from the rev on that is read here.
		b.Queue(`SELECT FROM incidents WHERE id = $1 FOR SHARE`, f.Claim.Page.IncidentID)
	}
	b.Queue(lockPage, f.Claim.Page.ID)
	if f.Outcome == notifiers.OutcomeUntried {
		queueUntried(b, f)
	} else {
		queueFinish(b, f)
	}
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	s.claims.drop(f.Claim.AttemptID)
	s.committed(Commit{Incidents: about(f.Claim.Page.IncidentID), Announcements: f.Ref != nil})
	return nil
}

// queueUntried takes a claim back.
func queueUntried(b *pgx.Batch, f notifiers.Finish) {
	b.Queue(`
		WITH page AS (
			UPDATE pages SET state = 'queued', tries = tries - 1, claimed_by = NULL, claim = NULL,
				next_attempt_at = tocsin_now() + make_interval(secs => $3)
			WHERE id = $1 AND claim = $2
			RETURNING id
		)
		DELETE FROM attempts t USING page WHERE t.id = $2 AND t.page_id = page.id`,
		f.Claim.Page.ID, f.Claim.AttemptID, f.Retry.Seconds())
}

func queueFinish(b *pgx.Batch, f notifiers.Finish) {
	e := f.Entry
	b.Queue(`
		WITH before AS (
			SELECT outcome, outcome IN ('sent', 'delivered', 'failed') AS reported FROM attempts WHERE id = $2
		), attempt AS (
			UPDATE attempts t SET finished_at = tocsin_now(), provider_id = CASE WHEN $4 = '' THEN t.provider_id ELSE $4 END,
				outcome = CASE WHEN before.reported THEN t.outcome ELSE $3 END,
				error = CASE WHEN before.reported THEN t.error ELSE $5 END
			FROM before WHERE t.id = $2
		), reached AS (
			SELECT outcome FROM attempts WHERE page_id = $1 AND id <> $2
			UNION ALL SELECT CASE WHEN reported THEN outcome ELSE $3 END FROM before
		), settled AS (
			SELECT CASE
				WHEN EXISTS (SELECT FROM reached WHERE outcome = 'delivered') THEN 'delivered'
				WHEN EXISTS (SELECT FROM reached WHERE outcome = 'sent') THEN 'sent'
				WHEN before.reported THEN 'failed'
				ELSE $6 END AS state
			FROM before
		), page AS (
			UPDATE pages p SET claimed_by = NULL, claim = NULL, state = settled.state,
				next_attempt_at = CASE WHEN settled.state IN ('queued', 'unknown') THEN tocsin_now() + make_interval(secs => $7) END
			FROM settled WHERE p.id = $1 AND p.claim = $2
			RETURNING p.id, p.incident_id, p.person, p.channel, p.state
		), told AS (
			INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
			SELECT incident_id, tocsin_now(), $8, $9, $10, $11, $12::jsonb FROM page WHERE state = $6 AND incident_id <> 0
			UNION ALL
			SELECT incident_id, tocsin_now(), 'page_' || state, channel, 'receipt',
				format('Page to %s over %s: %s, as its provider reported before it had answered', person, channel, state),
				jsonb_build_object('text', 'the provider''s receipt')
			FROM page WHERE state <> $6 AND incident_id <> 0
		)
		INSERT INTO announcements (incident_id, channel, page_id, ref, wanted_rev, sent_rev, next_attempt_at)
		SELECT page.incident_id, page.channel, page.id, $13, i.rev, $14, CASE WHEN i.rev > $14 THEN tocsin_now() END
		FROM page JOIN incidents i ON i.id = page.incident_id
		WHERE $13::jsonb IS NOT NULL
		ON CONFLICT (incident_id, channel, page_id) DO UPDATE SET ref = excluded.ref, sent_rev = excluded.sent_rev`,
		f.Claim.Page.ID, f.Claim.AttemptID, string(f.Outcome), f.ProviderID, f.Error, string(f.State), f.Retry.Seconds(),
		string(e.Kind), e.Actor.Name, e.Actor.Via, e.Text, jsonText(e.Reason), []byte(f.Ref), f.Rev)
}

// Receipt notes what a provider reports of an attempt later: sent, delivered or failed, in this order,
// whatever the order in which the reports come. A page that waits because its attempt's fate was unknown
// is settled by it. It returns alerting.ErrNotFound if there is no such attempt.
func (s *Store) Receipt(ctx context.Context, attemptID, providerID string, outcome notifiers.Outcome, errText string) error {
	if _, err := uuid.Parse(attemptID); err != nil {
		return alerting.ErrNotFound
	}
	incident := int64(-1)
	b := &pgx.Batch{}
	b.Queue(`SELECT FROM pages WHERE id = (SELECT page_id FROM attempts WHERE id = $1) FOR NO KEY UPDATE`, attemptID)
	queueReceipt(b, attemptID, providerID, outcome, notifiers.Cut(notifiers.Plain(errText), 500))
	b.Queue(`SELECT coalesce((SELECT p.incident_id FROM pages p JOIN attempts t ON t.page_id = p.id WHERE t.id = $1), -1)`, attemptID).
		QueryRow(func(row pgx.Row) error { return row.Scan(&incident) })
	if err := classify(s.pool.SendBatch(ctx, b).Close()); err != nil {
		return err
	}
	if incident < 0 {
		return alerting.ErrNotFound
	}
	s.committed(Commit{Incidents: about(incident)})
	return nil
}

// about is the incident of a page, to be shown anew; none for a message.
func about(incident int64) []int64 {
	if incident == 0 {
		return nil
	}
	return []int64{incident}
}

// queueReceipt moves an attempt forward. One that failed without a provider's id is what its sender
// thought; a report of the provider knows better. While the page is being sent again, the end of that
// attempt settles it.
func queueReceipt(b *pgx.Batch, attemptID, providerID string, outcome notifiers.Outcome, errText string) {
	b.Queue(`
		WITH attempt AS (
			UPDATE attempts SET outcome = $3, error = $4, provider_id = CASE WHEN $2 = '' THEN provider_id ELSE $2 END
			WHERE id = $1 AND (array_position($5::text[], outcome) < array_position($5::text[], $3) OR outcome = 'failed' AND provider_id = '')
			RETURNING id, page_id, at
		), others AS (
			SELECT o.outcome, o.at > a.at AS later FROM attempt a JOIN attempts o ON o.page_id = a.page_id AND o.id <> a.id
		), settled AS (
			SELECT p.id, CASE
				WHEN $3 = 'delivered' OR EXISTS (SELECT FROM others WHERE outcome = 'delivered') THEN 'delivered'
				WHEN $3 = 'sent' OR EXISTS (SELECT FROM others WHERE outcome = 'sent') THEN 'sent'
				WHEN p.state IN ('sent', 'delivered') OR NOT EXISTS (SELECT FROM others WHERE later) THEN 'failed'
				ELSE p.state END AS state
			FROM attempt a JOIN pages p ON p.id = a.page_id WHERE p.state <> 'sending'
		), page AS (
			UPDATE pages p SET state = settled.state, next_attempt_at = NULL
			FROM settled WHERE p.id = settled.id AND p.state <> settled.state
			RETURNING p.incident_id, p.person, p.channel, p.state
		)
		INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
		SELECT incident_id, tocsin_now(), 'page_' || state, channel, 'receipt',
			CASE state WHEN 'failed' THEN format('Page to %s over %s did not arrive: %s', person, channel, $4)
				ELSE format('Page to %s over %s: %s', person, channel, state) END,
			jsonb_build_object('text', 'the provider''s receipt')
		FROM page WHERE incident_id <> 0`, attemptID, providerID, string(outcome), errText, receiptOrder)
}

// receiptOrder is how far an attempt has come.
var receiptOrder = []string{"sending", "unknown", "sent", "delivered", "failed"}
