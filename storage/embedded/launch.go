package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// initCluster makes the data folder if there is none. It is made beside its place and moved there when
// whole, so that a kill half-way leaves nothing that looks like data.
func (s *Server) initCluster(ctx context.Context) error {
	if _, err := os.Stat(s.site.data()); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	fresh := filepath.Join(s.site.root, "data.new")
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("remove a half-made cluster: %w", err)
	}
	args := []string{
		"--pgdata=" + fresh, "--username=" + role, "--encoding=UTF8",
		// Sorted by code point, with upper and lower case for all letters.
		"--locale=C", "--lc-ctype=C.UTF-8",
		// The socket's folder lets in nobody but its owner, and that is all that asks.
		"--auth-local=trust", "--auth-host=reject",
		"--data-checksums", "--no-instructions",
	}
	if s.volatile {
		args = append(args, "--no-sync")
	}
	var out bytes.Buffer
	cmd := s.command("initdb", syscall.SIGKILL, args...)
	cmd.Stdout, cmd.Stderr = &out, &out
	c, err := startChild(cmd)
	if err != nil {
		return fmt.Errorf("run initdb: %w", err)
	}
	select {
	case <-c.exited:
	case <-ctx.Done():
		c.signal(context.WithoutCancel(ctx), syscall.SIGKILL)
		return fmt.Errorf("make a PostgreSQL cluster: %w", ctx.Err())
	}
	if c.err != nil {
		return fmt.Errorf("make a PostgreSQL cluster: %w: %s", c.err, strings.TrimSpace(out.String()))
	}
	if err := os.Rename(fresh, s.site.data()); err != nil {
		return fmt.Errorf("make a PostgreSQL cluster: %w", err)
	}
	return nil
}

// launch clears what a former server left, starts the server, and returns when it takes connections.
func (s *Server) launch(ctx context.Context) error {
	if err := s.site.evict(ctx, s.log); err != nil {
		return err
	}
	if err := errors.Join(s.site.disownPIDFile(), s.site.makeSocketDir()); err != nil {
		return err
	}
	death := syscall.SIGINT
	if s.volatile {
		death = syscall.SIGQUIT
	}
	out := &logWriter{log: s.log}
	cmd := s.command("postgres", death, s.args()...)
	cmd.Stderr = out
	c, err := startChild(cmd)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.child = c
	return s.awaitReady(ctx, c, out)
}

func (s *Server) awaitReady(ctx context.Context, c *child, out *logWriter) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !s.site.ready(c.cmd.Process.Pid) {
		select {
		case <-c.exited:
			return fmt.Errorf("PostgreSQL did not start (%w): %s", c.err, out.complaint())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("PostgreSQL is not ready yet: %w", ctx.Err()), c.stop(ctx))
		case <-tick.C:
		}
	}
	return nil
}

// command runs one of PostgreSQL's programs as the cluster's user, with nothing of this process's
// environment: PGDATA, PGPORT and the like would change what it does.
func (s *Server) command(name string, death syscall.Signal, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.bin.dir, name), args...)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + s.bin.dir + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = s.site.owner.attr(death)
	return cmd
}

// args are the server's settings. They stand on its command line rather than in its files, so that a
// newer Tocsin brings its own.
func (s *Server) args() []string {
	settings := []string{
		"listen_addresses=", "port=" + strconv.Itoa(port),
		"unix_socket_directories=" + quoteSocketDir(s.site.socketDir()), "unix_socket_permissions=0700",
		"cluster_name=" + s.site.name(),
		"max_connections=100", "shared_buffers=128MB",
		"jit=off", // its compile time is longer than any statement of ours
		"timezone=UTC", "log_timezone=UTC",
		// What goes wrong, without the statements' texts and values: they may hold secrets.
		"log_destination=stderr", "logging_collector=off", "log_line_prefix=", "lc_messages=C",
		"log_min_messages=warning", "log_min_error_statement=panic", "log_error_verbosity=terse",
	}
	if s.volatile {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	} else {
		settings = append(settings, "fsync=on", "synchronous_commit=on", "wal_compression=on",
			"max_wal_size=2GB", "checkpoint_completion_target=0.9")
	}
	args := []string{"-D", s.site.data()}
	for _, v := range settings {
		args = append(args, "-c", v)
	}
	return args
}

// quoteSocketDir writes a folder as one element of a list setting.
func quoteSocketDir(dir string) string { return `"` + strings.ReplaceAll(dir, `"`, `""`) + `"` }

// createDatabase makes Tocsin's database if it is not there.
func (s *Server) createDatabase(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return fmt.Errorf("connect to the private PostgreSQL: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var there bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, database).Scan(&there)
	if err == nil && !there {
		_, err = conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{database}.Sanitize())
	}
	if err != nil {
		return fmt.Errorf("make the database %s: %w", database, err)
	}
	return nil
}
