package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// socketPathMax is what fits into a sockaddr_un with its closing zero (unix(7): 108 bytes in all), less
// one byte that some clients want.
const socketPathMax = 106

// socketDir is the folder of the socket: in the cluster's own folder, or, where that is too deep for a
// socket's address, one with a name of this cluster's own below the temporary folder.
func (s site) socketDir() string {
	dirs := []string{filepath.Join(s.root, "run"), filepath.Join(os.TempDir(), s.name()), filepath.Join("/tmp", s.name())}
	for _, dir := range dirs[:2] {
		if len(socketFile(dir)) <= socketPathMax {
			return dir
		}
	}
	return dirs[2]
}

func socketFile(dir string) string { return filepath.Join(dir, ".s.PGSQL."+strconv.Itoa(port)) }

// makeSocketDir makes the socket's folder, which only the owner may enter, and clears what a killed
// server left in it. No server may be running. A folder that somebody else made is refused: below the
// temporary folder anybody may have.
func (s site) makeSocketDir() error {
	dir := s.socketDir()
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		err = s.checkSocketDir(dir)
	}
	if err == nil && s.owner.drop {
		err = os.Lchown(dir, int(s.owner.uid), int(s.owner.gid))
	}
	if err != nil {
		return fmt.Errorf("make the socket's folder: %w", err)
	}
	return removeSocket(dir)
}

func (s site) checkSocketDir(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	own, err := ownerOf(dir)
	if err != nil {
		return err
	}
	// Root's own is one that was made but not yet given away when its maker was killed.
	ours := own.uid == s.owner.uid || s.owner.drop && own.uid == 0
	if !info.IsDir() || info.Mode().Perm() != 0o700 || !ours {
		return fmt.Errorf("%s is not a folder that only the user %s may enter: remove it, or set a shorter data_dir", dir, s.owner.name)
	}
	return nil
}

// removeSocket removes the socket and its lock, which would name a process that may be somebody else
// by now.
func removeSocket(dir string) error {
	for _, name := range []string{socketFile(dir), socketFile(dir) + ".lock"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove a former server's socket: %w", err)
		}
	}
	return nil
}

// removeSocketDir tidies up after a stopped server.
func (s site) removeSocketDir() error {
	dir := s.socketDir()
	if err := errors.Join(removeSocket(dir), os.Remove(dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the socket's folder: %w", err)
	}
	return nil
}
