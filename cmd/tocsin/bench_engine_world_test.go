package main

import (
	"context"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/storage"

	"github.com/jackc/pgx/v5"
)

// engineFar is how long until anything falls due of the incidents that only wait.
const engineFar = 30 * 24 * time.Hour

// engineBench is a database of incidents to which something is owed, for engines alone: nothing is sent.
type engineBench struct {
	conn     *pgx.Conn
	url      string
	policy   *escalation.Policy
	template int64 // the incident of which all others are copies
	next     int64 // the first number that is free
}

func newEngineBench(ctx context.Context, b *testing.B, world *benchWorld) *engineBench {
	server, err := pgx.Connect(ctx, world.database)
	benchMust(b, err)
	_, err = server.Exec(ctx, "CREATE DATABASE engine")
	benchMust(b, err)
	_ = server.Close(ctx)
	u, err := url.Parse(world.database)
	benchMust(b, err)
	u.Path = "/engine"
	cfg, report := config.Load(world.config(), func(string) string { return "" })
	if !report.OK() {
		b.Fatalf("the shipped example: %v", report.Errors)
	}
	e := &engineBench{url: u.String(), policy: cfg.Policy()}
	store := e.open(ctx, b)
	defer store.Close()
	benchMust(b, storage.Migrate(ctx, store.Pool()))
	e.openTemplate(ctx, b, store)
	e.conn, err = pgx.Connect(ctx, e.url)
	benchMust(b, err)
	return e
}

func (e *engineBench) open(ctx context.Context, b *testing.B) *storage.Store {
	store, err := storage.Open(ctx, e.url, slog.New(slog.DiscardHandler), storage.Options{Version: version})
	benchMust(b, err)
	return store
}

// openTemplate opens the incident of which all others are copies: a P1 of which one person is told
// over two channels when its first step fires.
func (e *engineBench) openTemplate(ctx context.Context, b *testing.B, store *storage.Store) {
	desk := escalation.NewDesk(store, func() *escalation.Policy { return e.policy })
	c, err := desk.Open(ctx, escalation.Manual{Title: "Something wants doing", Severity: alerting.P1, By: alerting.Actor{Name: "bench", Via: "api"}})
	benchMust(b, err)
	e.template, e.next = c.Incident.ID, c.Incident.ID+1
	_, err = store.Pool().Exec(ctx, `UPDATE incidents SET next_at = now() + $1::interval`, engineFar)
	benchMust(b, err)
}

// wait adds incidents to which nothing is owed before engineFar.
func (e *engineBench) wait(ctx context.Context, b *testing.B, many int) {
	var from time.Time
	benchMust(b, e.conn.QueryRow(ctx, `SELECT tocsin_now() + $1::interval`, engineFar).Scan(&from))
	e.copies(ctx, b, many, from, time.Millisecond)
	_, err := e.conn.Exec(ctx, "VACUUM (ANALYZE) incidents")
	benchMust(b, err)
}

// copies adds incidents whose first step falls due at from, from+apart, and so on.
func (e *engineBench) copies(ctx context.Context, b *testing.B, many int, from time.Time, apart time.Duration) (first int64) {
	_, err := e.conn.Exec(ctx, `
		INSERT INTO incidents SELECT r.*
		FROM incidents t CROSS JOIN generate_series(0, $2 - 1) AS n
		CROSS JOIN LATERAL (SELECT $4::timestamptz + n * $5::interval AS at) AS due
		CROSS JOIN LATERAL jsonb_populate_record(t, jsonb_build_object('id', $3::bigint + n, 'dedup_key', 'bench/' || ($3::bigint + n),
			'next_at', due.at, 'plan', jsonb_set(t.plan, '{steps,0,due_at}', to_jsonb(due.at)))) AS r
		WHERE t.id = $1`, e.template, int64(many), e.next, from, apart)
	benchMust(b, err)
	first = e.next
	e.next += int64(many)
	return first
}

// fallDue adds incidents whose first step falls due soon, and puts all others off.
func (e *engineBench) fallDue(ctx context.Context, b *testing.B, apart time.Duration) (first int64) {
	_, err := e.conn.Exec(ctx, `UPDATE incidents SET next_at = tocsin_now() + $1::interval WHERE next_at < tocsin_now() + interval '1 day'`, engineFar)
	benchMust(b, err)
	_, err = e.conn.Exec(ctx, "VACUUM (ANALYZE) incidents")
	benchMust(b, err)
	var from time.Time
	benchMust(b, e.conn.QueryRow(ctx, `SELECT tocsin_now() + $1::interval`, engineAhead).Scan(&from))
	return e.copies(ctx, b, engineSteps, from, apart)
}

// checkPages fails the benchmark unless each incident from first on has the pages of one step.
func (e *engineBench) checkPages(ctx context.Context, b *testing.B, first int64) {
	var wrong int
	benchMust(b, e.conn.QueryRow(ctx, `SELECT count(*) FROM incidents i
		WHERE i.id >= $1 AND i.id < $2 AND (SELECT count(*) FROM pages p WHERE p.incident_id = i.id) <> 2`, first, e.next).Scan(&wrong))
	if wrong > 0 {
		b.Errorf("%d of %d incidents have not the two pages of their first step", wrong, engineSteps)
	}
}
