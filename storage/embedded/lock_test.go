package embedded

import (
	"syscall"
	"testing"
)

func TestTheFolderIsFreeThoughAChildBeingStartedHasACopyOfTheLock(t *testing.T) {
	dir := t.TempDir()
	first, err := lockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	copied, err := syscall.Dup(int(first.Fd())) // as a fork has until its exec
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(copied) }()
	if err := unlockDir(first); err != nil {
		t.Fatal(err)
	}
	second, err := lockDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := unlockDir(second); err != nil {
		t.Error(err)
	}
}
