package storage_test

import (
	"testing"
	"time"

	"tocsin/storage/storagetest"

	"github.com/jackc/pgx/v5"
)

// BenchmarkLedger gives what a statement costs with the ledger's triggers, as a multiple of what it costs
// without: pages made 30 at a time, as an advance of ten P0 makes them, and an attempt that is begun and
// finished.
func BenchmarkLedger(b *testing.B) {
	const made = `INSERT INTO pages (incident_id, round, step, kind, role, person, channel, severity, until, reason, created_at, next_attempt_at)
		SELECT nextval('incident_numbers'), 1, 0, 'page', 'on-call', 'ada', 'sms', 0, 'acknowledged', '{"text": "Ada holds primary", "rule": "rotations.primary"}', tocsin_now(), tocsin_now()
		FROM generate_series(1, 30)`
	const tried = `WITH page AS (SELECT id FROM pages ORDER BY id DESC LIMIT 1)
		INSERT INTO attempts (id, page_id, at) SELECT gen_random_uuid(), id, tocsin_now() FROM page`
	const finished = `UPDATE attempts SET outcome = 'sent', finished_at = tocsin_now(), provider_id = 'SM1'
		WHERE id = (SELECT id FROM attempts WHERE page_id = (SELECT max(id) FROM pages) LIMIT 1)`
	for name, statements := range map[string][]string{"pages": {made}, "attempt": {tried, finished}} {
		b.Run(name, func(b *testing.B) {
			db := storagetest.New(b)
			with, without := connected(b, db, "origin"), connected(b, db, "replica")
			var spent, bare time.Duration
			run := func(c *pgx.Conn) time.Duration {
				start := time.Now()
				for _, sql := range statements {
					if _, err := c.Exec(b.Context(), sql); err != nil {
						b.Fatal(err)
					}
				}
				return time.Since(start)
			}
			if _, err := with.Exec(b.Context(), made); err != nil {
				b.Fatal(err)
			}
			for range 20 { // statements and plans are prepared
				run(with)
				run(without)
			}
			for b.Loop() {
				spent += run(with)
				bare += run(without)
			}
			b.ReportMetric(float64(spent)/float64(bare), "x")
			b.ReportMetric(float64(bare.Microseconds())/float64(b.N), "without-µs")
			b.ReportMetric(float64(spent.Microseconds())/float64(b.N), "with-µs")
		})
	}
}

// connected is a connection on which triggers fire ("origin") or do not ("replica").
func connected(b *testing.B, db *storagetest.DB, role string) *pgx.Conn {
	b.Helper()
	c, err := pgx.Connect(b.Context(), db.URL)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close(b.Context()) })
	if _, err := c.Exec(b.Context(), `SET session_replication_role = `+role); err != nil {
		b.Fatal(err)
	}
	return c
}
