package embedded

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// Find is where the server of a data folder takes connections while another Tocsin runs it: Start then
// says ErrInUse. It starts nothing, and only the data's owner and root may connect. The error wraps
// fs.ErrNotExist if nothing is kept there yet.
func Find(dir string) (url string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("data folder %q: %w", dir, err)
	}
	root, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("nothing is kept in %s: %w", dir, fs.ErrNotExist)
	}
	if err != nil {
		return "", fmt.Errorf("the data folder cannot be used: %w", err)
	}
	s := Server{site: site{root: root}}
	return s.URL(), nil
}
