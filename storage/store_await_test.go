package storage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"
)

func TestADatabaseThatRefusesIsNamedWithTheCauseAtOnce(t *testing.T) {
	start := time.Now()
	_, err := Open(t.Context(), "postgres://ada:secret@127.0.0.1:1/tocsin", slog.New(slog.DiscardHandler), Options{NoWait: true})
	if err == nil || !strings.HasPrefix(err.Error(), "cannot reach the database at 127.0.0.1:1: connection refused;") || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestADatabaseThatSaysNothingIsGivenUpAfterThreeSeconds(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, and nobody talks to them
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	start := time.Now()
	_, err = Open(t.Context(), "postgres://"+silent.Addr().String()+"/tocsin", slog.New(slog.DiscardHandler), Options{NoWait: true})
	if want := "cannot reach the database at " + silent.Addr().String() + ": no answer;"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestADatabaseThatMustNotBeUpYetIsWaitedFor(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := Open(ctx, "postgres://127.0.0.1:1/tocsin", slog.New(slog.DiscardHandler), Options{})
	if err == nil || time.Since(start) < 500*time.Millisecond {
		t.Errorf("%v after %s", err, time.Since(start))
	}
}

func TestTheLastCauseOfManyIsTold(t *testing.T) {
	many := errors.New("failed to connect to `user=a database=b`:\n\t[::1]:5432 (localhost): dial error: dial tcp [::1]:5432: connect: cannot assign\n\t127.0.0.1:5432 (localhost): tls error: server refused TLS connection")
	for want, err := range map[string]error{
		"127.0.0.1:5432: server refused TLS connection": many,
		"db:5432: no such host":                         errors.New("failed to connect to `user=a database=b`: hostname resolving error: lookup db: no such host"),
		"db:5432: no answer":                            fmt.Errorf("failed to connect: %w", context.DeadlineExceeded),
		"db:5432: EOF":                                  errors.New("EOF"),
	} {
		if got := unreachable("db:5432", err); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := addressOf("/var/run/postgresql", 5432); got != "/var/run/postgresql/.s.PGSQL.5432" {
		t.Error(got)
	}
}
