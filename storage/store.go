// Package storage keeps Tocsin's state in PostgreSQL. It implements the interfaces that its consumers
// declare (escalation, notifiers, web), one file an aggregate, each statement beside its scan. It
// decides nothing: decisions come in as functions, are called with what was read under lock, and what
// they say is stored in the same transaction. README.md draws the locks.
package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/alerting"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store is one replica's access to the database. All of its methods may be called at any time from any
// goroutine.
type Store struct {
	pool    *pgxpool.Pool // for what must go on: intake, engine, pages, heartbeat
	reads   *pgxpool.Pool // for what people look at: it may be slow without holding up the rest
	replica uuid.UUID
	log     *slog.Logger
	options Options
	feed    *feed
	claims  claims
	places  atomic.Pointer[[]string] // that the configuration names; nil: it is not known yet

	alone   atomic.Bool   // no other replica lives: nobody to tell
	tell    chan struct{} // something is pending
	mu      sync.Mutex
	pending notice
}

// Options are what Open may be given besides.
type Options struct {
	Tracer  pgx.QueryTracer // sees every statement
	Version string          // of this build, for the other replicas to see
	// Process names this process on its machine, and Dead reports whether one that was named so is
	// certainly gone: what it held is then free at once rather than after two seconds.
	Process string
	Dead    func(process string) bool
	// NoWait makes a database that is not up an error at once, or after three seconds without an answer.
	NoWait bool
}

const (
	workConns   = 16
	readConns   = 8
	readTimeout = "5s"             // for what people look at; then they are told to ask for less
	startWait   = 30 * time.Second // for a database that is not up yet
	answerWait  = 3 * time.Second  // for one that must be up
)

// Open connects to the database at url, which must be migrated, as a new replica. A database that is not
// up is waited for, half a minute at most, unless the options say otherwise. Close it in the end.
func Open(ctx context.Context, url string, log *slog.Logger, o Options) (*Store, error) {
	pool, err := connect(ctx, url, workConns, o.Tracer, map[string]string{"plan_cache_mode": "force_generic_plan"})
	if err != nil {
		return nil, err
	}
	reads, err := connect(ctx, url, readConns, nil, map[string]string{"statement_timeout": readTimeout})
	if err != nil {
		pool.Close()
		return nil, err
	}
	s := &Store{pool: pool, reads: reads, replica: uuid.New(), log: log, options: o, feed: newFeed(), tell: make(chan struct{}, 1)}
	if err := s.await(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// connect makes a pool with our settings and some of its own. Plans prepared while the tables are small
// must stay right when they are large: every statement here has an index to go by.
func connect(ctx context.Context, url string, conns int32, tracer pgx.QueryTracer, settings map[string]string) (*pgxpool.Pool, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database.url: %w", err)
	}
	cfg.MaxConns = max(cfg.MaxConns, conns)
	cfg.ConnConfig.Tracer = tracer
	params := cfg.ConnConfig.RuntimeParams
	maps.Copy(params, map[string]string{
		"application_name": "tocsin", "timezone": "UTC", "jit": "off", "enable_seqscan": "off",
		"idle_in_transaction_session_timeout": "30000",
	})
	maps.Copy(params, settings)
	return pgxpool.NewWithConfig(ctx, cfg)
}

// Ping asks the database for a sign of life, over a connection of those that must go on.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// Stat is how the connections that must go on are used.
func (s *Store) Stat() *pgxpool.Stat { return s.pool.Stat() }

// Close ends all connections.
func (s *Store) Close() {
	s.reads.Close()
	s.pool.Close()
}

// Pool is for what keeps tables of its own in the same database (browser sessions).
func (s *Store) Pool() *pgxpool.Pool { return s.reads }

// Replica is this process's name among those that share the database.
func (s *Store) Replica() uuid.UUID { return s.replica }

// transaction runs pipelined batches on one connection between "begin" and "commit". The first batch
// carries the begin and the last the commit, so that a transaction costs one round trip a batch.
type transaction struct {
	conn  *pgxpool.Conn
	begun bool
	done  bool
}

func (s *Store) begin(ctx context.Context) (*transaction, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", alerting.ErrUnavailable, err)
	}
	return &transaction{conn: conn}, nil
}

// run sends a batch; the first one of a transaction begins it.
func (t *transaction) run(ctx context.Context, b *pgx.Batch) error {
	if !t.begun {
		t.begun = true
		first := &pgx.Batch{}
		first.Queue("begin")
		first.QueuedQueries = append(first.QueuedQueries, b.QueuedQueries...)
		b = first
	}
	return classify(t.conn.SendBatch(ctx, b).Close())
}

// commit sends a last batch and commits with it.
func (t *transaction) commit(ctx context.Context, b *pgx.Batch) error {
	b.Queue("commit")
	if err := t.run(ctx, b); err != nil {
		return err
	}
	t.done = true
	return nil
}

// end rolls back what was not committed and gives the connection back. Call it deferred.
func (t *transaction) end() {
	if t.begun && !t.done && !t.conn.Conn().IsClosed() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		// If this fails the pool sees the open transaction and drops the connection.
		_, _ = t.conn.Exec(ctx, "rollback")
	}
	t.conn.Release()
}

// retries is how often a transaction that lost a race is tried before the caller is told to come back.
const retries = 8

// retry runs a whole transaction again while it loses against others.
func retry(ctx context.Context, try func() error) error {
	var err error
	for range retries {
		if err = try(); !lostRace(err) || ctx.Err() != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %w", alerting.ErrUnavailable, err)
}

// errMoved says that rows changed hands between reading and locking them.
var errMoved = errors.New("an alert moved to another incident meanwhile")

// lostRace reports errors after which the same transaction may succeed.
func lostRace(err error) bool {
	if errors.Is(err, errMoved) {
		return true
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "23505")
}

// classify marks errors of a database that is away, full or stopping as alerting.ErrUnavailable.
func classify(err error) error {
	if err == nil {
		return nil
	}
	pg, ok := errors.AsType[*pgconn.PgError](err)
	switch {
	case !ok && unreadable(err):
		return err
	case !ok:
		return fmt.Errorf("%w: %w", alerting.ErrUnavailable, err)
	}
	switch pg.Code[:2] {
	case "08", "53", "57", "58", "25", "XX": // connection, resources, shutdown, system, read-only, internal
		return fmt.Errorf("%w: %w", alerting.ErrUnavailable, err)
	}
	return err
}

// unreadable reports errors about what was read: trying again reads the same.
func unreadable(err error) bool {
	_, scan := errors.AsType[pgx.ScanArgError](err)
	_, broken := errors.AsType[*brokenCase](err)
	_, record := errors.AsType[*brokenRecord](err)
	return scan || broken || record || errors.Is(err, pgx.ErrNoRows) || errors.Is(err, pgx.ErrTooManyRows)
}

func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func fromNull(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
