package storagetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"tocsin/migrations"
	"tocsin/storage/embedded"
)

// running is the server of this process, started by the first test that wants it. It is the process's,
// as its tests are; nothing else is shared.
var running = sync.OnceValues(startServer)

// server is a PostgreSQL in which databases may be made and dropped.
type server struct {
	url *url.URL

	// Both are only held on to: the private server, and the pipe whose end tells the janitor to tidy up.
	private *embedded.Server
	janitor io.Closer

	mu           sync.Mutex
	templateName string // once it is there
}

func startServer() (*server, error) {
	if given := os.Getenv("TOCSIN_TEST_DATABASE_URL"); given != "" {
		u, err := url.Parse(given)
		if err != nil {
			return nil, fmt.Errorf("TOCSIN_TEST_DATABASE_URL: %w", err)
		}
		return &server{url: u}, nil
	}
	return startPrivate()
}

func startPrivate() (*server, error) {
	dir, err := openTempDir()
	if err != nil {
		return nil, err
	}
	pipe, err := startJanitor()
	if err != nil {
		return nil, err
	}
	s := &server{janitor: pipe}
	if err := tidyLater(pipe, dir); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	s.private, err = embedded.Start(ctx, embedded.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler), Volatile: true})
	if err != nil {
		return nil, err
	}
	if s.url, err = url.Parse(s.private.URL()); err != nil {
		return nil, err
	}
	// Both may lie outside dir, where the temporary folder is deep or closed.
	data, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return nil, err
	}
	return s, tidyLater(pipe, data, s.url.Query().Get("host"))
}

// openTempDir makes a temporary folder that others may pass through.
func openTempDir() (string, error) {
	dir, err := os.MkdirTemp("", "tocsin-test-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

// database is the URL of another database on the server.
func (s *server) database(name string) string {
	u := *s.url
	u.Path = "/" + name
	return u.String()
}

func (s *server) exec(ctx context.Context, sql string) error {
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}

// template is the name of the migrated database that tests' databases are copied from. On a given
// server it stays for the next run, under a name that changes with the migrations.
func (s *server) template(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.templateName != "" {
		return s.templateName, nil
	}
	sum, err := migrationsSum()
	if err != nil {
		return "", err
	}
	name := "tocsin_template_" + sum
	if err := s.makeTemplate(ctx, name); err != nil {
		return "", fmt.Errorf("make the template database: %w", err)
	}
	s.templateName = name
	return name, nil
}

func migrationsSum() (string, error) {
	h := sha256.New()
	names, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		b, err := fs.ReadFile(migrations.Files, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(b), b)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// makeTemplate makes the template unless it is there; test processes that share the server take turns.
// It gets its name only when it is whole.
func (s *server) makeTemplate(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(hashtext('tocsin storagetest template'))`); err != nil {
		return err
	}
	var there bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	if err != nil || there {
		return err
	}
	draft := name + "_draft"
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + quote(draft) + " WITH (FORCE)", "CREATE DATABASE " + quote(draft)} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := migrate(ctx, s.database(draft)); err != nil {
		return err
	}
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(draft)+" RENAME TO "+quote(name))
	return err
}

func migrate(ctx context.Context, databaseURL string) error {
	pool, err := pgxpool.New(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	return migrations.Apply(ctx, pool)
}
