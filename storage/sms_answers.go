package storage

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoteAnswer notes that a telephone number (E.164) is answered by SMS now, unless that would be more than most times
// within a span. n is how often it is with this one; 0: it is not to be answered. Replicas that ask at the same time
// count one after the other. Answers are kept for two days, for Spent.
func (s *Store) NoteAnswer(ctx context.Context, number string, within time.Duration, most int) (n int, err error) {
	err = s.pool.QueryRow(ctx, `
		INSERT INTO sms_answers AS a (phone, at) VALUES ($1, ARRAY[tocsin_now()])
		ON CONFLICT (phone) DO UPDATE
			SET at = ARRAY(SELECT t FROM unnest(a.at) AS t WHERE t > tocsin_now() - interval '2 days' ORDER BY t) || tocsin_now()
			WHERE (SELECT count(*) FROM unnest(a.at) AS t WHERE t > tocsin_now() - make_interval(secs => $2)) < $3
		RETURNING (SELECT count(*) FROM unnest(at) AS t WHERE t > tocsin_now() - make_interval(secs => $2))`,
		storable(number), within.Seconds(), most).Scan(&n)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	return n, classify(err)
}
