package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// benchRowResult is one row of the table.
type benchRowResult struct {
	what             string
	clients          int
	load             load
	simple, prepared float64 // pgbench's transactions a second; 0 where nothing compares
	note             string
}

// beside runs pgbench with as many clients as the row, in both protocols.
func (r *benchRowResult) beside(ctx context.Context, b *testing.B, pg *pgbench) {
	r.simple = pg.tps(ctx, b, r.clients, "simple")
	r.prepared = pg.tps(ctx, b, r.clients, "prepared")
}

// load is what a run of requests came to.
type load struct {
	rate          float64 // alerts a second; 0 where only the time of each counts
	p50, p99, max time.Duration
}

// benchTable is all that was measured, as a Markdown table.
type benchTable struct{ rows []benchRowResult }

func (t *benchTable) add(rows ...benchRowResult) { t.rows = append(t.rows, rows...) }

func (t benchTable) String() string {
	cells := [][]string{{"measured", "clients", "a second", "p50", "p99", "max", "pgbench -N", "ratio", "-M prepared", "ratio", ""}}
	for _, r := range t.rows {
		cells = append(cells, []string{
			r.what, fmt.Sprint(r.clients), figure(r.load.rate), millis(r.load.p50), millis(r.load.p99), millis(r.load.max),
			figure(r.simple), ratio(r.load.rate, r.simple), figure(r.prepared), ratio(r.load.rate, r.prepared), r.note,
		})
	}
	return markdown(cells)
}

// report hands the figures to the benchmark's own output, for benchstat.
func (t benchTable) report(b *testing.B) {
	for _, r := range t.rows {
		name := fmt.Sprintf("%s-%d", strings.NewReplacer(" ", "-", ",", "").Replace(r.what), r.clients)
		b.ReportMetric(float64(r.load.p99.Microseconds())/1000, name+"-p99-ms")
		if r.load.rate > 0 {
			b.ReportMetric(r.load.rate, name+"/s")
		}
	}
}

func figure(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f", v)
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func ratio(v, to float64) string {
	if to == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", v/to)
}

// markdown sets cells as a table whose first row is the head: words to the left, figures to the right.
func markdown(cells [][]string) string {
	width := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c), 2)
		}
	}
	var s strings.Builder
	for n, row := range cells {
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if words(i, row) {
				c += pad
			} else {
				c = pad + c
			}
			s.WriteString("| " + c + " ")
		}
		s.WriteString("|\n")
		if n == 0 {
			rule(&s, width)
		}
	}
	return s.String()
}

func rule(s *strings.Builder, width []int) {
	for i, w := range width {
		line := strings.Repeat("-", w+1)
		if words(i, make([]string, len(width))) {
			s.WriteString("|" + line + "-")
		} else {
			s.WriteString("|" + line + ":")
		}
	}
	s.WriteString("|\n")
}

// words reports whether column i holds words: the first and the last do.
func words(i int, row []string) bool { return i == 0 || i == len(row)-1 }
