package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	database = "tocsin"
	role     = "tocsin"
	port     = 5432 // names the socket's file; nothing listens on a network
)

// Options say where the server lives.
type Options struct {
	// Dir is the folder under which the data are kept; it is made if it is not there. The server takes
	// Dir/postgres and Dir/postgres.lock for itself and leaves the rest to others.
	Dir string
	// Logger gets what PostgreSQL writes: warnings and worse as warnings, the rest at debug level.
	Logger *slog.Logger
	// Volatile trades all durability for speed: a crash may lose everything. For tests.
	Volatile bool
}

// Server is a running PostgreSQL. Its methods may be called from several goroutines.
type Server struct {
	log      *slog.Logger
	site     site
	bin      binaries
	volatile bool
	lock     *os.File
	life     context.Context // ends when Stop is called
	end      context.CancelFunc

	mu      sync.Mutex // held while the child is being started or stopped
	child   *child
	stopped bool
}

// Start makes the cluster if there is none yet, starts its server, and returns when it takes
// connections. It waits for a recovery after a crash as long as ctx allows. The errors are sentences for
// whoever runs Tocsin; ErrNotInstalled and ErrInUse can be told apart.
func Start(ctx context.Context, opts Options) (*Server, error) {
	dir, err := filepath.Abs(opts.Dir)
	if err != nil {
		return nil, fmt.Errorf("data folder %q: %w", opts.Dir, err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	s := &Server{log: opts.Logger, volatile: opts.Volatile, lock: lock}
	s.life, s.end = context.WithCancel(context.Background())
	if err := s.open(ctx, dir); err != nil {
		s.end()
		return nil, errors.Join(err, unlockDir(lock))
	}
	return s, nil
}

func (s *Server) open(ctx context.Context, dir string) (err error) {
	if s.site, err = settle(dir, elsewhere); err != nil {
		return err
	}
	if s.site.moved {
		s.log.Warn("PostgreSQL cannot reach the data folder as its own user; the data are elsewhere",
			"data_dir", dir, "user", s.site.owner.name, "data", s.site.data())
	}
	if s.bin, err = s.site.binaries(); err != nil {
		return err
	}
	if err = s.initCluster(ctx); err != nil {
		return err
	}
	if err = s.launch(ctx); err != nil {
		return err
	}
	if err = s.createDatabase(ctx); err != nil {
		return errors.Join(err, s.child.stop(ctx))
	}
	return nil
}

// URL is where to connect, for pgx and libpq alike. It stays the same across restarts of the server.
func (s *Server) URL() string { return s.url(database) }

func (s *Server) url(db string) string {
	q := url.Values{
		"host": {s.site.socketDir()}, "port": {strconv.Itoa(port)}, "user": {role}, "sslmode": {"disable"},
	}
	// libpq reads "+" as itself.
	raw := strings.ReplaceAll(q.Encode(), "+", "%20")
	return (&url.URL{Scheme: "postgres", Path: "/" + db, RawQuery: raw}).String()
}

// Keep starts the server again, at the same URL, each time it ends unbidden (killed, out of memory). It
// returns nil when ctx ends or Stop is called.
func (s *Server) Keep(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.life, cancel)()
	for {
		c := s.current()
		select {
		case <-ctx.Done():
			return nil
		case <-c.exited:
		}
		if ctx.Err() != nil {
			return nil
		}
		s.log.Error("the private PostgreSQL ended; starting it again", "error", c.err)
		if err := s.relaunch(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("the private PostgreSQL does not start; trying again", "error", err)
			pause(ctx, time.Second)
		}
	}
}

func (s *Server) current() *child {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.child
}

func (s *Server) relaunch(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	return s.launch(ctx)
}

// Stop ends the server and waits until it is gone: connections are cut, what is committed is on disk.
// If ctx ends first it is ended the hard way, which costs the next start a recovery but loses nothing.
// Stopping twice is no error.
func (s *Server) Stop(ctx context.Context) error {
	s.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return nil
	}
	s.stopped = true
	return errors.Join(s.child.stop(ctx), s.site.removeSocketDir(), unlockDir(s.lock))
}

// pause waits for d, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
