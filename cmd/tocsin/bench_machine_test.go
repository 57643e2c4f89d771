package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// machine says on what the figures were measured. The server's settings are those that it shows.
func (w *benchWorld) machine(ctx context.Context, b *testing.B) string {
	conn, err := pgx.Connect(ctx, w.database)
	benchMust(b, err)
	defer func() { _ = conn.Close(ctx) }()
	settings := []string{"server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method", "shared_buffers"}
	for i, name := range settings {
		var value string
		benchMust(b, conn.QueryRow(ctx, "SHOW "+name).Scan(&value))
		settings[i] = name + " " + value
	}
	return fmt.Sprintf("Machine: %d cores (%s), %s/%s, %s, shared by the clients, Tocsin and PostgreSQL.\nPostgreSQL: %s.\n",
		runtime.NumCPU(), processor(), runtime.GOOS, runtime.GOARCH, runtime.Version(), strings.Join(settings, ", "))
}

// processor is the CPU's name.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "of unknown make"
}

// checkNothingLost compares what was answered with 2xx with what is stored.
func (w *benchWorld) checkNothingLost(ctx context.Context, b *testing.B) {
	conn, err := pgx.Connect(ctx, w.database)
	benchMust(b, err)
	defer func() { _ = conn.Close(ctx) }()
	var stored uint64
	benchMust(b, conn.QueryRow(ctx, "SELECT count(*) FROM alerts WHERE latest AND source <> 'tocsin'").Scan(&stored))
	if stored != w.accepted {
		b.Errorf("%d alerts were accepted and %d are stored", w.accepted, stored)
	}
}

func benchMust(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}
