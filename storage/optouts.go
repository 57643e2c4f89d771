package storage

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// OptedOut notes that a telephone number (E.164) sent STOP at a moment, or START if out is false. Of several
// the latest counts, in whatever order they are noted; of the same moment, STOP does.
func (s *Store) OptedOut(ctx context.Context, number string, at time.Time, out bool) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO opt_outs AS o (phone, at, out) VALUES ($1, $2, $3)
		ON CONFLICT (phone) DO UPDATE SET at = excluded.at, out = excluded.out
		WHERE excluded.at > o.at OR excluded.at = o.at AND excluded.out`, storable(number), at, out)
	return classify(err)
}

// OptOut is whether a telephone number wants no SMS, and when that was heard last; out is false for one that
// never sent either.
func (s *Store) OptOut(ctx context.Context, number string) (at time.Time, out bool, err error) {
	rows, err := s.pool.Query(ctx, `SELECT at, out FROM opt_outs WHERE phone = $1`, storable(number))
	if err != nil {
		return time.Time{}, false, classify(err)
	}
	_, err = pgx.ForEachRow(rows, []any{&at, &out}, func() error { return nil })
	return fromNull(&at), out, classify(err)
}

// OptOuts are the telephone numbers that want no SMS, each with when that was heard last. It is for whoever
// shows people who cannot be written to.
func (s *Store) OptOuts(ctx context.Context) (map[string]time.Time, error) {
	rows, err := s.reads.Query(ctx, `SELECT phone, at FROM opt_outs WHERE out`)
	if err != nil {
		return nil, classify(err)
	}
	numbers := map[string]time.Time{}
	var number string
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&number, &at}, func() error {
		numbers[number] = at.UTC()
		return nil
	})
	return numbers, classify(err)
}
