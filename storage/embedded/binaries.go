package embedded

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ErrNotInstalled says that there is no PostgreSQL server on this machine.
var ErrNotInstalled = errors.New("no PostgreSQL server is installed: " +
	"install postgresql (apt-get install postgresql), or set database.url to a server of yours")

// Debian's and its derivatives' place for servers, one folder a major version.
const installed = "/usr/lib/postgresql/*/bin"

// binaries is a folder with postgres and initdb of one major version.
type binaries struct {
	dir   string
	major int
}

// findBinaries finds the newest server, by number, or the newest of a major version unless that is 0.
func findBinaries(pattern string, major int) (binaries, error) {
	all, err := everyServer(pattern)
	if err != nil {
		return binaries{}, err
	}
	if len(all) == 0 {
		return binaries{}, ErrNotInstalled
	}
	for _, b := range all {
		if major == 0 || b.major == major {
			return b, nil
		}
	}
	return binaries{}, fmt.Errorf("the data were made by PostgreSQL %d, but only %d is installed: install postgresql-%d, "+
		"or dump the data with it and load them into a new data_dir", major, all[0].major, major)
}

// everyServer lists the servers that match pattern, newest first, then the one in PATH.
func everyServer(pattern string) ([]binaries, error) {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	var all []binaries
	for _, dir := range dirs {
		// 9.6 and its elders are too old for the schema, and no number.
		major, err := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
		if err == nil && complete(dir) {
			all = append(all, binaries{dir, major})
		}
	}
	slices.SortFunc(all, func(a, b binaries) int { return cmp.Compare(b.major, a.major) })
	if b, ok := serverInPath(); ok {
		all = append(all, b)
	}
	return all, nil
}

func complete(dir string) bool {
	for _, name := range []string{"postgres", "initdb"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}

func serverInPath() (binaries, bool) {
	name, err := exec.LookPath("postgres")
	if err != nil {
		return binaries{}, false
	}
	if name, err = filepath.EvalSymlinks(name); err != nil || !complete(filepath.Dir(name)) {
		return binaries{}, false
	}
	out, err := exec.Command(name, "--version").Output()
	if err != nil {
		return binaries{}, false
	}
	major, ok := majorOf(string(out))
	return binaries{filepath.Dir(name), major}, ok
}

// majorOf reads "postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)".
func majorOf(version string) (int, bool) {
	m := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindStringSubmatch(strings.TrimSpace(version))
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil
}
