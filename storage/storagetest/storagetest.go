// Package storagetest gives each test a real database of its own, migrated and empty. Nothing has to be
// set up or torn down: the first test of a process starts a private PostgreSQL (or uses the server that
// $TOCSIN_TEST_DATABASE_URL names, as somebody who may create databases), and when the process ends,
// however it ends, the server and its files go too. Only tests import it.
package storagetest

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DB is one test's database.
type DB struct {
	URL  string
	Pool *pgxpool.Pool // closed when the test ends

	clock string // the definition of the real tocsin_now(), while another stands in for it
}

// New returns a migrated, empty database that only this test uses. It is dropped when the test ends.
func New(t testing.TB) *DB {
	t.Helper()
	s := theServer(t)
	template, err := s.template(t.Context())
	if err != nil {
		t.Fatalf("storagetest: %v", err)
	}
	return create(t, s, template)
}

// NewEmpty is New without the schema.
func NewEmpty(t testing.TB) *DB {
	t.Helper()
	return create(t, theServer(t), "template1")
}

// Dir returns an empty folder that a private PostgreSQL's user can reach, removed when the test ends. As
// root, t.TempDir's folders are closed to it.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := openTempDir()
	if err != nil {
		t.Fatalf("storagetest: %v", err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func theServer(t testing.TB) *server {
	t.Helper()
	s, err := running()
	if err != nil {
		t.Fatalf("storagetest: %v", err)
	}
	return s
}

func create(t testing.TB, s *server, template string) *DB {
	t.Helper()
	name := "tocsin_test_" + strings.ToLower(rand.Text())
	err := s.exec(t.Context(), "CREATE DATABASE "+quote(name)+" TEMPLATE "+quote(template))
	if err != nil {
		t.Fatalf("storagetest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.exec(context.Background(), "DROP DATABASE "+quote(name)+" WITH (FORCE)"); err != nil {
			t.Errorf("storagetest: %v", err)
		}
	})
	db := &DB{URL: s.database(name)}
	if db.Pool, err = pgxpool.New(t.Context(), db.URL); err != nil {
		t.Fatalf("storagetest: %v", err)
	}
	t.Cleanup(func() { closePool(t, db.Pool) })
	return db
}

// closePool closes pool, which waits for its connections; a test that kept one is told so.
func closePool(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		defer close(closed)
		pool.Close()
	}()
	select {
	case <-closed:
	case <-time.After(10 * time.Second):
		t.Errorf("storagetest: %d connections were not given back to the pool", pool.Stat().AcquiredConns())
	}
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
