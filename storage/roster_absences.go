package storage

import (
	"context"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// AddAbsence implements escalation.RosterStore. The lock of the roster keeps two from coming in side by side that
// overlap.
func (s *Store) AddAbsence(ctx context.Context, a escalation.Absence, by alerting.Actor) (id int64, err error) {
	err = s.changeRoster(ctx, func(tx *transaction, write *pgx.Batch, now time.Time) error {
		others, err := every(ctx, tx, scanAbsence, `SELECT `+absenceColumns+` FROM absences
			WHERE person = $1 AND until_at > $2 ORDER BY from_at`, a.Person, a.From)
		if err != nil {
			return err
		}
		if err := a.Clash(others, time.UTC); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`INSERT INTO absences (person, from_at, until_at, deputy, note, made_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			a.Person, a.From, a.Until, a.Deputy, storable(a.Note), storable(a.By)).
			QueryRow(func(row pgx.Row) error { return row.Scan(&id) })
		if err := tx.run(ctx, b); err != nil {
			return err
		}
		a.ID = id
		queueRosterAudit(write, by, "absence-add", nil, absent(a), now)
		return nil
	})
	return id, err
}

// RemoveAbsence implements escalation.RosterStore.
func (s *Store) RemoveAbsence(ctx context.Context, id int64, by alerting.Actor) error {
	return s.changeRoster(ctx, func(tx *transaction, write *pgx.Batch, now time.Time) error {
		a, err := one(ctx, tx, scanAbsence, `SELECT `+absenceColumns+` FROM absences
			WHERE id = $1 AND until_at > tocsin_now()`, id)
		if err != nil {
			return err
		}
		queueEnd(write, "absences", id, a.From, now)
		queueRosterAudit(write, by, "absence-remove", absent(a), nil, now)
		return nil
	})
}
