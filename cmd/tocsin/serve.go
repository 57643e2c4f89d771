package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/storage"
	"tocsin/storage/embedded"

	"golang.org/x/sync/errgroup"
)

type serveCmd struct {
	LogLevel  slog.Level `default:"info" help:"debug, info, warn or error."`
	LogFormat string     `default:"text" enum:"text,json" help:"text or json."`
}

func (cmd *serveCmd) run(ctx context.Context, c *cli, e env) error {
	log := cmd.logger(e)
	cfg, err := c.load(e, func(w config.Problem) { log.Warn(w.Message, "kind", w.Kind, "file", c.Config, "line", w.Line) })
	if err != nil {
		return err
	}
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	return serve(ctx, cfg, origin{c.Config, e.getenv, hangup}, log, func(*app, net.Addr) {})
}

func (cmd *serveCmd) logger(e env) *slog.Logger {
	o := &slog.HandlerOptions{Level: cmd.LogLevel}
	if cmd.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(e.stderr, o))
	}
	return slog.New(slog.NewTextHandler(e.stderr, o))
}

// Stopping takes at most ten seconds.
const (
	drainRequests = 2 * time.Second // for requests under way, from the signal on
	drainPages    = 6 * time.Second // for pages under way, from the signal on; then their fate is unknown
	stopDatabase  = 2 * time.Second
)

// serve runs the service until ctx ends, then drains: no new requests, then no new work, then the pages
// under way, then the database. The configuration is read again from its origin when that changes. up is
// told once it serves.
func serve(ctx context.Context, cfg *config.Config, from origin, log *slog.Logger, up func(*app, net.Addr)) (err error) {
	defer func() {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			log.Info("stopped while starting")
			err = nil
		}
	}()
	url, stopDB, err := database(ctx, cfg, log)
	if err != nil {
		return err
	}
	defer stopDB()
	store, err := storage.Open(ctx, url, log, storage.Options{
		Tracer: failpoints.tracer(), Version: version, Process: processName(), Dead: processDead,
	})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := storage.Migrate(ctx, store.Pool()); err != nil {
		return err
	}
	a, err := newApp(ctx, cfg, store, log)
	if err != nil {
		return err
	}
	a.follow(from)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Server.Listen)
	if err != nil {
		return fmt.Errorf("server.listen %s: %w", cfg.Server.Listen, err)
	}
	log.Info("tocsin serves", "address", listener.Addr().String(), "public_url", cfg.Server.PublicURL, "config", cfg.Hash, "version", version, "replica", store.Replica())
	up(a, listener.Addr())
	return a.run(ctx, listener)
}

// database is where the data are: the configured server, or a private one under data_dir.
func database(ctx context.Context, cfg *config.Config, log *slog.Logger) (url string, stop func(), err error) {
	if cfg.Database.URL != "" {
		return string(cfg.Database.URL), func() {}, nil
	}
	server, err := embedded.Start(ctx, embedded.Options{Dir: cfg.DataDir, Logger: log.With("part", "postgresql")})
	if err != nil {
		return "", nil, err
	}
	keep, cancel := context.WithCancel(context.Background())
	go func() {
		if err := server.Keep(keep); err != nil {
			log.Error("the private PostgreSQL is not looked after any more", "error", err)
		}
	}()
	return server.URL(), func() {
		cancel()
		ctx, done := context.WithTimeout(context.Background(), stopDatabase)
		defer done()
		if err := server.Stop(ctx); err != nil {
			log.Warn("the private PostgreSQL did not stop cleanly; it recovers at the next start", "error", err)
		}
	}, nil
}

// run serves on listener and works until ctx ends; it returns when everything has stopped.
func (a *app) run(ctx context.Context, listener net.Listener) error {
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	var loops errgroup.Group
	for _, loop := range a.loops {
		loops.Go(func() error { loop(work); return nil })
	}
	server := &http.Server{
		Handler:           a,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		a.log.Info("stopping: requests and pages under way are finished first")
	}
	a.stopping()
	cut, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainPages)
	defer cancel()
	down, done := context.WithTimeout(context.WithoutCancel(ctx), drainRequests)
	defer done()
	if e := server.Shutdown(down); e != nil {
		_ = server.Close()
	}
	stopWork()
	a.drain(cut)
	_ = loops.Wait()
	a.log.Info("stopped")
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
