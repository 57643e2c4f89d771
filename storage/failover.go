package storage

import (
	"context"
	"slices"
	"time"

	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

const (
	// lateAt is when a page is to go another way: when its channel should have accepted it, or at once where it
	// failed for good. The index pages_unaccepted is by it.
	lateAt = `(CASE p.state WHEN 'failed' THEN '-infinity' ELSE p.accept_by END)`
	// unaccepted is the condition of a page that somebody is to look at.
	unaccepted = `p.accept_by IS NOT NULL AND page_unaccepted(p.state, p.channel)`
	// lateLook is how many late incidents are looked at for one that nobody else has locked, among so many late pages.
	lateLook  = 50
	latePages = 5000
)

// ApplyFailover implements escalation.FailoverStore. An incident that somebody else has locked is passed over. One
// that cannot be read or decided on is passed over for good: its steps go on.
func (s *Store) ApplyFailover(ctx context.Context, decide func(escalation.Case, []escalation.Fate, time.Time) escalation.Decision) (bool, error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return false, err
	}
	defer tx.end()
	var found []escalation.Case
	var broken []*brokenCase
	var now time.Time
	lock := &pgx.Batch{}
	lock.Queue(`
		WITH late AS (
			SELECT p.incident_id, `+lateAt+` AS at FROM pages p WHERE `+unaccepted+` AND `+lateAt+` <= tocsin_now() ORDER BY 2 LIMIT $1
		)
		SELECT `+caseColumns+` FROM (SELECT incident_id, min(at) AS at FROM late GROUP BY incident_id ORDER BY 2 LIMIT $2) AS l
		CROSS JOIN LATERAL (SELECT * FROM incidents WHERE id = l.incident_id FOR NO KEY UPDATE SKIP LOCKED) AS i
		LIMIT 1`, latePages, lateLook).Query(func(rows pgx.Rows) (err error) {
		found, broken, err = collectCases(rows)
		return err
	})
	queueNow(lock, &now)
	if err := tx.run(ctx, lock); err != nil || len(found) == 0 {
		return false, err
	}
	c := found[0]
	fates, late, err := readFates(ctx, tx, c, now)
	if err != nil {
		return false, err
	}
	d := escalation.Decision{Case: c}
	if len(broken) > 0 {
		s.log.Error("pages go no other way", "error", broken[0])
	} else if d, err = decided(func(c escalation.Case, now time.Time) escalation.Decision { return decide(c, fates, now) }, c, now); err != nil {
		s.log.Error("pages go no other way", "incident", c.Incident.ID, "error", err)
		d = escalation.Decision{Case: c}
	}
	return true, s.writeFailover(ctx, tx, &d, late, now)
}

// writeFailover stores a decision, and that the pages which were late have been looked at.
func (s *Store) writeFailover(ctx context.Context, tx *transaction, d *escalation.Decision, late []int64, now time.Time) error {
	write := &pgx.Batch{}
	write.Queue(`UPDATE pages SET accept_by = NULL WHERE id = ANY ($1)`, late)
	if d.Changed {
		queueDecisions(write, []*escalation.Decision{d}, now)
	}
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	if d.Changed {
		s.committed(commitOf([]*escalation.Decision{d}, now))
	}
	return nil
}

// readFates are what became of the pages of an incident's round. late are those of its pages, of earlier rounds
// too, that should have been accepted by now; they are locked.
func readFates(ctx context.Context, tx *transaction, c escalation.Case, now time.Time) (fates []escalation.Fate, late []int64, err error) {
	b := &pgx.Batch{}
	b.Queue(`SELECT id FROM pages p WHERE incident_id = $1 AND `+unaccepted+` AND `+lateAt+` <= $2 ORDER BY id FOR NO KEY UPDATE`, c.Incident.ID, now).
		Query(func(rows pgx.Rows) (err error) {
			late, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
	b.Queue(`
		SELECT p.step, p.kind, p.role, p.person, p.channel, p.until, p.says, coalesce(p.reason->'said', '{}'), p.accept_by, p.state, page_unaccepted(p.state, p.channel),
			coalesce((SELECT t.error FROM attempts t WHERE t.page_id = p.id ORDER BY t.at DESC, t.id DESC LIMIT 1), ''), p.id
		FROM pages p WHERE p.incident_id = $1 AND p.round = $2 AND p.kind IN ('page', 'assign') ORDER BY p.id`, c.Incident.ID, c.Incident.Round).
		Query(func(rows pgx.Rows) error {
			fates, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (escalation.Fate, error) { return scanFate(row, late) })
			return err
		})
	return fates, late, tx.run(ctx, b)
}

// scanFate reads a page as the machine sees it. One that is due to be looked at and not among late became so
// meanwhile, and waits for the next look.
func scanFate(row pgx.CollectableRow, late []int64) (f escalation.Fate, err error) {
	var acceptBy *time.Time
	var state, why string
	var open bool
	var id int64
	err = row.Scan(&f.Step, &f.Kind, &f.Role, &f.Person, &f.Channel, &f.Until, &f.Says, &f.Said, &acceptBy, &state, &open, &why, &id)
	f.AcceptBy, f.Accepted, f.Failed = fromNull(acceptBy), !open, state == "failed"
	if open {
		f.Why = why
		if why == "" && state != "failed" {
			f.Why = state
		}
	}
	if f.Failed && !slices.Contains(late, id) {
		f.AcceptBy = time.Time{}
	}
	return f, err
}

// NextFailover implements escalation.FailoverStore.
func (s *Store) NextFailover(ctx context.Context) (time.Duration, bool, error) {
	return s.untilDue(ctx, `SELECT tocsin_now(), (
		SELECT greatest(`+lateAt+`, tocsin_now()) FROM pages p WHERE `+unaccepted+` ORDER BY `+lateAt+` LIMIT 1)`)
}

var _ escalation.FailoverStore = (*Store)(nil)
