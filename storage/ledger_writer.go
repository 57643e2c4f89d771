package storage

import "github.com/jackc/pgx/v5"

// writer is who changes pages, attempts or answers, as the ledger's triggers are told. What nobody says so of is an
// edit outside Tocsin to them.
type writer string

// Writers.
const (
	byMachine writer = "machine" // what is meant
	bySender  writer = "sender"  // tries, and what came of them
	byReport  writer = "receipt" // what providers tell later
	byAnswer  writer = "answer"  // what people did
)

// queueWriter says who writes, from here to the next that says so or the end of the transaction. A batch without
// "begin" is a transaction too.
func queueWriter(b *pgx.Batch, w writer) {
	b.Queue(`SELECT set_config('tocsin.writer', $1, true)`, string(w))
}
