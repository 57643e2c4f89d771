package storage

import (
	"context"

	"tocsin/notifiers/ledger"

	"github.com/jackc/pgx/v5"
)

// sealing is the key of the advisory lock that the one who seals or anchors holds.
const sealing = 0x746f6373696e // "tocsin"

// Seal implements notifiers.LedgerStore. A chain whose end is not as it should be goes on behind it, so that the
// break stays to be seen and holds up no other chain.
func (s *Store) Seal(ctx context.Context, limit int) (n int, err error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return 0, err
	}
	defer tx.end()
	loose, heads, err := readLoose(ctx, tx, limit)
	if err != nil || len(loose) == 0 {
		return 0, err
	}
	byIncident := map[int64][]ledger.Entry{}
	for _, e := range loose {
		byIncident[e.Incident] = append(byIncident[e.Incident], e)
	}
	var r sealRows
	for incident, entries := range byIncident {
		r.add(ledger.Seal(heads[incident], entries))
	}
	write := &pgx.Batch{}
	r.queue(write)
	return len(loose), tx.commit(ctx, write)
}

// readLoose takes the lock and reads what is not sealed yet, with the ends of its chains. It reads nothing while
// another seals.
func readLoose(ctx context.Context, tx *transaction, limit int) (loose []ledger.Entry, heads map[int64]ledger.Head, err error) {
	lock, read := &pgx.Batch{}, &pgx.Batch{}
	var locked bool
	queueSealing(lock, &locked)
	if err := tx.run(ctx, lock); err != nil || !locked {
		return nil, nil, err
	}
	heads = map[int64]ledger.Head{}
	read.Queue(`
		SELECT `+ledgerColumns+`, greatest(h.seq, (SELECT max(seq) FROM ledger c WHERE c.incident_id = l.incident_id AND c.seq IS NOT NULL), 0), h.hash
		FROM (SELECT * FROM ledger WHERE seq IS NULL ORDER BY id LIMIT $1) AS l
		LEFT JOIN ledger_heads h ON h.incident_id = l.incident_id
		ORDER BY l.id`, limit).Query(func(rows pgx.Rows) (err error) {
		loose, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (ledger.Entry, error) {
			var e ledger.Entry
			var h ledger.Head
			var hash []byte
			fields, done := entryFields(&e)
			err := row.Scan(append(fields, &h.Seq, &hash)...)
			done()
			h.Incident, h.Hash = e.Incident, sumOf(hash)
			heads[e.Incident] = h
			return e, err
		})
		return err
	})
	return loose, heads, tx.run(ctx, read)
}

func queueSealing(b *pgx.Batch, locked *bool) {
	b.Queue(`SELECT pg_try_advisory_xact_lock($1)`, int64(sealing)).QueryRow(func(row pgx.Row) error { return row.Scan(locked) })
}

// sealRows are sealed entries and the ends of their chains as columns, for unnest.
type sealRows struct {
	id         []int64
	seq        []int32
	prev, hash [][]byte

	incident []int64
	last     []int32
	end      [][]byte
}

func (r *sealRows) add(entries []ledger.Entry, h ledger.Head) {
	for _, e := range entries {
		r.id, r.seq = append(r.id, e.ID), append(r.seq, int32(e.Seq))
		r.prev, r.hash = append(r.prev, e.Prev[:]), append(r.hash, e.Hash[:])
	}
	r.incident, r.last, r.end = append(r.incident, h.Incident), append(r.last, int32(h.Seq)), append(r.end, h.Hash[:])
}

func (r *sealRows) queue(b *pgx.Batch) {
	b.Queue(`
		UPDATE ledger l SET seq = r.seq, prev = r.prev, hash = r.hash
		FROM unnest($1::bigint[], $2::int[], $3::bytea[], $4::bytea[]) AS r(id, seq, prev, hash) WHERE l.id = r.id AND l.id = ANY ($1)`,
		r.id, r.seq, r.prev, r.hash)
	b.Queue(`
		INSERT INTO ledger_heads (incident_id, seq, hash)
		SELECT incident_id, seq, hash FROM unnest($1::bigint[], $2::int[], $3::bytea[]) AS r(incident_id, seq, hash)
		ON CONFLICT (incident_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, anchor = NULL`,
		r.incident, r.last, r.end)
}
