package embedded

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// How long an old server may take to go, each way.
const (
	fastStop      = 30 * time.Second // SIGINT: cuts connections, writes a checkpoint
	immediateStop = 10 * time.Second // SIGQUIT: only stops; the next start recovers
)

// process is a living process of a cluster.
type process struct {
	pid        int
	postmaster bool
}

// processes are the living PostgreSQL processes of s: its postmaster, and backends, which outlive a
// killed postmaster by a moment. They are known by their command lines, which any user may read: the
// postmaster's names the data folder, a backend's title the cluster's name.
func (s site) processes() ([]process, error) {
	names, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return nil, fmt.Errorf("look for a former server: %w", err)
	}
	var found []process
	for _, name := range names {
		line, err := os.ReadFile(name)
		if err != nil {
			continue // ended meanwhile
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
		if err != nil || !s.owns(name) {
			continue
		}
		if ours, postmaster := s.recognize(string(line)); ours {
			found = append(found, process{pid, postmaster})
		}
	}
	return found, nil
}

// owns reports whether the process with this file under /proc runs as the cluster's user; others may
// give themselves any command line.
func (s site) owns(name string) bool {
	own, err := ownerOf(filepath.Dir(name))
	return err == nil && own.uid == s.owner.uid
}

func (s site) recognize(cmdline string) (ours, postmaster bool) {
	if strings.HasPrefix(cmdline, "postgres: "+s.name()+": ") {
		return true, false
	}
	args := strings.Split(strings.TrimRight(cmdline, "\x00"), "\x00")
	if filepath.Base(args[0]) != "postgres" {
		return false, false
	}
	is := slices.ContainsFunc(args[1:], func(a string) bool {
		return a == s.data() || a == "-D"+s.data() || a == "--data_directory="+s.data()
	})
	return is, is
}

// evict stops what is left of a former server, whose Tocsin was killed, and waits until it is gone: first
// as a clean stop, then the hard way. The caller holds the data folder's lock, so that no living Tocsin
// needs that server.
func (s site) evict(ctx context.Context, log *slog.Logger) error {
	for _, way := range []struct {
		sig    syscall.Signal
		within time.Duration
	}{{syscall.SIGINT, fastStop}, {syscall.SIGQUIT, immediateStop}} {
		left, err := s.processes()
		if err != nil || len(left) == 0 {
			return err
		}
		log.Warn("a server of a former tocsin is still there; stopping it", "processes", len(left), "signal", way.sig.String())
		for _, p := range left {
			s.signal(p, way.sig)
		}
		if err := s.awaitNone(ctx, way.within); err != nil {
			return err
		}
	}
	left, err := s.processes()
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("a former PostgreSQL server on %s does not end (process %d): stop it by hand", s.data(), left[0].pid)
	}
	return err
}

// signal asks p to end, if it is still the process that was found. Orphaned backends end by themselves
// when they notice; they are only pushed the second time.
func (s site) signal(p process, sig syscall.Signal) {
	if !p.postmaster && sig != syscall.SIGQUIT {
		return
	}
	proc, err := os.FindProcess(p.pid) // holds on to the process, so that its number is not given away
	if err != nil {
		return
	}
	defer func() { _ = proc.Release() }()
	if now, err := s.processes(); err == nil && slices.Contains(now, p) {
		_ = proc.Signal(sig) // it may have ended since
	}
}

// awaitNone returns when no process is left, or after d.
func (s site) awaitNone(ctx context.Context, d time.Duration) error {
	deadline := time.NewTimer(d)
	defer deadline.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		left, err := s.processes()
		if err != nil || len(left) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for a former PostgreSQL server to end: %w", ctx.Err())
		case <-deadline.C:
			return nil
		case <-tick.C:
		}
	}
}
