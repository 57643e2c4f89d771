package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// pgbenchScale is the size of pgbench's tables: 10 makes a million accounts, 150 MB.
const pgbenchScale = 10

// pgbench is PostgreSQL's own benchmark, in a database of its own on the server that Tocsin uses.
type pgbench struct{ bin, database string }

// newPgbench makes the tables, and warms them up.
func newPgbench(ctx context.Context, b *testing.B, server string) *pgbench {
	conn, err := pgx.Connect(ctx, server)
	benchMust(b, err)
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, "CREATE DATABASE pgbench")
	benchMust(b, err)
	u, err := url.Parse(server)
	benchMust(b, err)
	u.Path = "/pgbench"

	pg := &pgbench{bin: findPgbench(ctx, b, conn), database: u.String()}
	pg.run(ctx, b, "-i", "-q", "-s", strconv.Itoa(pgbenchScale))
	pg.run(ctx, b, "-N", "-c", "16", "-j", "2", "-T", "4")
	return pg
}

// findPgbench prefers the one that came with the server.
func findPgbench(ctx context.Context, b *testing.B, conn *pgx.Conn) string {
	var number string
	benchMust(b, conn.QueryRow(ctx, "SHOW server_version_num").Scan(&number))
	bin := fmt.Sprintf("/usr/lib/postgresql/%s/bin/pgbench", number[:2])
	if _, err := os.Stat(bin); err == nil {
		return bin
	}
	bin, err := exec.LookPath("pgbench")
	if err != nil {
		b.Fatalf("pgbench is not installed, and every figure here is set beside its: Debian has it in postgresql-%s, others in postgresql-contrib", number[:2])
	}
	return bin
}

var tpsLine = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

// tps runs `pgbench -N` with so many clients and returns its transactions a second. protocol is simple
// or prepared.
func (pg *pgbench) tps(ctx context.Context, b *testing.B, clients int, protocol string) float64 {
	out := pg.run(ctx, b, "-N", "-M", protocol, "-c", strconv.Itoa(clients), "-j", "2", "-T", strconv.Itoa(int(benchRow/time.Second)))
	m := tpsLine.FindStringSubmatch(out)
	if m == nil {
		b.Fatalf("pgbench tells no tps:\n%s", out)
	}
	v, err := strconv.ParseFloat(m[1], 64)
	benchMust(b, err)
	return v
}

func (pg *pgbench) run(ctx context.Context, b *testing.B, args ...string) string {
	out, err := exec.CommandContext(ctx, pg.bin, append(args, pg.database)...).CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench %v: %v\n%s", args, err, out)
	}
	return string(out)
}
