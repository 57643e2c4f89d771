package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const pidFileName = "postmaster.pid"

// pidFile is what PostgreSQL says of itself in postmaster.pid.
type pidFile struct {
	pid   int
	ready bool // takes connections
}

// parsePIDFile reads postmaster.pid: line 1 is the process, line 8 its status (PostgreSQL's
// miscadmin.h). The server adds lines while it starts, so that later ones may not be there yet.
func parsePIDFile(b []byte) (pidFile, error) {
	lines := strings.Split(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 0 {
		return pidFile{}, fmt.Errorf("postmaster.pid names no process: %.40q", lines[0])
	}
	return pidFile{pid: pid, ready: len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready"}, nil
}

// ready reports whether the server that is process pid takes connections.
func (s site) ready(pid int) bool {
	b, err := os.ReadFile(filepath.Join(s.data(), pidFileName))
	if err != nil {
		return false
	}
	f, err := parsePIDFile(b)
	return err == nil && f.ready && f.pid == pid
}

// disownPIDFile makes the postmaster.pid of a dead server harmless. Its number may be some other
// process's by now, and PostgreSQL would take that for a living server and refuse to start. The file
// stays, because it also names the shared memory by which PostgreSQL itself makes sure that nothing of the
// old server is left; only the number becomes ours, which PostgreSQL knows to be no server: it is its
// parent's. The caller has made sure that no server is running.
func (s site) disownPIDFile() error {
	// The folder is another user's where this process is root: no link in it may lead out.
	data, err := os.OpenRoot(s.data())
	if err != nil {
		return fmt.Errorf("PostgreSQL's data: %w", err)
	}
	defer func() { _ = data.Close() }()
	b, err := data.ReadFile(pidFileName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("a former server's postmaster.pid: %w", err)
	}
	_, rest, more := bytes.Cut(b, []byte("\n"))
	if _, err := parsePIDFile(b); err != nil || !more { // cut short by a crash; PostgreSQL would not start
		return data.Remove(pidFileName)
	}
	mine := append([]byte(strconv.Itoa(os.Getpid())+"\n"), rest...)
	if err := data.WriteFile(pidFileName, mine, 0o600); err != nil {
		return fmt.Errorf("a former server's postmaster.pid: %w", err)
	}
	return nil
}
