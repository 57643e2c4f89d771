package embedded

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
)

// maxLogLine is how much of a line is kept.
const maxLogLine = 8 << 10

// logWriter takes what PostgreSQL writes to its stderr and hands it on, a record a line.
type logWriter struct {
	log *slog.Logger

	mu      sync.Mutex
	partial []byte
	last    string // the newest record at FATAL or PANIC
}

// Write implements io.Writer; it never fails.
func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(p)
	for {
		line, rest, whole := bytes.Cut(p, []byte("\n"))
		if room := maxLogLine - len(w.partial); len(line) > room {
			line = line[:room]
		}
		w.partial = append(w.partial, line...)
		if !whole {
			return n, nil
		}
		w.record(string(w.partial))
		w.partial, p = w.partial[:0], rest
	}
}

func (w *logWriter) record(line string) {
	severity, text := parseLogLine(line)
	if text == "" {
		return
	}
	if severity == "FATAL" || severity == "PANIC" {
		w.last = text
	}
	level := logLevel(severity)
	if text == "terminating connection due to administrator command" {
		level = slog.LevelDebug // it is we who stop it
	}
	w.log.Log(context.Background(), level, "postgresql: "+text, "severity", severity)
}

// complaint is the newest thing of which the server died; empty if it said nothing.
func (w *logWriter) complaint() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last
}

// parseLogLine splits "FATAL:  the text" as PostgreSQL writes it under lc_messages=C without a prefix.
// Severity is empty for a line that continues another, or that is no record at all.
func parseLogLine(line string) (severity, text string) {
	line = strings.TrimSpace(line)
	severity, text, ok := strings.Cut(line, ":  ")
	if !ok || severity == "" || strings.Trim(severity, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", line
	}
	return severity, strings.TrimSpace(text)
}

// logLevel is how loud a record is here. ERROR is a statement that failed, of which its caller hears.
func logLevel(severity string) slog.Level {
	switch severity {
	case "PANIC":
		return slog.LevelError
	case "WARNING", "ERROR", "FATAL":
		return slog.LevelWarn
	}
	return slog.LevelDebug
}
