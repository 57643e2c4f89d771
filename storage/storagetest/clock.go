package storagetest

import (
	"testing"
	"time"
)

// SetClock makes the database's clock, tocsin_now(), stand at a moment, to the microsecond, for every
// connection from its next statement on.
func (db *DB) SetClock(t testing.TB, at time.Time) {
	t.Helper()
	if db.clock == "" {
		err := db.Pool.QueryRow(t.Context(), `SELECT pg_get_functiondef('tocsin_now()'::regprocedure)`).Scan(&db.clock)
		if err != nil {
			t.Fatalf("storagetest: read the clock: %v", err)
		}
	}
	db.define(t, `CREATE OR REPLACE FUNCTION tocsin_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS `+
		`$$ SELECT '`+at.UTC().Format("2006-01-02 15:04:05.000000")+`+00'::timestamptz $$`)
}

// RunClock makes the database's clock run again.
func (db *DB) RunClock(t testing.TB) {
	t.Helper()
	if db.clock != "" {
		db.define(t, db.clock)
	}
}

func (db *DB) define(t testing.TB, function string) {
	t.Helper()
	if _, err := db.Pool.Exec(t.Context(), function); err != nil {
		t.Fatalf("storagetest: set the clock: %v", err)
	}
}
