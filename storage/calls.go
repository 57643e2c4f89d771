package storage

import (
	"context"
	"math/rand/v2"
	"slices"

	"tocsin/alerting"
	"tocsin/notifiers"
	"tocsin/notifiers/twilio"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// NoteCall implements twilio.Calls. It may come before FinishPage, while the answer to the call's placing is
// still under way: what it says of the attempt holds, and FinishPage says it of the page. A page whose call is
// over and is to be made again is queued at once. All pages that the call told of fare alike.
func (s *Store) NoteCall(ctx context.Context, attemptID, callSID string, e twilio.CallEvent, decide func(known []twilio.CallEvent) twilio.CallResult) error {
	if _, err := uuid.Parse(attemptID); err != nil {
		return alerting.ErrNotFound
	}
	return retry(ctx, func() error { return s.noteCall(ctx, attemptID, callSID, e, decide) })
}

func (s *Store) noteCall(ctx context.Context, attemptID, callSID string, e twilio.CallEvent, decide func([]twilio.CallEvent) twilio.CallResult) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.end()
	var pages []calledPage
	lock := &pgx.Batch{}
	queueCalled(lock, attemptID, &pages)
	if err := tx.run(ctx, lock); err != nil {
		return err
	}
	lead := slices.IndexFunc(pages, func(p calledPage) bool { return p.attempt == attemptID })
	if lead < 0 {
		return alerting.ErrNotFound
	}
	events := pages[lead].call().events
	if slices.Contains(events, e) {
		return nil
	}
	events = append(events, e)
	result := decide(events)
	wait, left := notifiers.Backoff(pages[lead].severity, pages[lead].tries, 0, rand.Float64())
	write := &pgx.Batch{}
	queueWriter(write, byReport)
	var done Commit
	for _, p := range pages {
		p.call().events = events
		if p.call().outcome == notifiers.OutcomeSkipped {
			continue // it dropped out of the message before that left
		}
		p.call().outcome = result.Outcome
		f := p.fate(result, decide, wait, left)
		queueFate(write, p, f)
		done.about(p, f)
	}
	queueCallEvents(write, attemptID, callSID, events, result)
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	s.committed(done)
	return nil
}

// queueCallEvents writes what is known of a call to all attempts that it is, in one statement, so that the ledger
// tells it once. One that had dropped out of the message stays skipped.
func queueCallEvents(b *pgx.Batch, attemptID, callSID string, events []twilio.CallEvent, r twilio.CallResult) {
	b.Queue(`
		UPDATE attempts SET events = $2,
			outcome = CASE WHEN outcome = 'skipped' THEN outcome ELSE $3 END,
			error = CASE WHEN outcome = 'skipped' THEN error ELSE $4 END,
			provider_id = CASE WHEN outcome = 'skipped' OR $5 = '' THEN provider_id ELSE $5 END
		WHERE id = $1 OR bundle = $1`, attemptID, events, string(r.Outcome), callError(r), callSID)
}

// callError is why a call failed; empty if it did not.
func callError(r twilio.CallResult) string {
	if r.Outcome != notifiers.OutcomeFailed {
		return ""
	}
	return notifiers.Cut(notifiers.Plain(r.Text), 500)
}

// about adds what a page's fate leaves to do for others.
func (c *Commit) about(p calledPage, f fate) {
	if p.incident != 0 && !slices.Contains(c.Incidents, p.incident) {
		c.Incidents = append(c.Incidents, p.incident)
	}
	if lane := notifiers.LaneOf(p.channel, p.severity); f.state == notifiers.Queued && !slices.Contains(c.Pages, lane) {
		c.Pages = append(c.Pages, lane)
	}
	c.Failover = c.Failover || f.state == notifiers.Failed
}

// queueCalled locks the pages that an attempt's call is about, and reads them with all of their attempts, oldest
// first. What a statement sees after the lock is all that was written before.
func queueCalled(b *pgx.Batch, attemptID string, into *[]calledPage) {
	const told = `SELECT page_id FROM attempts WHERE id = $1 OR bundle = $1`
	b.Queue(`SELECT FROM pages WHERE id = ANY (ARRAY(`+told+`)) ORDER BY id FOR NO KEY UPDATE`, attemptID)
	b.Queue(`
		SELECT p.id, p.incident_id, p.person, p.channel, p.severity, p.state, p.tries, t.id::text
		FROM attempts t JOIN pages p ON p.id = t.page_id WHERE t.id = $1 OR t.bundle = $1 ORDER BY p.id`, attemptID).
		Query(func(rows pgx.Rows) (err error) {
			*into, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p calledPage, err error) {
				err = row.Scan(&p.id, &p.incident, &p.person, &p.channel, &p.severity, &p.state, &p.tries, &p.attempt)
				return p, err
			})
			return err
		})
	b.Queue(`SELECT page_id, id::text, outcome, coalesce(events, '{}') FROM attempts WHERE page_id = ANY (ARRAY(`+told+`)) ORDER BY at, id`, attemptID).
		Query(func(rows pgx.Rows) error {
			var page int64
			var c placedCall
			_, err := pgx.ForEachRow(rows, []any{&page, &c.attempt, &c.outcome, &c.events}, func() error {
				at := slices.IndexFunc(*into, func(p calledPage) bool { return p.id == page })
				(*into)[at].calls = append((*into)[at].calls, placedCall{c.attempt, c.outcome, slices.Clone(c.events)})
				return nil
			})
			return err
		})
}

// queueFate writes what became of a page, on the timeline too.
func queueFate(b *pgx.Batch, p calledPage, f fate) {
	if f.state == "" {
		return
	}
	b.Queue(`
		UPDATE pages SET state = $2, claimed_by = NULL, claim = NULL,
			next_attempt_at = CASE WHEN $2 = 'queued' THEN tocsin_now() + make_interval(secs => $3) END
		WHERE id = $1`, p.id, string(f.state), f.wait.Seconds())
	if p.incident != 0 {
		b.Queue(`INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason) VALUES ($1, tocsin_now(), $2, $3, 'receipt', $4, $5::text::jsonb)`,
			p.incident, string(f.kind), string(p.channel), f.text, jsonText(alerting.Because("what the provider told of the call")))
	}
}
