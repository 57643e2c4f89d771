package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tocsin/cmd/tocsin/config"
	"tocsin/notifiers/notifierstest"
	"tocsin/storage/storagetest"
)

// asProgram makes the test binary run as tocsin itself, so that tests have a real process to kill.
const asProgram = "TOCSIN_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" || len(os.Args) > 1 && os.Args[1] == servicesCommand {
		main()
		return
	}
	os.Exit(m.Run())
}

const (
	sourceToken = "source-token"
	apiToken    = "api-token"
)

// site is one organisation's surroundings: a database, the providers, a configuration.
type site struct {
	t       *testing.T
	slack   *notifierstest.Slack
	twilio  *notifierstest.Twilio
	smtp    *notifierstest.SMTP
	db      *storagetest.DB
	url     string // of the database; empty for a private one
	program string // the binary; empty for the test binary itself
	config  string // path
	base    string // http://host:port
}

// newSite writes the shipped example with the providers' addresses, and edits in it: pairs of old and
// new text, each of which must be there.
func newSite(t *testing.T, edits ...string) *site {
	t.Helper()
	db := storagetest.New(t)
	s := &site{
		t: t, db: db, url: db.URL,
		slack: notifierstest.NewSlack(t), twilio: notifierstest.NewTwilio(t), smtp: notifierstest.NewSMTP(t),
	}
	listen := freePort(t)
	s.base = "http://" + listen
	dir := t.TempDir()
	if err := os.CopyFS(dir, config.ExampleFiles); err != nil {
		t.Fatal(err)
	}
	edits = append(edits,
		"listen: 127.0.0.1:8080", "listen: "+listen,
		"public_url: http://127.0.0.1:8080", "public_url: "+s.base,
		`smtp: "smtp.example.com:587"`, fmt.Sprintf("smtp: %q", s.smtp.Addr),
		"tls: starttls", "tls: none",
		`channel: "C0INCIDENTS", api_url: ""`, fmt.Sprintf(`channel: "C0INCIDENTS", api_url: %q`, s.slack.URL),
		`from: "+15005550006", api_url: ""`, fmt.Sprintf(`from: "+15005550006", api_url: %q`, s.twilio.URL),
		"people: [system-admin, devops-lead]", "people: [system-admin]",
	)
	text := string(config.Example)
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the example has no %q to edit", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	s.config = filepath.Join(dir, "tocsin.yaml")
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// eachByItself has every page leave in a message of its own, over its own channel, so that each is found again
// by what it says.
var eachByItself = []string{
	"channels: [sms, email, slack]", "channels: [sms, email, slack]\n    failover: 0",
	"watchdog: {url", "  budget: {sms: none, slack: none}\nwatchdog: {url",
}

// briskSlack is a workspace that takes more than a message a second in one channel.
var briskSlack = []string{`slack:  {bot_token`, `slack:  {pace: 1ms, bot_token`}

// replica is the same organisation on the same database, listening elsewhere.
func (s *site) replica() *site {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	if err != nil {
		s.t.Fatal(err)
	}
	other := *s
	listen := freePort(s.t)
	other.base, other.config = "http://"+listen, filepath.Join(filepath.Dir(s.config), "replica.yaml")
	here := strings.TrimPrefix(s.base, "http://")
	if err := os.WriteFile(other.config, bytes.ReplaceAll(text, []byte("listen: "+here), []byte("listen: "+listen)), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return &other
}

// program is a running tocsin.
type program struct {
	t     *testing.T
	cmd   *exec.Cmd
	log   *lockedBuffer
	ended chan struct{} // closed when it has ended, by err
	err   error
}

// start runs `tocsin serve` and waits until it is ready.
func (s *site) start() *program {
	s.t.Helper()
	p := s.launch()
	eventually(s.t, "tocsin is ready", func() bool { return status(s.base+"/readyz") == http.StatusOK })
	return p
}

// launch runs `tocsin serve` with more of an environment.
func (s *site) launch(env ...string) *program {
	s.t.Helper()
	self := s.program
	if self == "" {
		var err error
		if self, err = os.Executable(); err != nil {
			s.t.Fatal(err)
		}
	}
	cmd := exec.Command(self, "serve", "-c", s.config, "--log-level", "debug")
	cmd.Env = append(os.Environ(), asProgram+"=1",
		"TOCSIN_DATABASE_URL="+s.url, "TOCSIN_PROMETHEUS_TOKEN="+sourceToken, "TOCSIN_API_TOKEN="+apiToken,
		"SLACK_BOT_TOKEN="+notifierstest.SlackToken, "SLACK_SIGNING_SECRET="+notifierstest.SlackSecret,
		"TWILIO_ACCOUNT_SID="+notifierstest.TwilioSID, "TWILIO_AUTH_TOKEN="+notifierstest.TwilioToken)
	cmd.Env = append(cmd.Env, env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p := &program{t: s.t, cmd: cmd, log: &lockedBuffer{}, ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = p.log, p.log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() { p.err = cmd.Wait(); close(p.ended) }()
	s.t.Cleanup(func() {
		p.kill()
		if s.t.Failed() && s.program == "" {
			s.t.Logf("tocsin's log:\n%s", p.log)
		}
	})
	return p
}

func (p *program) kill() {
	_ = p.cmd.Process.Kill()
	p.wait(10 * time.Second)
}

// stop asks politely and returns how it ended.
func (p *program) stop(within time.Duration) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	return p.wait(within)
}

// wait returns how it ended.
func (p *program) wait(within time.Duration) error {
	select {
	case <-p.ended:
		return p.err
	case <-time.After(within):
		return fmt.Errorf("still running after %s", within)
	}
}

func (p *program) dead() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// send posts a webhook payload and fails the test unless it is taken.
func (s *site) send(payload map[string]any) {
	s.t.Helper()
	body, _ := json.Marshal(payload)
	req, _ := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.base+"/intake/alertmanager", bytes.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+sourceToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		text, _ := io.ReadAll(resp.Body)
		s.t.Fatalf("intake: %s: %s", resp.Status, text)
	}
}

// api calls /api/v1 and decodes the answer.
func (s *site) api(method, path string, into any) int {
	s.t.Helper()
	req, _ := http.NewRequestWithContext(s.t.Context(), method, s.base+"/api/v1"+path, nil)
	req.Header.Set("Authorization", "Bearer "+apiToken)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			s.t.Fatalf("%s %s answered %s: %s", method, path, resp.Status, text)
		}
	}
	return resp.StatusCode
}

// incident is what the API says of one.
type incident struct {
	ID       int64  `json:"id"`
	Title    string `json:"title"`
	State    string `json:"state"`
	Severity string `json:"severity"`
	Reason   string `json:"reason"`
	By       string `json:"acknowledged_by"`
	Plan     []struct{ Role, State, Reason string }
	Pages    []struct {
		Person, Channel, State string
		Attempts               []struct{ Outcome, Error string }
	}
	Timeline []struct{ Kind, Actor, Text string }
}

func (s *site) incident(id int64) incident {
	s.t.Helper()
	var i incident
	s.api(http.MethodGet, fmt.Sprintf("/incidents/%d", id), &i)
	return i
}

func (s *site) only() incident {
	s.t.Helper()
	var list struct{ Incidents []incident }
	s.api(http.MethodGet, "/incidents", &list)
	if len(list.Incidents) != 1 {
		s.t.Fatalf("%d incidents, want one", len(list.Incidents))
	}
	return s.incident(list.Incidents[0].ID)
}

// patience is for what needs other processes: far longer than it takes.
func patience(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eventually asks until ok holds. It is for the start of processes, which tell nobody when they are ready.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute in vain: %s", what)
		}
	}
}

func status(url string) int {
	resp, err := http.Get(url) //nolint:noctx // a probe of a process that starts
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// lockedBuffer is a log that several goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
