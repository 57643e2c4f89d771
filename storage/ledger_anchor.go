package storage

import (
	"context"
	"time"

	"tocsin/notifiers"
	"tocsin/notifiers/ledger"

	"github.com/jackc/pgx/v5"
)

// anchorLook is how soon it is looked again where nothing is to be anchored.
const anchorLook = 10 * time.Second

// Anchor implements notifiers.LedgerStore.
func (s *Store) Anchor(ctx context.Context) (a ledger.Anchor, wait time.Duration, err error) {
	tx, err := s.begin(ctx)
	if err != nil {
		return a, 0, err
	}
	defer tx.end()
	prev, heads, now, err := readLooseHeads(ctx, tx)
	if err != nil {
		return a, 0, err
	}
	if wait := prev.At.Add(ledger.AnchorEvery).Sub(now); prev.ID > 0 && wait > 0 {
		return a, min(wait, ledger.AnchorEvery), nil
	}
	if len(heads) == 0 {
		return a, anchorLook, nil
	}
	a = ledger.NewAnchor(prev, heads, now)
	write := &pgx.Batch{}
	queueAnchor(write, a)
	if err := tx.commit(ctx, write); err != nil {
		return ledger.Anchor{}, 0, err
	}
	return a, ledger.AnchorEvery, nil
}

// readLooseHeads takes the lock and reads the newest anchor, and the ends of chains that none holds yet: none
// while another seals.
func readLooseHeads(ctx context.Context, tx *transaction) (prev ledger.Anchor, heads []ledger.Head, now time.Time, err error) {
	var locked bool
	b := &pgx.Batch{}
	queueSealing(b, &locked)
	if err := tx.run(ctx, b); err != nil || !locked {
		return prev, nil, now, err
	}
	read := &pgx.Batch{}
	queueNow(read, &now)
	read.Queue(`SELECT ` + anchorColumns + ` FROM anchors ORDER BY id DESC LIMIT 1`).Query(func(rows pgx.Rows) error {
		found, err := pgx.CollectRows(rows, scanAnchor)
		if len(found) > 0 {
			prev = found[0]
		}
		return err
	})
	read.Queue(`SELECT ` + headColumns + ` FROM ledger_heads WHERE anchor IS NULL ORDER BY incident_id`).Query(func(rows pgx.Rows) (err error) {
		heads, err = pgx.CollectRows(rows, scanHead)
		return err
	})
	return prev, heads, now, tx.run(ctx, read)
}

func queueAnchor(b *pgx.Batch, a ledger.Anchor) {
	incidents, seqs := make([]int64, len(a.Held)), make([]int32, len(a.Held))
	for i, p := range a.Held {
		incidents[i], seqs[i] = p.Incident, int32(p.Seq)
	}
	b.Queue(`INSERT INTO anchors (id, at, incidents, seqs, digest, prev, hash) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.ID, a.At, incidents, seqs, a.Digest[:], a.Prev[:], a.Hash[:])
	b.Queue(`UPDATE ledger_heads SET anchor = $1 WHERE incident_id = ANY ($2)`, a.ID, incidents)
}

const anchorColumns = `id, at, incidents, seqs, digest, prev, hash`

func scanAnchor(row pgx.CollectableRow) (ledger.Anchor, error) {
	var a ledger.Anchor
	var incidents []int64
	var seqs []int32
	var digest, prev, hash []byte
	err := row.Scan(&a.ID, &a.At, &incidents, &seqs, &digest, &prev, &hash)
	for i := range min(len(incidents), len(seqs)) {
		a.Held = append(a.Held, ledger.Place{Incident: incidents[i], Seq: int(seqs[i])})
	}
	a.At, a.Digest, a.Prev, a.Hash = a.At.UTC(), sumOf(digest), sumOf(prev), sumOf(hash)
	return a, err
}

const headColumns = `incident_id, seq, hash, coalesce(anchor, 0)`

func scanHead(row pgx.CollectableRow) (ledger.Head, error) {
	var h ledger.Head
	var hash []byte
	err := row.Scan(&h.Incident, &h.Seq, &hash, &h.Anchor)
	h.Hash = sumOf(hash)
	return h, err
}

var _ notifiers.LedgerStore = (*Store)(nil)
