package storagetest_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"tocsin/storage/storagetest"
)

// dieMode, in the environment, makes TestDyingProcess say where its database is and then die that way.
const dieMode = "STORAGETEST_DIE"

func TestEachTestHasItsOwnDatabase(t *testing.T) {
	t.Parallel()
	a, b := storagetest.New(t), storagetest.New(t)
	if _, err := a.Pool.Exec(t.Context(), `CREATE TABLE mine ()`); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Pool.Exec(t.Context(), `SELECT FROM mine`); err == nil {
		t.Error("one test sees the other's table")
	}
	if _, err := b.Pool.Exec(t.Context(), `SELECT FROM incidents`); err != nil {
		t.Errorf("it is not migrated: %v", err)
	}
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("inner", func(t *testing.T) { url = storagetest.New(t).URL })
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		_ = conn.Close(t.Context())
		t.Fatal("the database is still there")
	}
	if !strings.Contains(err.Error(), "does not exist") {
		t.Fatal(err)
	}
}

func TestClockStandsWhereItIsSetAndRunsAgain(t *testing.T) {
	t.Parallel()
	db := storagetest.New(t)
	conn, err := db.Pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	now := func() time.Time { // prepared, on one connection: a kept plan must see the change
		var at time.Time
		if err := conn.QueryRow(t.Context(), `SELECT tocsin_now()`).Scan(&at); err != nil {
			t.Fatal(err)
		}
		return at
	}
	for range 10 {
		now()
	}
	for _, at := range []time.Time{
		time.Date(2026, 1, 5, 9, 0, 0, 123456000, time.UTC),
		time.Date(2031, 10, 26, 2, 30, 0, 0, time.FixedZone("", 7200)),
	} {
		db.SetClock(t, at)
		if got := now(); !got.Equal(at) {
			t.Errorf("set to %v, stands at %v", at, got)
		}
	}
	db.RunClock(t)
	first := now()
	if off := time.Since(first); off < -time.Minute || off > time.Minute || !now().After(first) {
		t.Errorf("it does not run: %v, then %v", first, now())
	}
}

func TestDyingProcess(t *testing.T) {
	mode := os.Getenv(dieMode)
	if mode == "" {
		t.Skip("only in a process of its own")
	}
	fmt.Println("URL " + storagetest.New(t).URL)
	switch mode {
	case "panic":
		panic("as asked")
	case "exit":
		os.Exit(3)
	case "kill":
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		select {}
	}
}

func TestNothingIsLeftHoweverTheProcessEnds(t *testing.T) {
	if os.Getenv("TOCSIN_TEST_DATABASE_URL") != "" {
		t.Skip("there is no private server")
	}
	for _, mode := range []string{"return", "panic", "exit", "kill"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			temp := storagetest.Dir(t)
			cmd := exec.Command(os.Args[0], "-test.run=^TestDyingProcess$", "-test.v")
			cmd.Env = append(os.Environ(), dieMode+"="+mode, "TMPDIR="+temp)
			out, err := cmd.CombinedOutput()
			if (err == nil) != (mode == "return") || !strings.Contains(string(out), "URL postgres://") {
				t.Fatalf("%v\n%s", err, out)
			}
			for deadline := time.Now().Add(15 * time.Second); ; time.Sleep(20 * time.Millisecond) {
				in, err := os.ReadDir(temp)
				if err != nil {
					t.Fatal(err)
				}
				servers := serversIn(t, temp)
				if len(in) == 0 && servers == 0 {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("left: %v and %d servers", in, servers)
				}
			}
		})
	}
}

// serversIn counts the running servers whose data are below dir.
func serversIn(t *testing.T, dir string) int {
	t.Helper()
	procs, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range procs {
		if line, err := os.ReadFile("/proc/" + p.Name() + "/cmdline"); err == nil && strings.Contains(string(line), "postgres\x00-D\x00"+dir) {
			n++
		}
	}
	return n
}
