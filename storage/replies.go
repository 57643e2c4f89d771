package storage

import (
	"context"
	"errors"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// TakeReply stores a reply; fresh is false if it was delivered before. The channel may be told that it
// arrived once this returns.
func (s *Store) TakeReply(ctx context.Context, r escalation.Reply) (fresh bool, err error) {
	tag, err := s.pool.Exec(ctx, `INSERT INTO replies (id, at, reply) VALUES ($1, tocsin_now(), $2) ON CONFLICT (id) DO NOTHING`, r.ID, r)
	return tag.RowsAffected() == 1, classify(err)
}

// ApplyReply takes one waiting reply (the one with this id, or the oldest if id is empty), lets decide
// say what it does, and stores that with the fact that it is done, in one transaction. ok is false if
// none waits. One that cannot be applied is given up, and its sender told so: the others must not wait
// behind it.
func (s *Store) ApplyReply(ctx context.Context, id string, decide func(r escalation.Reply, in escalation.Incidents, arrived, now time.Time) (escalation.Answered, error)) (r escalation.Reply, a escalation.Answered, ok bool, err error) {
	err = retry(ctx, func() error {
		r, a, ok, err = s.applyReply(ctx, id, decide)
		return err
	})
	if err == nil || !ok || ctx.Err() != nil || errors.Is(err, alerting.ErrUnavailable) {
		return r, a, ok, err
	}
	s.log.Error("a reply cannot be applied, and is given up", "reply", r.ID, "channel", r.Channel, "incident", r.Incident, "error", err)
	a = escalation.Answered{Text: "Tocsin could not do that, and nothing was changed. Please use its page.", Said: []alerting.Said{alerting.Say("answer.given_up")}}
	_, err = s.pool.Exec(ctx, `UPDATE replies SET done_at = tocsin_now(), answer = $2, reply = reply - 'Respond' WHERE id = $1 AND done_at IS NULL`, r.ID, a.Text)
	return r, a, true, classify(err)
}

func (s *Store) applyReply(ctx context.Context, id string, decide func(escalation.Reply, escalation.Incidents, time.Time, time.Time) (escalation.Answered, error)) (r escalation.Reply, a escalation.Answered, ok bool, err error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return r, a, false, err
	}
	defer tx.end()
	var arrived, now time.Time
	read := &pgx.Batch{}
	read.Queue(`SELECT id, at, reply FROM replies WHERE done_at IS NULL AND ($1 = '' OR id = $1) ORDER BY at LIMIT 1 FOR UPDATE SKIP LOCKED`, id).
		Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&id, &arrived, &r}, func() error { ok = true; return nil })
			return err
		})
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil {
		return r, a, false, err
	}
	if !ok {
		return r, a, false, forgetReplies(ctx, tx)
	}
	in := escalation.Incidents{
		Told: func(person string) ([]escalation.Told, error) { return s.told(ctx, tx, person, r.Channel, arrived) },
		Recent: func(person string) (recent []int64, err error) {
			b := &pgx.Batch{}
			queueRecent(b, &recent, person, arrived.Add(-recentReplies))
			return recent, tx.run(ctx, b)
		},
		Find: func(incident int64) (escalation.Case, error) { return s.lockCase(ctx, tx, incident) },
	}
	if a, err = decide(r, in, arrived, now); err != nil {
		return r, a, true, err
	}
	write := &pgx.Batch{}
	// Where the channel takes the answer lets anybody write there: it is not kept.
	write.Queue(`UPDATE replies SET done_at = $2, person = $3, answer = $4, reply = reply - 'Respond' WHERE id = $1`, id, now, a.Person, a.Text)
	changed := changedBy(&a)
	if len(changed) > 0 {
		if err := addClears(ctx, tx, changed); err != nil {
			return r, a, true, err
		}
		queueDecisions(write, changed, now)
	} else {
		queueAudit(write, &a.Decision, r.Incident, a.Outcome, now)
	}
	if err := tx.commit(ctx, write); err != nil {
		return r, a, true, err
	}
	if len(changed) > 0 {
		s.committed(commitOf(changed, now))
	}
	return r, a, true, nil
}

// recentReplies is how long before a reply to all a person was told of what it is about.
const recentReplies = 24 * time.Hour

// changedBy are the decisions of a reply that change something: one, or several of a reply to all.
func changedBy(a *escalation.Answered) (out []*escalation.Decision) {
	if a.Decision.Changed {
		out = append(out, &a.Decision)
	}
	for i := range a.All {
		out = append(out, &a.All[i])
	}
	return out
}

// forgetReplies deletes those that were done more than a day ago: nobody delivers them again. The audit
// log keeps what they did.
func forgetReplies(ctx context.Context, tx *transaction) error {
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM replies WHERE done_at < tocsin_now() - interval '1 day'`)
	return tx.commit(ctx, b)
}

// told lists the incidents that a person was paged for over a channel and that were unresolved in the
// hour before a moment.
func (s *Store) told(ctx context.Context, tx *transaction, person string, c escalation.Channel, at time.Time) (told []escalation.Told, err error) {
	b := &pgx.Batch{}
	b.Queue(`
		SELECT i.id, i.resolved FROM (
			SELECT id, false AS resolved FROM incidents WHERE state <> 'resolved'
			UNION ALL SELECT id, true FROM incidents WHERE state = 'resolved' AND resolved_at > $3
		) AS i
		WHERE EXISTS (SELECT FROM pages p WHERE p.incident_id = i.id AND p.person = $1 AND p.channel = $2 AND p.state <> 'skipped')
		ORDER BY i.id`, person, c, at.Add(-time.Hour)).Query(func(rows pgx.Rows) (err error) {
		told, err = pgx.CollectRows(rows, pgx.RowToStructByPos[escalation.Told])
		return err
	})
	return told, tx.run(ctx, b)
}

// queueRecent reads the numbers of the unresolved incidents that a person was told of since a moment, over
// whichever channel: a message about them left, or may have.
func queueRecent(b *pgx.Batch, into *[]int64, person string, since time.Time) {
	b.Queue(`
		SELECT i.id FROM incidents i WHERE i.state <> 'resolved' AND EXISTS (
			SELECT FROM pages p WHERE p.incident_id = i.id AND p.person = $1 AND p.state IN ('sending', 'sent', 'delivered', 'unknown')
				AND (p.created_at >= $2 OR EXISTS (SELECT FROM attempts t WHERE t.page_id = p.id AND t.at >= $2)))
		ORDER BY i.id`, person, since).Query(func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		return err
	})
}

// lockCase reads an incident under lock.
func (s *Store) lockCase(ctx context.Context, tx *transaction, id int64) (escalation.Case, error) {
	var found []escalation.Case
	b := &pgx.Batch{}
	queueCases(b, func(c escalation.Case) { found = append(found, c) },
		`SELECT `+caseColumns+` FROM incidents i WHERE id = $1 FOR NO KEY UPDATE`, id)
	if err := tx.run(ctx, b); err != nil {
		return escalation.Case{}, err
	}
	if len(found) == 0 {
		return escalation.Case{}, alerting.ErrNotFound
	}
	return found[0], nil
}

// Answer is the sentence for the sender of a reply; ok is false while it has not been applied.
func (s *Store) Answer(ctx context.Context, id string) (text string, ok bool, err error) {
	rows, err := s.pool.Query(ctx, `SELECT answer FROM replies WHERE id = $1 AND done_at IS NOT NULL`, id)
	if err != nil {
		return "", false, classify(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(found) == 0 {
		return "", false, classify(err)
	}
	return found[0], true, nil
}
