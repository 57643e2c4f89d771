package embedded

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
)

func TestARunningServerIsFoundByItsDataFolder(t *testing.T) {
	dir := folder(t)
	if _, err := Find(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in an empty folder: %v", err)
	}
	s := start(t, dir)
	for _, name := range []string{dir, filepath.Join(dir, "..", filepath.Base(dir))} {
		if url, err := Find(name); err != nil || url != s.URL() {
			t.Errorf("%s is found at %q, and it is at %q (%v)", name, url, s.URL(), err)
		}
	}
}
