package embedded

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// holdDir, in the environment, makes the test binary a Tocsin that starts a server in that folder,
// commits a row, says so, and waits to be killed.
const holdDir = "EMBEDDED_TEST_HOLD_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdDir); dir != "" {
		if err := hold(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func hold(dir string) error {
	ctx := context.Background()
	s, err := Start(ctx, Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')`); err != nil {
		return err
	}
	fmt.Println("held")
	select {}
}

// holder is a Tocsin in a process of its own, with a server in dir and one committed row.
func startHolder(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holdDir+"="+dir)
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "held\n" {
		t.Fatalf("the helper said %q (%v)", line, err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return cmd
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// folder is an empty folder that any user can reach. t.TempDir's is not.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tocsin-embedded-")
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o711))
	return dir
}

// start starts a server in dir, stopped at the end of the test at the latest.
func start(t *testing.T, dir string) *Server {
	t.Helper()
	s, err := Start(t.Context(), Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(testLog{t}, nil))})
	must(t, err)
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	must(t, s.Stop(context.Background()))
}

type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	fmt.Fprintf(os.Stderr, "%s: %s", l.t.Name(), p)
	return len(p), nil
}

func exec1(t *testing.T, s *Server, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	must(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
}

func query(t *testing.T, s *Server, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.URL())
	must(t, err)
	defer func() { _ = conn.Close(t.Context()) }()
	var got string
	must(t, conn.QueryRow(t.Context(), sql).Scan(&got))
	return got
}

// words are what the table kept holds.
func words(t *testing.T, s *Server) string {
	t.Helper()
	return query(t, s, `SELECT string_agg(word, ' ' ORDER BY word) FROM kept`)
}

func wantWords(t *testing.T, s *Server, want string) {
	t.Helper()
	if got := words(t, s); got != want {
		t.Fatalf("the table holds %q, want %q", got, want)
	}
}

func kill9(t *testing.T, pid int) {
	t.Helper()
	must(t, syscall.Kill(pid, syscall.SIGKILL))
}

// postmasters are the numbers of the living postmasters of a data folder.
func postmasters(t *testing.T, s site) []int {
	t.Helper()
	ps, err := s.processes()
	must(t, err)
	var pids []int
	for _, p := range ps {
		if p.postmaster {
			pids = append(pids, p.pid)
		}
	}
	return pids
}

// eventually waits until ok holds; for what other processes do in their own time.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("not within 20 s: %s", what)
		}
		runtime.Gosched()
		time.Sleep(10 * time.Millisecond)
	}
}

// runAsNobody runs this binary's other tests as an ordinary user.
func runAsNobody(t *testing.T) {
	t.Helper()
	dir := folder(t)
	bin := filepath.Join(dir, "embedded.test")
	b, err := os.ReadFile(os.Args[0])
	must(t, err)
	must(t, os.WriteFile(bin, b, 0o755))
	must(t, os.Mkdir(filepath.Join(dir, "tmp"), 0o700))
	nobody := owner{uid: 65534, gid: 65534, drop: true}
	must(t, nobody.mkdir(filepath.Join(dir, "tmp")))
	cmd := exec.Command(bin, "-test.run=^Test", "-test.v")
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "TMPDIR=" + filepath.Join(dir, "tmp"), "HOME=/"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody.uid, Gid: nobody.gid}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("as nobody: %v\n%s", err, out)
	}
	if !strings.Contains(string(out), "--- PASS: TestDataOutliveTheServer") {
		t.Fatalf("as nobody, the tests did not run:\n%s", out)
	}
}
