//go:build failpoints

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"

	"github.com/jackc/pgx/v5"
)

// failpoints kill the process, as kill -9 does, at the N-th time that it comes by a place:
// TOCSIN_FAILPOINT="before-commit:7". The places are before-commit and after-commit (every statement or
// batch that changes something), before-send and after-send (every call of a provider: a page, what is
// written to the chat channel, an answer to a press).
var failpoints = newFailpoints(os.Getenv("TOCSIN_FAILPOINT"))

type killer struct {
	place string
	left  atomic.Int64
}

func newFailpoints(spec string) *killer {
	k := &killer{}
	place, count, ok := strings.Cut(spec, ":")
	n, err := strconv.ParseInt(count, 10, 64)
	if spec != "" && (!ok || err != nil) {
		panic(fmt.Sprintf("TOCSIN_FAILPOINT=%q: write PLACE:N", spec))
	}
	k.place = place
	k.left.Store(n)
	return k
}

func (k *killer) at(place string) {
	if place == k.place && k.left.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // dead in a moment
	}
}

func (k *killer) tracer() pgx.QueryTracer { return tracer{k} }

// tracer passes by before-commit and after-commit. A batch commits with its last statement.
type tracer struct{ k *killer }

func changes(sql string) bool {
	sql = strings.TrimSpace(sql)
	for _, word := range []string{"WITH", "INSERT", "UPDATE", "DELETE", "commit"} {
		if strings.HasPrefix(sql, word) {
			return true
		}
	}
	return false
}

type traced struct{}

func (t tracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if changes(d.SQL) {
		t.k.at("before-commit")
		return context.WithValue(ctx, traced{}, true)
	}
	return ctx
}

func (t tracer) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) {
	if ctx.Value(traced{}) != nil {
		t.k.at("after-commit")
	}
}

func (t tracer) TraceBatchStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceBatchStartData) context.Context {
	for _, q := range d.Batch.QueuedQueries {
		if changes(q.SQL) {
			t.k.at("before-commit")
			return context.WithValue(ctx, traced{}, true)
		}
	}
	return ctx
}

func (t tracer) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

func (t tracer) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchEndData) {
	if ctx.Value(traced{}) != nil {
		t.k.at("after-commit")
	}
}

func (k *killer) sender(s notifiers.Sender) notifiers.Sender { return deadlySender{k, s} }

type deadlySender struct {
	k    *killer
	next notifiers.Sender
}

func (d deadlySender) Send(ctx context.Context, n notifiers.Notice) (notifiers.Receipt, error) {
	d.k.at("before-send")
	r, err := d.next.Send(ctx, n)
	d.k.at("after-send")
	return r, err
}

func (k *killer) board(b notifiers.Board) notifiers.Board { return deadlyBoard{k, b} }

type deadlyBoard struct {
	k    *killer
	next notifiers.Board
}

func (d deadlyBoard) Post(ctx context.Context, b notifiers.Brief) (json.RawMessage, error) {
	d.k.at("before-send")
	defer d.k.at("after-send")
	return d.next.Post(ctx, b)
}

func (d deadlyBoard) Edit(ctx context.Context, ref json.RawMessage, b notifiers.Brief) error {
	d.k.at("before-send")
	defer d.k.at("after-send")
	return d.next.Edit(ctx, ref, b)
}

func (d deadlyBoard) Find(ctx context.Context, b notifiers.Brief, since time.Time) (json.RawMessage, error) {
	if f, ok := d.next.(notifiers.Finder); ok {
		return f.Find(ctx, b, since)
	}
	return nil, nil
}

func (d deadlyBoard) Below(ctx context.Context, ref json.RawMessage, b notifiers.Brief, since time.Time) ([]int64, error) {
	if f, ok := d.next.(notifiers.Finder); ok {
		return f.Below(ctx, ref, b, since)
	}
	return nil, nil
}

func (d deadlyBoard) Renew(ctx context.Context, ref json.RawMessage, b notifiers.Brief) (json.RawMessage, error) {
	d.k.at("before-send")
	defer d.k.at("after-send")
	if r, ok := d.next.(notifiers.Renewer); ok {
		return r.Renew(ctx, ref, b)
	}
	return ref, d.next.Edit(ctx, ref, b)
}

func (d deadlyBoard) Reply(ctx context.Context, ref json.RawMessage, b notifiers.Brief, entries []alerting.Entry) error {
	d.k.at("before-send")
	defer d.k.at("after-send")
	return d.next.Reply(ctx, ref, b, entries)
}

func (k *killer) respond(next notifiers.Respond) notifiers.Respond {
	return func(ctx context.Context, r escalation.Reply, text string) error {
		k.at("before-send")
		defer k.at("after-send")
		return next(ctx, r, text)
	}
}
