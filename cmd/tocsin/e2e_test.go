package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tocsin/notifiers/notifierstest"
	"tocsin/storage/storagetest"

	"github.com/jackc/pgx/v5"
)

// alertmanager is Debian's, as a real process that sends to a site.
type alertmanager struct {
	t    *testing.T
	base string
}

func startAlertmanager(t *testing.T, s *site) *alertmanager {
	t.Helper()
	bin, err := exec.LookPath("prometheus-alertmanager")
	if err != nil {
		t.Fatal("prometheus-alertmanager is not installed: apt-get install prometheus-alertmanager")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "alertmanager.yml")
	text := fmt.Sprintf(`
route:
  receiver: tocsin
  group_by: [alertname, service]
  group_wait: 0s
  group_interval: 1s
  repeat_interval: 1h
receivers:
  - name: tocsin
    webhook_configs:
      - url: %s/intake/alertmanager
        send_resolved: true
        http_config: {authorization: {type: Bearer, credentials: %s}}
`, s.base, sourceToken)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	listen := freePort(t)
	log := &lockedBuffer{}
	cmd := exec.Command(bin, "--config.file="+file, "--storage.path="+dir, "--web.listen-address="+listen, "--cluster.listen-address=")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("alertmanager's log:\n%s", log)
		}
	})
	a := &alertmanager{t, "http://" + listen}
	eventually(t, "alertmanager is ready", func() bool { return status(a.base+"/-/ready") == http.StatusOK })
	return a
}

// post hands an alert to Alertmanager as Prometheus would.
func (a *alertmanager) post(alert map[string]any) {
	a.t.Helper()
	body, _ := json.Marshal([]any{alert})
	resp, err := http.Post(a.base+"/api/v2/alerts", "application/json", bytes.NewReader(body)) //nolint:noctx // a test's own server
	if err != nil {
		a.t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		a.t.Fatalf("alertmanager: %s", resp.Status)
	}
}

// The matrix of P0 in seconds.
var seconds = []string{
	"{after: 5m, page: on-call", "{after: 2s, page: on-call",
	"{after: 15m, page: manager}", "{after: 10s, page: manager}",
	"{after: 30m, page: senior-engineer}", "{after: 11s, page: senior-engineer}",
	"{after: 1h, page: executive", "{after: 12s, page: executive",
}

func TestAlertmanagersAlertPagesAPersonAndEscalates(t *testing.T) {
	s := newSite(t, seconds...)
	tocsin := s.start()
	am := startAlertmanager(t, s)
	ctx := patience(t)

	alert := map[string]any{
		"labels":      map[string]string{"alertname": "SystemDown", "service": "backend", "severity": "critical", "env": "prod"},
		"annotations": map[string]string{"summary": "Backend answers 5xx <!channel>"},
		"startsAt":    time.Now().Add(-time.Minute).Format(time.RFC3339Nano),
	}
	am.post(alert)

	// The P0 arrives on three channels, and again when nobody answers.
	sms, err := s.twilio.Wait(ctx, 2)
	must(t, err)
	id := s.only().ID
	wantSMS := []string{
		fmt.Sprintf("P0 #%d SystemDown backend: reply ACK %d", id, id),
		fmt.Sprintf("P0 #%d SystemDown backend: initial response overdue, reply ACK %d", id, id),
	}
	for i, m := range sms {
		if m.To != "+15005550003" || !strings.HasPrefix(m.Body, wantSMS[i]) {
			t.Errorf("SMS %d to %s: %q, want %q", i+1, m.To, m.Body, wantSMS[i])
		}
	}
	_, err = s.smtp.Wait(ctx, 2)
	must(t, err)
	_, err = s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool { return len(directTo(ms, "U0SYS")) == 2 })
	must(t, err)

	// Somebody acknowledges over the API: the manager and the senior engineers are spared.
	var after incident
	if code := s.api(http.MethodPost, fmt.Sprintf("/incidents/%d/acknowledge", id), &after); code != http.StatusOK || after.State != "acknowledged" || after.By != "ci" {
		t.Fatalf("acknowledge: %d %+v", code, after)
	}

	// The executive is paged all the same: that step waits for the resolution.
	sms, err = s.twilio.Wait(ctx, 3)
	must(t, err)
	if sms[2].To != "+15005550005" {
		t.Errorf("third SMS to %s, want the executive", sms[2].To)
	}
	_, err = s.smtp.Wait(ctx, 3)
	must(t, err)

	// Alertmanager's resolve resolves it, and the message in the channel says so.
	alert["endsAt"] = time.Now().Format(time.RFC3339Nano)
	am.post(alert)
	messages, err := s.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool {
		board := board(ms)
		return len(board) == 1 && strings.Contains(strings.ToLower(board[0].Text), "resolved")
	})
	must(t, err)
	if b := board(messages)[0]; b.Edits == 0 || strings.Contains(string(b.Blocks), `"action_id":"acknowledge"`) || strings.Contains(string(b.Blocks), "<!channel>") {
		t.Errorf("the channel's message: %d edits, %s", b.Edits, b.Blocks)
	}

	got := s.incident(id)
	if got.State != "resolved" || got.Severity != "P0" || !strings.Contains(got.Reason, "SystemDown") {
		t.Errorf("incident %+v", got)
	}
	var states []string
	for _, step := range got.Plan {
		states = append(states, step.State)
	}
	if !slices.Equal(states, []string{"fired", "fired", "skipped", "skipped", "fired"}) {
		t.Errorf("steps %v", states)
	}
	if !strings.Contains(got.Plan[2].Reason, "acknowledged by ci") {
		t.Errorf("the manager's step: %q", got.Plan[2].Reason)
	}

	// Nothing unexpected was sent, also not while stopping: after the pages both who were told are told, over the
	// same channels, that it is resolved. That leaves while the program stops, in whatever order.
	if err := tocsin.stop(10 * time.Second); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	messages = s.slack.Messages()
	var direct []string
	for _, m := range messages {
		if m.User != "" {
			direct = append(direct, m.User)
		}
	}
	slices.Sort(direct)
	if !slices.Equal(direct, []string{"U0SYS", "U0SYS", "U0SYS", "U0VP", "U0VP"}) || len(board(messages)) != 1 {
		t.Errorf("Slack: direct messages to %v, %d in the channel", direct, len(board(messages)))
	}
	if n := len(s.twilio.Messages()); n != 5 {
		t.Errorf("%d SMS, want 5", n)
	}
	var to []string
	for _, m := range s.smtp.Messages() {
		to = append(to, m.To)
	}
	slices.Sort(to)
	if !slices.Equal(to, []string{"sysadmin@example.com", "sysadmin@example.com", "sysadmin@example.com", "vp@example.com", "vp@example.com"}) {
		t.Errorf("email to %v", to)
	}
}

func TestKilledWhileAPageIsUnderWayItGoesOnAndMarksTheRepeat(t *testing.T) {
	s := newSite(t)
	first := s.start()
	s.twilio.FailNext(1, notifierstest.Hang)
	s.send(firstAlerts(time.Now())[0])
	eventually(t, "the SMS is under way", func() bool { return s.twilio.Requests() == 1 })
	first.kill()

	s.start()
	sms, err := s.twilio.Wait(patience(t), 1)
	must(t, err)
	if !strings.Contains(sms[0].Body, "possible repeat") {
		t.Errorf("the repeat is not marked: %q", sms[0].Body)
	}
	eventually(t, "the page is known as sent", func() bool {
		for _, p := range s.only().Pages {
			if p.Channel == "sms" && p.State == "sent" {
				return len(p.Attempts) == 2 && p.Attempts[0].Outcome == "unknown"
			}
		}
		return false
	})
}

func TestWhatWasAcceptedBeforeAKillIsPagedAfterIt(t *testing.T) {
	s := newSite(t, eachByItself...)
	first := s.start()
	for i := range 20 {
		p := firstAlerts(time.Now())[0]
		s.send(numbered(p, i))
	}
	first.kill()
	s.start()
	seen := map[string]bool{}
	_, err := s.twilio.WaitFor(patience(t), func(ms []notifierstest.TwilioMessage) bool {
		for _, m := range ms {
			seen[strings.Fields(m.Body)[1]] = true
		}
		return len(seen) == 20
	})
	must(t, err)
}

// takeover is how soon another replica sends what a dead one had under way.
const takeover = 3 * time.Second

func TestWhenAReplicaIsKilledAnotherTakesItsPageOver(t *testing.T) {
	s := newSite(t)
	replicas := []*program{s.start(), s.replica().start()}
	s.twilio.FailNext(1, notifierstest.Hang)
	s.send(firstAlerts(time.Now())[0])
	eventually(t, "the SMS is under way", func() bool { return s.twilio.Requests() == 1 })
	conn, err := pgx.Connect(t.Context(), s.url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	var holder string
	must(t, conn.QueryRow(t.Context(), `SELECT claimed_by::text FROM pages WHERE channel = 'sms'`).Scan(&holder))
	killed := 0
	for _, p := range replicas {
		if strings.Contains(p.log.String(), "replica="+holder) {
			p.kill()
			killed++
		}
	}
	if killed != 1 {
		t.Fatalf("%d replicas are %s", killed, holder)
	}
	at := time.Now()
	sms, err := s.twilio.Wait(patience(t), 1)
	must(t, err)
	took := time.Since(at).Round(time.Millisecond)
	t.Logf("taken over %s after the kill", took)
	if took > takeover {
		t.Errorf("taken over %s after the kill, want %s at most", took, takeover)
	}
	if !strings.Contains(sms[0].Body, "possible repeat") {
		t.Errorf("the repeat is not marked: %q", sms[0].Body)
	}
}

func TestReplicasThatRunDifferentConfigurationsAreShown(t *testing.T) {
	s := newSite(t)
	s.start()
	var health struct {
		Status     string
		Components map[string]struct{ Status, Error string }
	}
	eventually(t, "it is healthy alone", func() bool {
		s.api(http.MethodGet, "/health", &health)
		return health.Status == "healthy"
	})
	s.replica().start() // it listens elsewhere, so its file is another
	eventually(t, "the other configuration is seen", func() bool {
		s.api(http.MethodGet, "/health", &health)
		return health.Status == "degraded" && strings.Contains(health.Components["replicas"].Error, "different configurations")
	})
}

func TestAPrivatePostgreSQLSurvivesAKillWithEverythingInIt(t *testing.T) {
	s := newSite(t, "data_dir: ./tocsin-data", "data_dir: "+storagetest.Dir(t))
	s.url = ""
	first := s.start()
	s.send(firstAlerts(time.Now())[0])
	_, err := s.twilio.Wait(patience(t), 1)
	must(t, err)
	first.kill()
	second := s.start()
	if got := s.only(); got.Severity != "P0" || got.State != "open" {
		t.Errorf("after the kill: %+v", got)
	}
	if err := second.stop(10 * time.Second); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
}

func TestSIGTERMFinishesThePageUnderWay(t *testing.T) {
	s := newSite(t)
	p := s.start()
	s.twilio.FailNext(1, notifierstest.Slow)
	s.send(firstAlerts(time.Now())[0])
	eventually(t, "the SMS is under way", func() bool { return s.twilio.Requests() == 1 })
	start := time.Now()
	if err := p.stop(10 * time.Second); err != nil {
		t.Fatalf("after %s: %v", time.Since(start), err)
	}
	s.start()
	for _, page := range s.only().Pages {
		if page.Channel == "sms" && (page.State != "sent" || len(page.Attempts) != 1) {
			t.Errorf("page %+v", page)
		}
	}
}

// numbered is a payload for an alert of its own.
func numbered(p map[string]any, i int) map[string]any {
	text, _ := json.Marshal(p)
	var out map[string]any
	_ = json.Unmarshal(bytes.ReplaceAll(text, []byte(`"backend"`), fmt.Appendf(nil, `"backend-%d"`, i)), &out)
	return out
}

func directTo(ms []notifierstest.SlackMessage, user string) (out []notifierstest.SlackMessage) {
	for _, m := range ms {
		if m.User == user {
			out = append(out, m)
		}
	}
	return out
}

func board(ms []notifierstest.SlackMessage) (out []notifierstest.SlackMessage) {
	for _, m := range ms {
		if m.Channel == "C0INCIDENTS" && m.ThreadTS == "" {
			out = append(out, m)
		}
	}
	return out
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
