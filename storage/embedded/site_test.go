package embedded

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestDataThatTheirUserCannotReachGoElsewhere(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root runs PostgreSQL as somebody else")
	}
	private := t.TempDir() // nobody but root passes through its parent
	must(t, os.Chmod(private, 0o700))
	other := filepath.Join(folder(t), "lib")
	first, err := settle(private, other)
	must(t, err)
	if !first.moved || !strings.HasPrefix(first.root, other+"/") {
		t.Fatalf("settled at %+v", first)
	}
	again, err := settle(private, other)
	must(t, err)
	if again.root != first.root || again.owner != first.owner || again.moved {
		t.Errorf("first %+v, then %+v", first, again)
	}
	must(t, os.RemoveAll(first.root))
	if _, err := settle(private, other); err == nil || !strings.Contains(err.Error(), "are gone") {
		t.Errorf("with the data removed: %v", err)
	}
}

func TestFolderOfRootIsNotGivenAwayWithThingsInIt(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives folders away")
	}
	dir := folder(t)
	valuables := filepath.Join(dir, "valuables")
	must(t, os.MkdirAll(filepath.Join(valuables, "within"), 0o755))
	must(t, os.Symlink(valuables, filepath.Join(dir, "postgres")))
	if _, err := settle(dir, elsewhere); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Fatalf("got %v", err)
	}
	if own, err := ownerOf(valuables); err != nil || own.uid != 0 {
		t.Errorf("it belongs to %+v now (%v)", own, err)
	}
}

func TestDataOfAnotherUserAreRefused(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may use anybody's")
	}
	dir := folder(t)
	must(t, os.Symlink("/etc", filepath.Join(dir, "postgres")))
	if _, err := settle(dir, elsewhere); err == nil || !strings.Contains(err.Error(), "belong to the user root") {
		t.Fatalf("got %v", err)
	}
}

func TestNewestServerIsFoundByNumber(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	root := t.TempDir()
	for _, version := range []string{"9.6", "9", "10", "15", "nonsense"} {
		fakeServer(t, filepath.Join(root, version, "bin"))
	}
	must(t, os.MkdirAll(filepath.Join(root, "17", "bin"), 0o755)) // only a client
	pattern := filepath.Join(root, "*", "bin")
	for want, major := range map[int]int{15: 0, 10: 10, 9: 9} {
		got, err := findBinaries(pattern, major)
		must(t, err)
		if got.major != want {
			t.Errorf("asked for %d, found %+v", major, got)
		}
	}
	if _, err := findBinaries(pattern, 14); err == nil || !strings.Contains(err.Error(), "install postgresql-14") {
		t.Errorf("a version that is not there: %v", err)
	}
	if _, err := findBinaries(filepath.Join(root, "nowhere", "*"), 0); err != ErrNotInstalled {
		t.Errorf("nothing installed: %v", err)
	}
}

func TestServerIsFoundInPath(t *testing.T) {
	dir := t.TempDir()
	fakeServer(t, dir)
	t.Setenv("PATH", dir+":/bin")
	got, err := findBinaries("/nowhere/*", 0)
	must(t, err)
	if got.major != 16 {
		t.Errorf("found %+v", got)
	}
}

func fakeServer(t *testing.T, dir string) {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	for _, name := range []string{"postgres", "initdb"} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho 'postgres (PostgreSQL) 16.3'\n"), 0o755))
	}
}
