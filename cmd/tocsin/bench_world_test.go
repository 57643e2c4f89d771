package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/notifiers/notifierstest"
	"tocsin/storage/embedded"
)

// benchWorld is a running Tocsin with all that surrounds it.
type benchWorld struct {
	dir      string
	database string // URL
	address  string // host:port
	slack    *notifierstest.Slack
	twilio   *notifierstest.Twilio
	smtp     *notifierstest.SMTP

	numbers  atomic.Uint64 // of posts
	accepted uint64        // distinct alerts that were answered with 2xx
}

func newBenchWorld(ctx context.Context, b *testing.B) *benchWorld {
	w := &benchWorld{slack: notifierstest.NewSlack(b), twilio: notifierstest.NewTwilio(b), smtp: notifierstest.NewSMTP(b)}
	w.makeFolder(b)
	w.startPostgreSQL(ctx, b)
	w.writeConfig(b)
	w.serve(b)
	return w
}

// makeFolder makes a folder that PostgreSQL's own user can reach.
func (w *benchWorld) makeFolder(b *testing.B) {
	dir, err := os.MkdirTemp("", "tocsin-bench-")
	benchMust(b, err)
	benchMust(b, os.Chmod(dir, 0o755)) //nolint:gosec // others may pass through
	w.dir = dir
	b.Cleanup(func() {
		data, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
		if err == nil {
			_ = os.RemoveAll(data)
		}
		_ = os.RemoveAll(dir)
	})
}

// startPostgreSQL starts a private server as `tocsin serve` would, durable.
func (w *benchWorld) startPostgreSQL(ctx context.Context, b *testing.B) {
	server, err := embedded.Start(ctx, embedded.Options{Dir: w.dir, Logger: slog.New(slog.DiscardHandler)})
	benchMust(b, err)
	b.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		_ = server.Stop(ctx)
	})
	w.database = server.URL()
}

// writeConfig writes the shipped example with the stand-ins as providers.
func (w *benchWorld) writeConfig(b *testing.B) {
	benchMust(b, os.CopyFS(filepath.Join(w.dir, "config"), config.ExampleFiles))
	text := string(config.Example)
	for was, is := range map[string]string{
		"listen: 127.0.0.1:8080":              "listen: 127.0.0.1:0",
		`smtp: "smtp.example.com:587"`:        fmt.Sprintf("smtp: %q, sandbox: false", w.smtp.Addr),
		"tls: starttls":                       "tls: none",
		`channel: "C0INCIDENTS", api_url: ""`: fmt.Sprintf(`channel: "C0INCIDENTS", api_url: %q`, w.slack.URL),
		`from: "+15005550006", api_url: ""`:   fmt.Sprintf(`from: "+15005550006", api_url: %q`, w.twilio.URL),
	} {
		if !strings.Contains(text, was) {
			b.Fatalf("the shipped example has no %q any more", was)
		}
		text = strings.Replace(text, was, is, 1)
	}
	benchMust(b, os.WriteFile(w.config(), []byte(text), 0o600))
}

func (w *benchWorld) config() string { return filepath.Join(w.dir, "config", "tocsin.yaml") }

// serve runs `tocsin serve` and returns when it serves.
func (w *benchWorld) serve(b *testing.B) {
	cmd := w.program(b)
	cmd.Env = append(cmd.Environ(), "TOCSIN_DATABASE_URL="+w.database, "TOCSIN_PROMETHEUS_TOKEN="+sourceToken,
		"SLACK_BOT_TOKEN="+notifierstest.SlackToken, "TWILIO_ACCOUNT_SID="+notifierstest.TwilioSID, "TWILIO_AUTH_TOKEN="+notifierstest.TwilioToken)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	log, err := cmd.StderrPipe()
	benchMust(b, err)
	benchMust(b, cmd.Start())
	address := make(chan string, 1)
	go readBenchLog(log, address)
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			b.Errorf("tocsin serve ended with %v", err)
		}
	})
	select {
	case w.address = <-address:
	case <-time.After(30 * time.Second):
	}
	if w.address == "" {
		b.Fatal("tocsin serve does not serve; what it said stands above")
	}
}

// readBenchLog passes warnings and worse on, and finds the address in what serve says. The channel is
// closed when the program ends.
func readBenchLog(log io.Reader, address chan<- string) {
	defer close(address)
	for lines := bufio.NewScanner(log); lines.Scan(); {
		var entry struct{ Level, Msg, Address, Kind string }
		err := json.Unmarshal(lines.Bytes(), &entry)
		switch {
		case err == nil && entry.Msg == "tocsin serves":
			address <- entry.Address
		case err != nil, entry.Level != "INFO" && entry.Kind == "": // what is wrong with the example is known
			fmt.Fprintln(os.Stderr, lines.Text())
		}
	}
}
