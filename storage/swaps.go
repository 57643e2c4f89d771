package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"

	"github.com/jackc/pgx/v5"
)

const swapColumns = `id, rotation, asker, asked, from_at, until_at, return_from, return_until, note, state, at, made_by, answered_at, answered_by`

func scanSwap(row pgx.CollectableRow) (escalation.Swap, error) {
	var w escalation.Swap
	var returnFrom, returnUntil, answered *time.Time
	err := row.Scan(&w.ID, &w.Rotation, &w.Asker, &w.Asked, &w.From, &w.Until, &returnFrom, &returnUntil, &w.Note, &w.State,
		&w.At, &w.By, &answered, &w.AnsweredBy)
	w.From, w.Until, w.At = w.From.UTC(), w.Until.UTC(), w.At.UTC()
	w.ReturnFrom, w.ReturnUntil, w.AnsweredAt = fromNull(returnFrom), fromNull(returnUntil), fromNull(answered)
	return w, err
}

// AskSwap implements escalation.RosterStore. The swap is asked now, whatever its At.
func (s *Store) AskSwap(ctx context.Context, w escalation.Swap, ask []escalation.Message, by alerting.Actor) (int64, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.end()
	var now time.Time
	read := &pgx.Batch{}
	read.Queue(`
		INSERT INTO swaps (rotation, asker, asked, from_at, until_at, return_from, return_until, note, state, at, made_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'asked', tocsin_now(), $9) RETURNING id`,
		w.Rotation, w.Asker, w.Asked, w.From, w.Until, nullTime(w.ReturnFrom), nullTime(w.ReturnUntil), storable(w.Note), storable(w.By)).
		QueryRow(func(row pgx.Row) error { return row.Scan(&w.ID) })
	queueNow(read, &now)
	if err := tx.run(ctx, read); err != nil {
		return 0, err
	}
	w.State = escalation.SwapAsked
	write := &pgx.Batch{}
	queueMessages(write, ask, now)
	queueRosterAudit(write, by, "swap-ask", nil, swapped(w), now)
	if err := tx.commit(ctx, write); err != nil {
		return 0, err
	}
	s.committed(Commit{Pages: lanesOf(ask)})
	return w.ID, nil
}

// AnswerSwap implements escalation.RosterStore. The lock of the roster covers the swap too.
func (s *Store) AnswerSwap(ctx context.Context, id int64, by alerting.Actor, decide func(escalation.Swap, time.Time) (escalation.Swap, []oncall.Override, []escalation.Message, error)) (after escalation.Swap, err error) {
	var messages []escalation.Message
	err = s.changeRoster(ctx, func(tx *transaction, write *pgx.Batch, now time.Time) error {
		before, err := one(ctx, tx, scanSwap, `SELECT `+swapColumns+` FROM swaps WHERE id = $1`, id)
		if err != nil {
			return err
		}
		var overrides []oncall.Override
		if after, overrides, messages, err = decide(before, now); err != nil {
			return err
		}
		write.Queue(`UPDATE swaps SET state = $2, answered_at = $3, answered_by = $4 WHERE id = $1`,
			id, string(after.State), nullTime(after.AnsweredAt), storable(after.AnsweredBy))
		if after.State == escalation.SwapUndone {
			queueUndo(write, id, now)
		}
		for _, o := range overrides {
			o.Swap = id
			queueOverride(write, o, new(int64))
		}
		queueMessages(write, messages, now)
		queueRosterAudit(write, by, "swap-"+string(after.State), swapped(before), swapped(after), now)
		return nil
	})
	if err == nil && len(messages) > 0 {
		s.committed(Commit{Pages: lanesOf(messages)})
	}
	return after, err
}

// queueUndo ends what lies ahead of a swap: overrides in force end now, and those to come are deleted.
func queueUndo(b *pgx.Batch, swap int64, now time.Time) {
	b.Queue(`DELETE FROM overrides WHERE swap_id = $1 AND from_at >= $2`, swap, now)
	b.Queue(`UPDATE overrides SET until_at = $2 WHERE swap_id = $1 AND until_at > $2`, swap, now)
}

// Swaps implements escalation.RosterStore.
func (s *Store) Swaps(ctx context.Context) ([]escalation.Swap, error) {
	rows, err := s.reads.Query(ctx, `SELECT `+swapColumns+` FROM swaps
		WHERE state = 'asked' OR state <> 'asked' AND answered_at > tocsin_now() - interval '1 month'
		OR state = 'accepted' AND greatest(until_at, return_until) > tocsin_now() ORDER BY id DESC`)
	if err != nil {
		return nil, classify(err)
	}
	swaps, err := pgx.CollectRows(rows, scanSwap)
	return swaps, classify(err)
}
