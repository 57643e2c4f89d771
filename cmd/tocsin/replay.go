package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/escalation/simulator/replay"
	"tocsin/storage"
	"tocsin/storage/embedded"

	"github.com/jackc/pgx/v5/pgconn"
)

// replayCmd tells what this configuration would have done otherwise. It reads the database, changes
// nothing there, and sends nothing.
type replayCmd struct {
	Since string `required:"" placeholder:"TIME" help:"From when on: \"7d\" or \"1 week ago\", \"yesterday\", \"2026-11-01\", \"2026-12-25T03:00 Europe/Berlin\", RFC 3339, or a local time of the configuration."`
	Until string `default:"now" placeholder:"TIME" help:"Until when, itself not included; written as --since. What is to come counts as now."`
	JSON  bool   `help:"Print {\"recorded\":{...},\"replayed\":{...},\"incidents\":[...]}."`
}

func (cmd *replayCmd) run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return err
	}
	now := time.Now()
	since, until, err := cmd.stretch(cfg, now)
	if err != nil {
		return err
	}
	store, done, err := openRecorded(ctx, cfg, e)
	if err != nil {
		return err
	}
	defer done()
	policy, record, err := readRecord(ctx, cfg, store, since, until, now)
	if err != nil {
		return readable(err)
	}
	out := replay.Run(policy, record, since, until)
	if cmd.JSON {
		return printReplay(e.stdout, out)
	}
	return tellReplay(e.stdout, out, cfg.Timezone)
}

// stretch is the time that is asked about.
func (cmd *replayCmd) stretch(cfg *config.Config, now time.Time) (since, until time.Time, err error) {
	if since, err = parsePast(cmd.Since, cfg.Timezone, now); err != nil {
		return since, until, fmt.Errorf("--since: %w", err)
	}
	if until, err = parsePast(cmd.Until, cfg.Timezone, now); err != nil {
		return since, until, fmt.Errorf("--until: %w", err)
	}
	stamp := func(t time.Time) string { return t.In(cfg.Timezone).Format("2006-01-02 15:04 MST") }
	if !since.Before(now) {
		return since, until, fmt.Errorf("--since is %s, and what is to come is not recorded yet: name an earlier time", stamp(since))
	}
	if !since.Before(until) {
		return since, until, fmt.Errorf("--until (%s) is not after --since (%s): name a later --until or an earlier --since", stamp(until), stamp(since))
	}
	if until.After(now) {
		until = now
	}
	return since, until, nil
}

// openRecorded opens the database of a Tocsin that may be running; done closes it.
func openRecorded(ctx context.Context, cfg *config.Config, e env) (store *storage.Store, done func(), err error) {
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	url, stop, err := recordedIn(ctx, cfg, log)
	if err != nil {
		return nil, nil, err
	}
	store, err = storage.Open(ctx, url, log, storage.Options{NoWait: true})
	if err != nil {
		stop()
		return nil, nil, err
	}
	return store, func() { store.Close(); stop() }, nil
}

// recordedIn is the database that the configuration names. A private one is joined where a running Tocsin
// has it, and otherwise started for as long as it is needed.
func recordedIn(ctx context.Context, cfg *config.Config, log *slog.Logger) (url string, stop func(), err error) {
	if cfg.Database.URL != "" {
		return database(ctx, cfg, log)
	}
	running, err := embedded.Find(cfg.DataDir)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, fmt.Errorf("nothing has been recorded: %s holds no database (data_dir), and database.url names none", cfg.DataDir)
	}
	if err != nil {
		return "", nil, err
	}
	if url, stop, err = database(ctx, cfg, log); errors.Is(err, embedded.ErrInUse) {
		return running, func() {}, nil
	}
	return url, stop, err
}

// readRecord reads what a replay needs: all that happened to the incidents that were unresolved in a stretch
// of time, and the configuration's rules with the overrides and absences of that time.
func readRecord(ctx context.Context, cfg *config.Config, store *storage.Store, since, until, now time.Time) (*escalation.Policy, escalation.Record, error) {
	policy := cfg.Policy()
	record, err := store.Recorded(ctx, since.Add(-policy.ReopenWithin), until)
	if err != nil {
		return nil, record, err
	}
	from, end := replay.Extent(record.Incidents, since, until, now)
	if record, err = store.Recorded(ctx, from, end); err != nil {
		return nil, record, err
	}
	roster, err := store.RosterSince(ctx, from)
	if err != nil {
		return nil, record, err
	}
	roster.Imported = keptImports(ctx, cfg, store, from)
	return policy.With(roster), record, nil
}

// keptImports are the imported rotations' shifts, from files and from calendars as they were last fetched.
func keptImports(ctx context.Context, cfg *config.Config, store importStore, from time.Time) map[string][]oncall.Shift {
	out := cfg.Imported(from)
	for rotation, address := range addresses(cfg) {
		body, _, err := store.Import(ctx, sourceOf(address))
		if err != nil {
			continue // nobody holds it, as check --days says too
		}
		if shifts, _, err := cfg.ImportedFrom(rotation, body, from); err == nil {
			out[rotation] = shifts
		}
	}
	return out
}

// readable is an error of reading a record, as a sentence where the schema is not this program's.
func readable(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && (pg.Code == "42P01" || pg.Code == "42703") {
		return errors.New("the database is of an older release, which recorded nothing that can be replayed: run tocsin migrate first")
	}
	return err
}
