package embedded

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// elsewhere is where the data go when PostgreSQL's user cannot reach the data folder.
const elsewhere = "/var/lib/tocsin"

// site is the folder of one cluster: data (PostgreSQL's own), run (its socket).
type site struct {
	root  string // absolute, without symbolic links; only owner may enter
	owner owner
	moved bool // newly made elsewhere, with a link to it in the data folder
}

// settle finds the cluster's folder below dir, or makes it: dir/postgres, or a folder in other with a
// link to it where PostgreSQL's user cannot reach dir.
func settle(dir, other string) (site, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return site{}, fmt.Errorf("the data folder cannot be used: %w", err)
	}
	home := filepath.Join(dir, "postgres")
	_, err = os.Lstat(home)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return found(dir, home, other)
	case err != nil:
		return site{}, fmt.Errorf("the data folder cannot be used: %w", err)
	}
	return reuse(home)
}

// found makes a new cluster's folder.
func found(dir, home, other string) (site, error) {
	own := self()
	if os.Geteuid() == 0 {
		var err error
		if own, err = service(); err != nil {
			return site{}, err
		}
	}
	ok, err := own.reaches(dir)
	if err != nil {
		return site{}, fmt.Errorf("the data folder cannot be used: %w", err)
	}
	if !ok && own.drop {
		return foundElsewhere(home, other, own)
	}
	if err := own.mkdir(home); err != nil {
		return site{}, fmt.Errorf("make PostgreSQL's folder: %w", err)
	}
	return site{root: home, owner: own}, nil
}

func foundElsewhere(home, other string, own owner) (site, error) {
	if err := os.MkdirAll(other, 0o711); err != nil {
		return site{}, fmt.Errorf("make PostgreSQL's folder: %w", err)
	}
	other, err := filepath.EvalSymlinks(other)
	if err != nil {
		return site{}, fmt.Errorf("make PostgreSQL's folder: %w", err)
	}
	if ok, err := own.reaches(other); err != nil || !ok {
		return site{}, errors.Join(err, fmt.Errorf("the user %s, as whom PostgreSQL runs because tocsin runs as root, "+
			"can reach neither %s nor %s: set data_dir to a folder that it can", own.name, filepath.Dir(home), other))
	}
	root, err := os.MkdirTemp(other, filepath.Base(filepath.Dir(home))+"-")
	if err != nil {
		return site{}, fmt.Errorf("make PostgreSQL's folder: %w", err)
	}
	if err := errors.Join(own.mkdir(root), os.Symlink(root, home)); err != nil {
		return site{}, fmt.Errorf("make PostgreSQL's folder: %w", err)
	}
	return site{root: root, owner: own, moved: true}, nil
}

// reuse takes the folder that is there, and runs PostgreSQL as whom it belongs to.
func reuse(home string) (site, error) {
	root, err := filepath.EvalSymlinks(home)
	if err != nil {
		return site{}, fmt.Errorf("PostgreSQL's data, at the end of %s, are gone: %w", home, err)
	}
	own, err := ownerOf(root)
	if err != nil {
		return site{}, fmt.Errorf("PostgreSQL's folder: %w", err)
	}
	switch me := os.Geteuid(); {
	case me == 0 && own.uid == 0:
		if own, err = giveAway(root); err != nil {
			return site{}, err
		}
	case me != 0 && own.uid != uint32(me):
		return site{}, fmt.Errorf("the data in %s belong to the user %s: run tocsin as that user or as root, or set another data_dir", home, own.name)
	}
	if ok, err := own.reaches(root); err != nil || !ok {
		return site{}, errors.Join(err, fmt.Errorf("the user %s, to whom the data in %s belong, cannot reach that folder: "+
			"let others pass through the folders above it (chmod o+x)", own.name, root))
	}
	return site{root: root, owner: own}, nil
}

// giveAway gives root's own folder to the user that PostgreSQL runs as: one that was made, but whose
// maker was killed before it could. Nothing is in such a folder.
func giveAway(root string) (owner, error) {
	if in, err := os.ReadDir(root); err != nil || len(in) > 0 {
		return owner{}, errors.Join(err, fmt.Errorf("%s belongs to root, as whom PostgreSQL does not run, and is not empty: set another data_dir", root))
	}
	own, err := service()
	if err != nil {
		return owner{}, err
	}
	if err := own.mkdir(root); err != nil {
		return owner{}, fmt.Errorf("make PostgreSQL's folder: %w", err)
	}
	return own, nil
}

func (s site) data() string { return filepath.Join(s.root, "data") }

// binaries are the installed ones that fit the data; the newest if there are no data yet.
func (s site) binaries() (binaries, error) {
	b, err := os.ReadFile(filepath.Join(s.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return findBinaries(installed, 0)
	}
	if err != nil {
		return binaries{}, fmt.Errorf("PostgreSQL's data cannot be read: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return binaries{}, fmt.Errorf("PG_VERSION in %s is no version: %w", s.data(), err)
	}
	return findBinaries(installed, major)
}

// name is the cluster's name in process titles; no other cluster on this machine has it.
func (s site) name() string {
	sum := sha256.Sum256([]byte(s.data()))
	return "tocsin-" + hex.EncodeToString(sum[:6])
}
