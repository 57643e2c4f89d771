package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
)

// profileTo names a file for a CPU profile of the program; it is then the test binary that serves.
const profileTo, profiled = "TOCSIN_BENCH_CPUPROFILE", "TOCSIN_BENCH_CONFIG"

// program is the command that serves: the binary as it is shipped, or the test binary where a profile
// is asked for.
func (w *benchWorld) program(b *testing.B) *exec.Cmd {
	if file := os.Getenv(profileTo); file != "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestServesUnderProfile$", "-test.cpuprofile="+file)
		cmd.Env = append(cmd.Environ(), profiled+"="+w.config())
		return cmd
	}
	bin := filepath.Join(w.dir, "tocsin")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", bin, ".")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("go build: %v\n%s", err, out)
	}
	return exec.Command(bin, "serve", "-c", w.config(), "--log-format", "json")
}

// TestServesUnderProfile is `tocsin serve` until SIGTERM, for BenchmarkProgram.
func TestServesUnderProfile(t *testing.T) {
	file := os.Getenv(profiled)
	if file == "" {
		t.Skip("it is the program that BenchmarkProgram profiles")
	}
	ctx, stop := signal.NotifyContext(t.Context(), syscall.SIGTERM)
	defer stop()
	if code := run(ctx, []string{"serve", "-c", file, "--log-format", "json"}, os.Getenv, nil, io.Discard, os.Stderr); code != 0 {
		t.Fatalf("tocsin serve exits %d", code)
	}
}
