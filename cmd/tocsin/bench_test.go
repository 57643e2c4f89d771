package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"testing"
	"time"
)

// How long a row of the table is measured, and how long it runs before that counts.
const (
	benchRow  = 8 * time.Second
	benchWarm = 2 * time.Second
)

// BenchmarkProgram measures the whole program: the built binary as a process of its own, on a private
// PostgreSQL that syncs each commit, with stand-ins for the providers. Beside each figure stands what
// pgbench -N reaches on the same server a moment before. docs/benchmarks.md says what the rows mean.
//
// It prints its table on standard output and takes many minutes: run it with -benchtime 1x -timeout 60m.
func BenchmarkProgram(b *testing.B) {
	ctx, stop := signal.NotifyContext(b.Context(), os.Interrupt)
	defer stop()
	world := newBenchWorld(ctx, b)
	pg := newPgbench(ctx, b, world.database)
	for b.Loop() {
		var t benchTable
		t.add(world.alertToProvider(ctx, b)...)
		t.add(measureIntake(ctx, b, world, pg)...)
		t.add(measureEngine(ctx, b, world)...)
		world.checkNothingLost(ctx, b)
		fmt.Printf("\n%s\n%s\n", world.machine(ctx, b), t)
		t.report(b)
	}
}

// measureIntake measures posts of new alerts, of groups, and of alerts that fire already.
func measureIntake(ctx context.Context, b *testing.B, world *benchWorld, pg *pgbench) []benchRowResult {
	var rows []benchRowResult
	distinct := map[int]float64{}
	for _, clients := range []int{1, 16, 64} {
		r := benchRowResult{what: "new alert a post", clients: clients}
		r.beside(ctx, b, pg)
		r.load = world.post(ctx, b, newAlerts(1), clients)
		distinct[clients] = r.load.rate
		rows = append(rows, r)
	}

	group := benchRowResult{what: "group of 64 new alerts a post, in alerts", clients: 8}
	group.beside(ctx, b, pg)
	group.load = world.post(ctx, b, newAlerts(64), group.clients)
	rows = append(rows, group)

	repeat := benchRowResult{what: "repeat of a firing alert a post", clients: 16}
	repeat.load = world.post(ctx, b, world.knownAlerts(ctx, b), repeat.clients)
	repeat.note = fmt.Sprintf("%.2f x new alerts at 16 clients", repeat.load.rate/distinct[16])
	return append(rows, repeat)
}
