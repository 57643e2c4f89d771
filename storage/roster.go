package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"

	"github.com/jackc/pgx/v5"
)

const (
	overrideColumns = `id, rotation, person, from_at, until_at, note, made_by, swap_id`
	absenceColumns  = `id, person, from_at, until_at, deputy, note, made_by`
)

// Roster implements escalation.RosterStore. What is imported stands in no roster that is stored.
func (s *Store) Roster(ctx context.Context) (escalation.Roster, error) {
	return s.RosterSince(ctx, time.Time{})
}

// RosterSince is Roster with what has ended since a moment: for calendars and replays, which look back.
// The zero time is now.
func (s *Store) RosterSince(ctx context.Context, since time.Time) (escalation.Roster, error) {
	var r escalation.Roster
	b := &pgx.Batch{}
	// Read first: a change that comes in between makes a version that is newer than this one.
	queueRosterVersion(b, &r.Version)
	b.Queue(`SELECT `+overrideColumns+` FROM overrides
		WHERE until_at > coalesce($1, tocsin_now()) ORDER BY id`, nullTime(since)).Query(func(rows pgx.Rows) (err error) {
		r.Overrides, err = pgx.CollectRows(rows, scanOverride)
		return err
	})
	b.Queue(`SELECT `+absenceColumns+` FROM absences
		WHERE until_at > coalesce($1, tocsin_now()) ORDER BY id`, nullTime(since)).Query(func(rows pgx.Rows) (err error) {
		r.Absences, err = pgx.CollectRows(rows, scanAbsence)
		return err
	})
	return r, classify(s.pool.SendBatch(ctx, b).Close())
}

func scanOverride(row pgx.CollectableRow) (oncall.Override, error) {
	var o oncall.Override
	err := row.Scan(&o.ID, &o.Rotation, &o.Person, &o.From, &o.Until, &o.Note, &o.By, &o.Swap)
	o.From, o.Until = o.From.UTC(), o.Until.UTC()
	return o, err
}

func scanAbsence(row pgx.CollectableRow) (escalation.Absence, error) {
	var a escalation.Absence
	err := row.Scan(&a.ID, &a.Person, &a.From, &a.Until, &a.Deputy, &a.Note, &a.By)
	a.From, a.Until = a.From.UTC(), a.Until.UTC()
	return a, err
}

// RosterVersion is that of the roster as it is stored: another than the one at hand says that it changed.
func (s *Store) RosterVersion(ctx context.Context) (version int64, err error) {
	b := &pgx.Batch{}
	queueRosterVersion(b, &version)
	return version, classify(s.pool.SendBatch(ctx, b).Close())
}

func queueRosterVersion(b *pgx.Batch, version *int64) {
	b.Queue(`SELECT version FROM roster`).QueryRow(func(row pgx.Row) error { return row.Scan(version) })
}

// changeRoster runs a change of who is on call in a transaction of its own, one after the other: change
// puts on write what is to be stored. Other replicas are told.
func (s *Store) changeRoster(ctx context.Context, change func(tx *transaction, write *pgx.Batch, now time.Time) error) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer tx.end()
	var now time.Time
	lock := &pgx.Batch{}
	lock.Queue(`UPDATE roster SET version = version + 1`)
	queueNow(lock, &now)
	if err := tx.run(ctx, lock); err != nil {
		return err
	}
	write := &pgx.Batch{}
	if err := change(tx, write, now); err != nil {
		return err
	}
	if err := tx.commit(ctx, write); err != nil {
		return err
	}
	s.committed(Commit{Roster: true})
	return nil
}

// AddOverride implements escalation.RosterStore.
func (s *Store) AddOverride(ctx context.Context, o oncall.Override, ms []escalation.Message, by alerting.Actor) (id int64, err error) {
	return s.addOverride(ctx, o, ms, by, func(*transaction) error { return nil })
}

// addOverride stores an override unless first, which is called in its transaction, has an error.
func (s *Store) addOverride(ctx context.Context, o oncall.Override, ms []escalation.Message, by alerting.Actor, first func(tx *transaction) error) (id int64, err error) {
	err = s.changeRoster(ctx, func(tx *transaction, write *pgx.Batch, now time.Time) error {
		if err := first(tx); err != nil {
			return err
		}
		b := &pgx.Batch{}
		queueOverride(b, o, &id)
		if err := tx.run(ctx, b); err != nil {
			return err
		}
		o.ID = id
		queueMessages(write, ms, now)
		queueRosterAudit(write, by, "override-add", nil, overridden(o), now)
		return nil
	})
	if err == nil && len(ms) > 0 {
		s.committed(Commit{Pages: lanesOf(ms)})
	}
	return id, err
}

func queueOverride(b *pgx.Batch, o oncall.Override, id *int64) {
	b.Queue(`INSERT INTO overrides (rotation, person, from_at, until_at, note, made_by, swap_id) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`,
		o.Rotation, o.Person, o.From, o.Until, storable(o.Note), storable(o.By), o.Swap).
		QueryRow(func(row pgx.Row) error { return row.Scan(id) })
}

// RemoveOverride implements escalation.RosterStore.
func (s *Store) RemoveOverride(ctx context.Context, id int64, by alerting.Actor) error {
	return s.changeRoster(ctx, func(tx *transaction, write *pgx.Batch, now time.Time) error {
		o, err := one(ctx, tx, scanOverride, `SELECT `+overrideColumns+` FROM overrides
			WHERE id = $1 AND until_at > tocsin_now()`, id)
		if err != nil {
			return err
		}
		queueEnd(write, "overrides", id, o.From, now)
		queueRosterAudit(write, by, "override-remove", overridden(o), nil, now)
		return nil
	})
}

// queueEnd ends what began before now, and deletes what is to come.
func queueEnd(b *pgx.Batch, table string, id int64, from, now time.Time) {
	if from.Before(now) {
		b.Queue(`UPDATE `+table+` SET until_at = $2 WHERE id = $1`, id, now)
		return
	}
	b.Queue(`DELETE FROM `+table+` WHERE id = $1`, id)
}

// one reads the only row of a query; alerting.ErrNotFound if there is none.
func one[T any](ctx context.Context, tx *transaction, scan pgx.RowToFunc[T], sql string, args ...any) (v T, err error) {
	found, err := every(ctx, tx, scan, sql, args...)
	if err != nil {
		return v, err
	}
	if len(found) == 0 {
		return v, alerting.ErrNotFound
	}
	return found[0], nil
}

// every reads all rows of a query.
func every[T any](ctx context.Context, tx *transaction, scan pgx.RowToFunc[T], sql string, args ...any) (found []T, err error) {
	b := &pgx.Batch{}
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		found, err = pgx.CollectRows(rows, scan)
		return err
	})
	return found, tx.run(ctx, b)
}

var (
	_ escalation.RosterStore  = (*Store)(nil)
	_ escalation.HandoffStore = (*Store)(nil)
)
