package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"tocsin/cmd/tocsin/config"
	"tocsin/storage"

	"github.com/alexedwards/argon2id"
)

// load reads the configuration. Errors are printed in full; warnings go to say.
func (c *cli) load(e env, say func(config.Problem)) (*config.Config, error) {
	cfg, report := config.Load(c.Config, e.getenv)
	if !report.OK() {
		report.Warnings = nil
		_ = report.Print(e.stderr, c.Config)
		return nil, fmt.Errorf("%s has %s: nothing was started", c.Config, count(len(report.Errors), "error"))
	}
	for _, w := range report.Warnings {
		say(w)
	}
	return cfg, nil
}

// count is "1 error", "2 errors".
func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

type migrateCmd struct{}

func (*migrateCmd) run(ctx context.Context, c *cli, e env) error {
	cfg, err := c.load(e, func(config.Problem) {})
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(e.stderr, nil))
	url, stop, err := database(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer stop()
	store, err := storage.Open(ctx, url, log, storage.Options{NoWait: true})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := storage.Migrate(ctx, store.Pool()); err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, "the schema is up to date")
	return nil
}

type hashPasswordCmd struct{}

func (*hashPasswordCmd) run(_ context.Context, _ *cli, e env) error {
	line, err := bufio.NewReader(e.stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the password: %w", err)
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return errors.New("the password is empty: write it to standard input")
	}
	hash, err := argon2id.CreateHash(password, argon2id.DefaultParams)
	if err != nil {
		return err
	}
	fmt.Fprintln(e.stdout, hash)
	return nil
}

type schemaCmd struct{}

func (*schemaCmd) run(_ context.Context, _ *cli, e env) error {
	_, err := e.stdout.Write(append(config.Schema(), '\n'))
	return err
}

type versionCmd struct{}

func (*versionCmd) run(_ context.Context, _ *cli, e env) error {
	_, err := fmt.Fprintln(e.stdout, version)
	return err
}
