package storage

import (
	"context"

	"tocsin/alerting"
	"tocsin/escalation"

	"github.com/jackc/pgx/v5"
)

// lockLoose locks those of the known alerts that never opened an incident, in the order of their
// numbers, and reads them again. All others are covered by their incidents' locks; without its own, such
// an alert that fires in two groups at once would open an incident in each, and end in one only.
func lockLoose(ctx context.Context, tx *transaction, k escalation.Known) error {
	var loose []int64
	for _, a := range k.Alerts {
		if a.IncidentID == 0 {
			loose = append(loose, a.ID)
		}
	}
	if len(loose) == 0 {
		return nil
	}
	var locked []alerting.Alert
	b := &pgx.Batch{}
	b.Queue(`SELECT `+alertColumns+` FROM alerts a WHERE id = ANY ($1) AND latest AND incident_id IS NULL
		ORDER BY id FOR NO KEY UPDATE`, loose).Query(func(rows pgx.Rows) (err error) {
		locked, err = pgx.CollectRows(rows, scanAlert)
		return err
	})
	if err := tx.run(ctx, b); err != nil {
		return err
	}
	if len(locked) < len(loose) {
		return errMoved
	}
	for _, a := range locked {
		k.Alerts[escalation.AlertKey{Source: a.Source, Fingerprint: a.Fingerprint}] = a
	}
	return nil
}
