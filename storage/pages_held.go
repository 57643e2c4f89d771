package storage

import (
	"time"

	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// putOff are pages that the storm budget makes wait, until when, why, and whether it is for the first time.
type putOff struct {
	page  []int64
	until []time.Time
	why   []string
	first []bool
}

func (o *putOff) add(p duePage, l notifiers.Leaving) {
	o.page, o.until = append(o.page, p.ID), append(o.until, l.Until)
	o.why, o.first = append(o.why, l.Why), append(o.first, !p.held)
}

// queue makes them wait. Their channels have as much longer to accept them: what we held back is no failure of
// theirs. The first time is told on the timeline, and by a trigger in the ledger.
func (o putOff) queue(b *pgx.Batch) {
	if len(o.page) == 0 {
		return
	}
	queueWriter(b, bySender)
	b.Queue(`
		WITH put AS (
			UPDATE pages p SET next_attempt_at = r.until, accept_by = p.accept_by + (r.until - tocsin_now()),
				held = CASE p.held WHEN '' THEN r.why ELSE p.held END
			FROM unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::boolean[]) AS r(id, until, why, first)
			WHERE p.id = r.id AND p.id = ANY ($1)
			RETURNING p.id, p.incident_id, p.person, p.channel, r.until, r.why, r.first
		)
		INSERT INTO timeline (incident_id, at, kind, actor, via, text, reason)
		SELECT incident_id, tocsin_now(), 'page_held', 'tocsin', 'budget',
			format('Page to %s over %s waits for %s s: %s', person, channel, round(extract(epoch FROM until - tocsin_now()), 1), why),
			jsonb_build_object('text', why)
		FROM put WHERE first AND incident_id <> 0 ORDER BY id`, o.page, o.until, o.why, o.first)
}
