package embedded

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

func TestOrdinaryUserNeedsNoRoot(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("this is an ordinary user")
	}
	runAsNobody(t)
}

func TestDataOutliveTheServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	exec1(t, s, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')`)
	url, socket := s.URL(), s.site.socketDir()
	stop(t, s)
	stop(t, s) // twice is no error
	if got := postmasters(t, s.site); got != nil {
		t.Errorf("after Stop, still running: %v", got)
	}
	if _, err := os.Stat(socket); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("after Stop, the socket's folder is there: %v", err)
	}
	s = start(t, dir)
	wantWords(t, s, "before")
	if s.URL() != url {
		t.Errorf("URL changed from %s to %s", url, s.URL())
	}
}

func TestServerIsSetForDurabilityAndUnicode(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	for setting, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
		"jit": "off", "listen_addresses": "", "server_encoding": "UTF8", "timezone": "UTC", "max_connections": "100",
	} {
		if got := query(t, s, "SHOW "+setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if got := query(t, s, `SELECT lower('ÄÖÜ')`); got != "äöü" {
		t.Errorf("lower('ÄÖÜ') is %q", got)
	}
	info, err := os.Stat(s.site.socketDir())
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's folder has mode %v", info.Mode())
	}
}

func TestSecondTocsinIsTurnedAway(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	_, err := Start(t.Context(), Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Fatalf("the second start gave %v", err)
	}
	if got := query(t, s, `SELECT 'alive'`); got != "alive" {
		t.Errorf("the first server says %q", got)
	}
}

func TestKilledServerRecoversAtTheNextStart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	exec1(t, s, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')`)
	kill9(t, s.child.cmd.Process.Pid)
	<-s.child.exited
	stop(t, s)
	wantWords(t, start(t, dir), "before")
}

func TestKeepStartsAKilledServerAgain(t *testing.T) {
	t.Parallel()
	s := start(t, folder(t))
	exec1(t, s, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')`)
	kept := make(chan error, 1)
	go func() { kept <- s.Keep(context.Background()) }()
	for range 2 {
		first := s.current()
		kill9(t, first.cmd.Process.Pid)
		eventually(t, "another server", func() bool { return s.current() != first })
		wantWords(t, s, "before")
	}
	stop(t, s)
	must(t, <-kept)
	if got := postmasters(t, s.site); got != nil {
		t.Errorf("after Stop, still running: %v", got)
	}
}

func TestKilledTocsinTakesItsServerAlongAndLosesNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	tocsin := startHolder(t, dir)
	at, err := settle(dir, elsewhere)
	must(t, err)
	if len(postmasters(t, at)) != 1 {
		t.Fatalf("postmasters: %v", postmasters(t, at))
	}
	must(t, tocsin.Process.Kill())
	eventually(t, "its server is gone too", func() bool { return len(postmasters(t, at)) == 0 })
	wantWords(t, start(t, dir), "before")
}

func TestStartRightAfterAKillWaitsForTheOldServer(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	tocsin := startHolder(t, dir)
	must(t, tocsin.Process.Kill())
	_ = tocsin.Wait()
	s := start(t, dir)
	wantWords(t, s, "before")
	if got := postmasters(t, s.site); len(got) != 1 || got[0] != s.child.cmd.Process.Pid {
		t.Errorf("postmasters: %v, want only %d", got, s.child.cmd.Process.Pid)
	}
}

func TestServerThatOutlivedItsTocsinIsStoppedFirst(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	exec1(t, s, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')`)
	stop(t, s)
	must(t, s.site.makeSocketDir())
	orphan := s.command("postgres", 0, s.args()...)
	must(t, orphan.Start())
	ended := make(chan error, 1)
	go func() { ended <- orphan.Wait() }()
	eventually(t, "the orphan is ready", func() bool { return s.site.ready(orphan.Process.Pid) })

	s = start(t, dir)
	select {
	case err := <-ended:
		must(t, err) // a clean end
	default:
		t.Error("the orphan still runs")
	}
	wantWords(t, s, "before")
}

func TestOrphanedBackendsAreWaitedFor(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	kill9(t, s.child.cmd.Process.Pid)
	<-s.child.exited
	must(t, s.site.evict(t.Context(), slog.New(slog.DiscardHandler)))
	if left, err := s.site.processes(); err != nil || len(left) > 0 {
		t.Errorf("still there: %v %v", left, err)
	}
}

func TestPIDFileOfADeadServerIsNoHindrance(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	exec1(t, s, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')`)
	text, err := os.ReadFile(filepath.Join(s.site.data(), pidFileName))
	must(t, err)
	stop(t, s)
	_, rest, _ := strings.Cut(string(text), "\n")

	stranger := exec.Command("sleep", "600")
	if s.site.owner.drop {
		stranger.SysProcAttr = s.site.owner.attr(syscall.SIGKILL)
	}
	must(t, stranger.Start())
	defer func() { _ = stranger.Process.Kill(); _ = stranger.Wait() }()
	gone := exec.Command("true")
	must(t, gone.Run())

	for name, content := range map[string]string{
		"a process that is gone":          strconv.Itoa(gone.Process.Pid) + "\n" + rest,
		"a stranger who got the number":   strconv.Itoa(stranger.Process.Pid) + "\n" + rest,
		"nothing: it is empty":            "",
		"half a number: it was cut short": "12",
	} {
		t.Run(name, func(t *testing.T) {
			leave(t, s.site, content)
			s := start(t, dir)
			wantWords(t, s, "before")
			stop(t, s)
		})
	}
	must(t, stranger.Process.Signal(syscall.Signal(0))) // it was left in peace
}

// leave puts a postmaster.pid and a socket lock with this content where a killed server would.
func leave(t *testing.T, at site, content string) {
	t.Helper()
	must(t, at.makeSocketDir())
	for _, name := range []string{filepath.Join(at.data(), pidFileName), socketFile(at.socketDir()) + ".lock"} {
		must(t, os.WriteFile(name, []byte(content), 0o600))
		must(t, os.Chown(name, int(at.owner.uid), int(at.owner.gid)))
	}
}

func TestHalfMadeClusterIsMadeAgain(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	at, err := settle(dir, elsewhere)
	must(t, err)
	must(t, at.owner.mkdir(filepath.Join(at.root, "data.new")))
	must(t, os.WriteFile(filepath.Join(at.root, "data.new", "PG_VERSION"), []byte("15\n"), 0o600))
	if got := query(t, start(t, dir), `SELECT 'whole'`); got != "whole" {
		t.Error(got)
	}
}

func TestSocketOfADeepDataFolderIsElsewhere(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), strings.Repeat("deep folder/", 10))
	s := start(t, dir)
	if n := len(socketFile(s.site.socketDir())); n > socketPathMax {
		t.Fatalf("the socket's path has %d bytes", n)
	}
	exec1(t, s, `CREATE TABLE kept (word text); INSERT INTO kept VALUES ('before')`)
	stop(t, s)
	wantWords(t, start(t, dir), "before")
}

func TestStrangersSocketFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(folder(t), strings.Repeat("deep/", 25))
	must(t, os.MkdirAll(dir, 0o711))
	at, err := settle(dir, elsewhere)
	must(t, err)
	must(t, os.Mkdir(at.socketDir(), 0o777))
	defer func() { _ = os.Remove(at.socketDir()) }()
	must(t, os.Chmod(at.socketDir(), 0o777))
	_, err = Start(t.Context(), Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "only the user") {
		t.Fatalf("got %v", err)
	}
}

func TestCancelledStartLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	stop(t, start(t, dir))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Start(ctx, Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	at, err := settle(dir, elsewhere)
	must(t, err)
	if got := postmasters(t, at); got != nil {
		t.Errorf("still running: %v", got)
	}
	stop(t, start(t, dir)) // and the folder is free
}

func TestServerThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	s := start(t, dir)
	stop(t, s)
	must(t, os.Truncate(filepath.Join(s.site.data(), "global", "pg_control"), 0))
	_, err := Start(t.Context(), Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.Contains(err.Error(), "pg_control") {
		t.Fatalf("got %v", err)
	}
}
