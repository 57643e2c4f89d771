package notifierstest

import (
	"os"
	"path/filepath"
)

// Golden compares got with the file testdata/name.golden, or writes the file if update is set.
func Golden(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, update bool, name, got string,
) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatalf("%v", err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatalf("%v", err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (run the test with -update)", err)
	}
	if got != string(want) {
		t.Fatalf("%s differs.\ngot:\n%s\nwant:\n%s", path, got, want)
	}
}
