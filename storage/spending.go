package storage

import (
	"context"
	"time"

	"tocsin/escalation"
)

// Spent is how many attempts over a channel its provider has accepted since a moment, or may have: what was
// refused, was not needed any more or is still under way does not count, what failed after it was accepted
// does. A message of several pages counts once.
func (s *Store) Spent(ctx context.Context, c escalation.Channel, since time.Time) (n int, err error) {
	err = s.pool.QueryRow(ctx, `
		SELECT count(DISTINCT coalesce(bundle, id)) FROM attempts
		WHERE channel = $1 AND at >= $2 AND (outcome IN ('sent', 'delivered', 'unknown') OR outcome = 'failed' AND provider_id <> '')`,
		c, since).Scan(&n)
	return n, classify(err)
}
