package storage

import (
	"context"

	"tocsin/notifiers/ledger"

	"github.com/jackc/pgx/v5"
)

const ledgerColumns = `l.id, l.incident_id, coalesce(l.seq, 0), l.at, l.kind, l.page_id, coalesce(l.attempt_id::text, ''), l.person, l.channel, l.data,
	l.prev, l.hash`

// entryFields are where a row of ledgerColumns is scanned to; call done after it.
func entryFields(e *ledger.Entry) (fields []any, done func()) {
	var prev, hash []byte
	fields = []any{&e.ID, &e.Incident, &e.Seq, &e.At, &e.Kind, &e.Page, &e.Attempt, &e.Person, &e.Channel, &e.Data, &prev, &hash}
	return fields, func() { e.At, e.Prev, e.Hash = e.At.UTC(), sumOf(prev), sumOf(hash) }
}

func scanEntry(row pgx.CollectableRow) (ledger.Entry, error) {
	var e ledger.Entry
	fields, done := entryFields(&e)
	err := row.Scan(fields...)
	done()
	return e, err
}

// sumOf is a stored hash. One of another length was written by nobody of ours: it is read as none, which fits
// nowhere.
func sumOf(raw []byte) ledger.Sum {
	s, ok := ledger.SumOf(raw)
	if !ok {
		return ledger.Sum{}
	}
	return s
}

// entriesOf reads incidents' entries, each chain in order and what is not sealed yet after it; one part an index.
const entriesOf = `
	SELECT ` + ledgerColumns + ` FROM ledger l WHERE incident_id = ANY ($1) AND seq IS NOT NULL
	UNION ALL SELECT ` + ledgerColumns + ` FROM ledger l WHERE incident_id = ANY ($1) AND seq IS NULL`

// Ledger is what the ledger tells of an incident: its chain, then what is not sealed yet. Incident 0 is of the
// messages.
func (s *Store) Ledger(ctx context.Context, incident int64) ([]ledger.Entry, error) {
	rows, err := s.reads.Query(ctx, `SELECT * FROM (`+entriesOf+`) AS e ORDER BY 3 = 0, 3, 1`, []int64{incident})
	if err != nil {
		return nil, classify(err)
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	return entries, classify(err)
}
