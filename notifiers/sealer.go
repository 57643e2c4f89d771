package notifiers

import (
	"context"
	"log/slog"
	"time"

	"tocsin/escalation/due"
	"tocsin/notifiers/ledger"
)

// LedgerStore keeps the delivery ledger.
type LedgerStore interface {
	// Seal puts at most limit entries at the ends of their chains, the oldest first. While another replica
	// seals it does nothing.
	Seal(ctx context.Context, limit int) (n int, err error)
	// Anchor holds the ends of the chains that have grown, if the anchor before is old enough: a.ID is 0 if
	// it does not. wait is how long there is nothing to ask.
	Anchor(ctx context.Context) (a ledger.Anchor, wait time.Duration, err error)
}

// sealBatch is how many entries are sealed in one transaction.
const sealBatch = 1000

// NewSealer makes the loop that seals and anchors the ledger. It looks once a second and nobody wakes it: what
// came meanwhile is sealed in one transaction, rather than each commit followed by another. What it anchors it
// also logs, so that the logs hold evidence outside of the database.
func NewSealer(store LedgerStore, log *slog.Logger) *due.Loop {
	var anchorAt time.Time
	return due.New("sealer", log, func(ctx context.Context) (time.Duration, error) {
		for {
			n, err := store.Seal(ctx, sealBatch)
			if err != nil {
				return 0, err
			}
			if n < sealBatch {
				break
			}
		}
		if time.Now().Before(anchorAt) {
			return due.Net, nil
		}
		a, wait, err := store.Anchor(ctx)
		if err != nil {
			return 0, err
		}
		anchorAt = time.Now().Add(wait)
		if a.ID != 0 {
			log.Info("ledger anchored", "anchor", a.ID, "at", a.At, "incidents", len(a.Held), "hash", a.Hash)
		}
		return due.Net, nil
	})
}
