package embedded

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

func TestPIDFileSaysReadyOnlyWhenItDoes(t *testing.T) {
	t.Parallel()
	whole := "412\n/data\n1700000000\n5432\n/run\n\n 5432001 32769\n"
	for text, want := range map[string]pidFile{
		"412\n/data\n":                {pid: 412},
		whole:                         {pid: 412},
		whole + "starting\n":          {pid: 412},
		whole + "ready   \n":          {pid: 412, ready: true},
		whole + "stopping\n":          {pid: 412},
		"412\n\n\n\n\n\nready   \n\n": {pid: 412},
	} {
		if got, err := parsePIDFile([]byte(text)); err != nil || got != want {
			t.Errorf("%q: %+v %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "\n", "x\n", "-5\n", "0\n"} {
		if _, err := parsePIDFile([]byte(text)); err == nil {
			t.Errorf("%q was read as a process", text)
		}
	}
}

func TestLogRecordsKeepTheirWeight(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := &logWriter{log: slog.New(slog.NewTextHandler(&out, nil))}
	for _, part := range []string{"LOG:  checkpoint\nWARN", "ING:  low on space\n", "FATAL:  no: way\n\tmore of it\n"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	got := out.String()
	for _, want := range []string{`level=WARN msg="postgresql: low on space"`, `level=WARN msg="postgresql: no: way"`} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, "checkpoint") || w.complaint() != "no: way" {
		t.Errorf("complaint %q, log\n%s", w.complaint(), got)
	}
}

func FuzzParsePIDFile(f *testing.F) {
	f.Add([]byte("412\n/data\n1700000000\n5432\n/run\n\n 5432001 32769\nready   \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got, err := parsePIDFile(b); (err == nil) != (got.pid > 0) {
			t.Errorf("%q: %+v %v", b, got, err)
		}
	})
}

func FuzzLogWriter(f *testing.F) {
	f.Add([]byte("FATAL:  no\n\tway\n"), 3)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		cut = min(max(cut, 0), len(b))
		w := &logWriter{log: slog.New(slog.DiscardHandler)}
		for _, p := range [][]byte{b[:cut], b[cut:]} {
			if n, err := w.Write(p); n != len(p) || err != nil {
				t.Fatal(n, err)
			}
		}
		if len(w.partial) > maxLogLine || strings.Contains(w.complaint(), "\n") {
			t.Errorf("partial %d, complaint %q", len(w.partial), w.complaint())
		}
	})
}

func TestProcessesAreKnownByTheirCommandLines(t *testing.T) {
	t.Parallel()
	at := site{root: "/srv/x"}
	for line, want := range map[string][2]bool{
		"/usr/lib/postgresql/15/bin/postgres\x00-D\x00/srv/x/data\x00-c\x00jit=off\x00": {true, true},
		"postgres\x00-D/srv/x/data\x00":                    {true, true},
		"postgres\x00-D\x00/srv/x/data2\x00":               {},
		"vi\x00/srv/x/data\x00":                            {},
		"postgres: " + at.name() + ": checkpointer \x00":   {true, false},
		"postgres: tocsin-000000000000: checkpointer \x00": {},
		"": {},
	} {
		if ours, postmaster := at.recognize(line); ours != want[0] || postmaster != want[1] {
			t.Errorf("%q: %v %v, want %v", line, ours, postmaster, want)
		}
	}
}
