package storage

import (
	"context"
	"slices"
	"time"

	"tocsin/notifiers/ledger"

	"github.com/jackc/pgx/v5"
)

// verifyBatch is how many incidents are read at a time.
const verifyBatch = 200

// VerifyLedger looks at the whole ledger, or at one incident's chain, and at what it tells of, all as of one
// moment. against is an earlier export to hold against it, or nil. What it finds is in the report; an error
// means that it could not look.
func (s *Store) VerifyLedger(ctx context.Context, only *int64, against *ledger.Export) (ledger.Report, error) {
	var report ledger.Report
	err := s.asOfNow(ctx, func(tx pgx.Tx) error {
		var now time.Time
		var anchors []ledger.Anchor
		var incidents []int64
		b := &pgx.Batch{}
		queueNow(b, &now)
		queueRecorded(b, &anchors, scanAnchor, `SELECT `+anchorColumns+` FROM anchors ORDER BY id`)
		queueRecorded(b, &incidents, pgx.RowTo[int64], `
			SELECT incident_id FROM ledger UNION SELECT incident_id FROM ledger_heads UNION SELECT incident_id FROM pages
			UNION SELECT incident FROM audit WHERE incident IS NOT NULL AND `+answered+` ORDER BY 1`)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		if only != nil {
			incidents = []int64{*only}
		}
		v := ledger.NewVerifier(anchors, against, only, now)
		for some := range slices.Chunk(incidents, verifyBatch) {
			chains, err := readChains(ctx, tx, some)
			if err != nil {
				return err
			}
			for _, incident := range some {
				v.Check(*chains[incident])
			}
		}
		report = v.Report()
		return nil
	})
	return report, classify(err)
}

// ExportLedger is what is to be kept outside of the database, as of one moment.
func (s *Store) ExportLedger(ctx context.Context) (x ledger.Export, err error) {
	err = s.asOfNow(ctx, func(tx pgx.Tx) error {
		var now time.Time
		var anchors []ledger.Anchor
		var heads []ledger.Head
		b := &pgx.Batch{}
		queueNow(b, &now)
		queueRecorded(b, &anchors, scanAnchor, `SELECT `+anchorColumns+` FROM anchors ORDER BY id DESC LIMIT 1`)
		queueRecorded(b, &heads, scanHead, `SELECT `+headColumns+` FROM ledger_heads ORDER BY incident_id`)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		var newest *ledger.Anchor
		if len(anchors) > 0 {
			newest = &anchors[0]
		}
		x = ledger.NewExport(newest, heads, now)
		return nil
	})
	return x, classify(err)
}

// asOfNow reads as of one moment. It may read whole tables, and takes its time.
func (s *Store) asOfNow(ctx context.Context, read func(pgx.Tx) error) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.reads, options, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '`+recordedTimeout+`'; SET LOCAL enable_seqscan = on`); err != nil {
			return err
		}
		return read(tx)
	})
}

// answered is the condition of a line of the audit log that the ledger tells of.
const answered = `(after->>'outcome' = 'changed' OR after->>'outcome' LIKE 'nothing:%')`

// readChains reads incidents' chains and what they tell of.
func readChains(ctx context.Context, tx pgx.Tx, incidents []int64) (map[int64]*ledger.Chain, error) {
	chains := make(map[int64]*ledger.Chain, len(incidents))
	for _, id := range incidents {
		chains[id] = &ledger.Chain{Incident: id}
	}
	var entries []ledger.Entry
	var heads []ledger.Head
	b := &pgx.Batch{}
	queueRecorded(b, &entries, scanEntry, entriesOf, incidents)
	queueRecorded(b, &heads, scanHead, `SELECT `+headColumns+` FROM ledger_heads WHERE incident_id = ANY ($1)`, incidents)
	queueToldPages(b, chains, incidents)
	b.Queue(`SELECT incident, id, at, actor, via, action FROM audit WHERE incident = ANY ($1) AND `+answered, incidents).Query(func(rows pgx.Rows) error {
		var incident int64
		var a ledger.Answer
		_, err := pgx.ForEachRow(rows, []any{&incident, &a.Audit, &a.At, &a.Actor, &a.Via, &a.Action}, func() error {
			chains[incident].Answers = append(chains[incident].Answers, a)
			return nil
		})
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	for _, e := range entries {
		chains[e.Incident].Entries = append(chains[e.Incident].Entries, e)
	}
	for _, h := range heads {
		chains[h.Incident].Head = &h
	}
	return chains, nil
}

// queueToldPages reads incidents' pages with their attempts into their chains.
func queueToldPages(b *pgx.Batch, chains map[int64]*ledger.Chain, incidents []int64) {
	b.Queue(`
		SELECT p.incident_id, p.id, p.created_at, p.round, p.step, p.role, p.severity, encode(sha256(convert_to(p.reason::text, 'UTF8')), 'hex'), p.state,
			p.person, p.channel, coalesce(t.id::text, ''), coalesce(t.at, p.created_at), coalesce(t.outcome, ''), coalesce(t.provider_id, ''),
			coalesce(t.error, ''), coalesce(t.reported, ''), coalesce(t.possible_repeat, false)
		FROM pages p LEFT JOIN attempts t ON t.page_id = p.id WHERE p.incident_id = ANY ($1) ORDER BY p.id, t.at, t.id`, incidents).Query(func(rows pgx.Rows) error {
		var incident int64
		var p ledger.Page
		var a ledger.Attempt
		fields := []any{
			&incident, &p.ID, &p.CreatedAt, &p.Round, &p.Step, &p.Role, &p.Severity, &p.Reason, &p.State,
			&p.Person, &p.Channel, &a.ID, &a.At, &a.Outcome, &a.ProviderID, &a.Error, &a.Reported, &a.PossibleRepeat,
		}
		_, err := pgx.ForEachRow(rows, fields, func() error {
			c := chains[incident]
			if n := len(c.Pages); n == 0 || c.Pages[n-1].ID != p.ID {
				c.Pages = append(c.Pages, p)
			}
			if a.ID != "" {
				last := &c.Pages[len(c.Pages)-1]
				last.Attempts = append(last.Attempts, a)
			}
			return nil
		})
		return err
	})
}
