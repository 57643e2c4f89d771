package storage

import (
	"context"
	"time"

	"tocsin/escalation"
)

// Spent is how many attempts over a channel its provider has accepted since a moment, or may have: what was
// refused, was not needed any more or is still under way does not count, what failed after it was accepted
// does. A message of several pages counts once. Over SMS the answers to replies count too.
func (s *Store) Spent(ctx context.Context, c escalation.Channel, since time.Time) (n int, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT (SELECT count(DISTINCT coalesce(bundle, id)) FROM attempts
			WHERE channel = $1 AND at >= $2 AND (outcome IN ('sent', 'delivered', 'unknown') OR outcome = 'failed' AND provider_id <> ''))
			+ (SELECT count(*) FROM sms_answers AS a, unnest(a.at) AS t WHERE $1 = 'sms' AND t >= $2)`,
		c, since).Scan(&n)
	return n, classify(err)
}
