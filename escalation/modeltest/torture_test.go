//go:build torture

package modeltest

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const (
	tried    = 400 // sequences for each fault
	seed     = 1
	fewest   = 70 // faults of the list
	mostMiss = 2  // of which may go unnoticed
)

// TestDeliberateFaultsAreCaught breaks the machine in one place at a time, in a copy of one file that go test
// overlays, and counts how often the model notices. The tree itself stays as it is.
func TestDeliberateFaultsAreCaught(t *testing.T) {
	list := faults()
	if len(list) < fewest {
		t.Errorf("there are %d faults: %d are the fewest", len(list), fewest)
	}
	if how, err := catch(t, fault{}); err != nil || how != "" {
		t.Fatalf("the machine as it is: %s (%v)", how, err)
	}
	var caught, missed atomic.Int32
	began := time.Now()
	t.Run("fault", func(t *testing.T) {
		for k, f := range list {
			t.Run(fmt.Sprint(k+1), func(t *testing.T) {
				t.Parallel()
				how, err := catch(t, f)
				switch {
				case err != nil:
					t.Errorf("%s (%s): %v", f.breaks, f.file, err)
				case how == "":
					missed.Add(1)
					fmt.Printf("not caught: %s (%s)\n", f.breaks, f.file)
				default:
					t.Logf("%s (%s): %s", f.breaks, f.file, how)
					caught.Add(1)
				}
			})
		}
	})
	fmt.Printf("deliberate faults: %d of %d caught, by %d sequences each, in %.0f s\n", caught.Load(), len(list), tried, time.Since(began).Seconds())
	if missed.Load() > mostMiss {
		t.Errorf("%d faults were not caught: at most %d may be", missed.Load(), mostMiss)
	}
}

// catch runs the model test on the machine with a fault, and says how that fails; empty if it does not. The zero
// fault breaks nothing. An error is one of the list: its text is not there once, or does not compile.
func catch(t *testing.T, f fault) (how string, err error) {
	t.Helper()
	dir := t.TempDir()
	overlay, err := f.overlay(dir)
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "model.test")
	build := exec.CommandContext(t.Context(), "go", "test", "-c", "-vet=off", "-ldflags=-s -w", "-overlay", overlay, "-o", bin, ".")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("it does not compile: %s", out)
	}
	test := exec.CommandContext(t.Context(), bin, "-test.run=^TestTheMachineDoesWhatTheModelSays$", "-test.timeout=2m",
		fmt.Sprintf("-rapid.checks=%d", tried), fmt.Sprintf("-rapid.seed=%d", seed), "-rapid.nofailfile", "-rapid.shrinktime=1ms")
	out, err := test.CombinedOutput()
	if err == nil {
		return "", nil
	}
	for line := range strings.Lines(string(out)) {
		if _, after, found := strings.Cut(line, "[rapid] "); found && !strings.HasPrefix(after, "draw") {
			return strings.TrimSpace(after), nil
		}
		if strings.HasPrefix(line, "panic:") {
			return strings.TrimSpace(line), nil
		}
	}
	return "", fmt.Errorf("it could not be run: %w: %s", err, out)
}

// overlay writes the file with the fault, and what tells go test to read it.
func (f fault) overlay(dir string) (path string, err error) {
	replace := map[string]string{}
	if f.file != "" {
		file, err := filepath.Abs(filepath.Join("..", f.file))
		if err != nil {
			return "", err
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		if n := strings.Count(string(text), f.old); n != 1 {
			return "", fmt.Errorf("%q stands in the file %d times: name a text that stands there once", f.old, n)
		}
		replace[file] = filepath.Join(dir, "faulty.go")
		if err := os.WriteFile(replace[file], []byte(strings.Replace(string(text), f.old, f.new, 1)), 0o600); err != nil {
			return "", err
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, text, 0o600)
}
