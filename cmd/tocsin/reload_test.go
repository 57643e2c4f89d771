package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"

	"github.com/jackc/pgx/v5"
)

func TestAChangedMatrixIsForNewIncidentsAndAnOpenOneKeepsItsPlan(t *testing.T) {
	s := newSite(t)
	s.start()
	former := s.inForce()
	s.send(firingOf("SystemDown", "backend"))
	first := s.only()

	s.edit("{after: 15m, page: manager}", "{after: 15m, page: executive}")
	now := s.awaitAnother(former)
	if sum := s.hashOfFile(); now != sum {
		t.Errorf("the configuration %s is in force, the file is %s", now, sum)
	}
	s.send(firingOf("SystemDown", "frontend"))
	second := s.incident(first.ID + 1)

	if role := s.incident(first.ID).Plan[2].Role; role != "manager" {
		t.Errorf("the plan of the open incident has changed with the file: it names %s", role)
	}
	if role := second.Plan[2].Role; role != "executive" {
		t.Errorf("the new incident's plan is not the new file's: it names %s", role)
	}
	for id, hash := range map[int64]string{first.ID: former, second.ID: now} {
		if page := s.timelineOf(id); !strings.Contains(page, hash) {
			t.Errorf("nothing of #%d says that configuration %s made its plan", id, hash)
		}
	}
}

func TestABrokenFileIsRefusedAndToldAboutUntilItIsMended(t *testing.T) {
	s := newSite(t)
	p := s.start()
	former := s.inForce()
	s.edit("role: senior-engineer, severity: P3", "role: senior-enginer, severity: P3")

	var alert incident
	eventually(t, "the refused file is an incident", func() bool {
		alert = s.firstOf("Configuration of ")
		return alert.ID != 0
	})
	line := fmt.Sprintf("%s:%d: ", s.config, s.lineOf("senior-enginer"))
	if page := s.timelineOf(alert.ID); alert.Severity != "P1" || !strings.HasSuffix(alert.Title, " refused") || !strings.Contains(page, line) || !strings.Contains(page, "senior-enginer") {
		t.Errorf("the alert is %s, %q and says %s, want P1 and the place %s", alert.Severity, alert.Title, page, line)
	}
	s.edit("role: senior-enginer, severity: P3", "role: senior-enginr, severity: P3")
	eventually(t, "the alert says what is wrong now", func() bool {
		page := s.timelineOf(alert.ID)
		return strings.Contains(page, `senior-enginr\"`) && s.firstOf("Configuration of ").ID == alert.ID
	})
	s.edit("role: senior-enginr, severity: P3", "role: senior-enginer, severity: P3")
	if !strings.Contains(p.log.String(), line) {
		t.Errorf("the log does not name %s", line)
	}
	if c := s.health("configuration_file"); c.Status != "degraded" || !strings.Contains(c.Error, line) {
		t.Errorf("health says %+v of the refused file", c)
	}
	if got := s.inForce(); got != former {
		t.Errorf("%s is in force, want the former %s", got, former)
	}
	s.send(firingOf("SystemDown", "backend"))

	s.edit("role: senior-enginer, severity: P3", "role: manager, severity: P3")
	s.awaitAnother(former)
	eventually(t, "the incident ends with the mended file", func() bool { return s.incident(alert.ID).State == "resolved" })
	if c := s.health("configuration_file"); c.Status != "healthy" || c.Error != "" {
		t.Errorf("health says %+v of the mended file", c)
	}
}

func TestAChangeThatNeedsARestartIsRefusedWithASentence(t *testing.T) {
	s := newSite(t)
	p := s.start()
	former := s.inForce()
	s.edit("listen: "+strings.TrimPrefix(s.base, "http://"), "listen: 127.0.0.1:1")
	eventually(t, "the log says that a restart is needed", func() bool {
		return strings.Contains(p.log.String(), "server.listen") && strings.Contains(p.log.String(), "restart")
	})
	if got := s.inForce(); got != former {
		t.Errorf("%s is in force, want the former %s", got, former)
	}
}

func TestSIGHUPReadsTheConfigurationThoughItHasNotChanged(t *testing.T) {
	s := newSite(t)
	p := s.start()
	must(t, p.cmd.Process.Signal(syscall.SIGHUP))
	eventually(t, "the log says that it was read", func() bool { return strings.Contains(p.log.String(), "has been read again") })
	s.send(firingOf("SystemDown", "backend"))
}

func TestATokenTakenOutOfItsFileStopsWorking(t *testing.T) {
	s := newSite(t, `token: "${env:TOCSIN_PROMETHEUS_TOKEN}"`, `token: "${file:source-token}"`)
	file := filepath.Join(filepath.Dir(s.config), "source-token")
	must(t, os.WriteFile(file, []byte(sourceToken+"\n"), 0o600))
	s.start()
	if code := s.deliver(sourceToken, firingOf("SystemDown", "backend")); code != http.StatusOK {
		t.Fatalf("the token is refused before it is changed: %d", code)
	}
	must(t, os.WriteFile(file+".new", []byte("another-token-of-the-source\n"), 0o600))
	must(t, os.Rename(file+".new", file))
	eventually(t, "the new token is taken", func() bool {
		return s.deliver("another-token-of-the-source", firingOf("SystemDown", "backend")) == http.StatusOK
	})
	if code := s.deliver(sourceToken, firingOf("SystemDown", "backend")); code != http.StatusUnauthorized {
		t.Errorf("the former token is answered with %d", code)
	}
}

func TestReloadsUnderLoadLoseNothing(t *testing.T) {
	const reloads = 20
	s := newSite(t, append(briskSlack, "watchdog: {url", "  budget: {slack: none}\nwatchdog: {url")...)
	p := s.start()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var sent atomic.Int64
	var posts sync.WaitGroup
	posts.Go(func() {
		for tick := time.NewTicker(5 * time.Millisecond); ctx.Err() == nil; <-tick.C { // 200 a second
			n := sent.Add(1)
			posts.Go(func() {
				if code := s.deliver(sourceToken, firingOf("HighErrorRate", fmt.Sprintf("service-%d", n))); code != http.StatusOK {
					t.Errorf("alert %d is answered with %d", n, code)
				}
			})
		}
	})
	for i := range reloads {
		former := s.inForce()
		s.edit("timezone: Europe/Berlin", fmt.Sprintf("timezone: Europe/Berlin # %d", i))
		must(t, p.cmd.Process.Signal(syscall.SIGHUP))
		s.awaitAnother(former)
	}
	stop()
	posts.Wait()
	s.sayStored(t, int(sent.Load()))
	eventually(t, "every page has been sent", func() bool { return s.unsent(t).all == 0 })
	s.none(t, "an incident of which nobody was told", `SELECT id::text FROM incidents i
		WHERE NOT EXISTS (SELECT FROM pages p WHERE p.incident_id = i.id AND p.state = 'sent')`)
	if n := strings.Count(p.log.String(), "has been read again"); n < reloads {
		t.Errorf("%d reloads, want %d", n, reloads)
	}
}

func TestASandboxMadeRealSendsFromThenOnAndKeepsNoLinks(t *testing.T) {
	s := siteWithRoles(t)
	a := s.inside()
	s.send(firingOf("SystemDown", "backend"))
	eventually(t, "the page by email is kept", func() bool { return s.kept(t, "email") == 1 })
	s.none(t, "a personal link in the outbox", `SELECT text FROM outgoing WHERE channel = 'email' AND (text LIKE '%/a/%' OR html LIKE '%/a/%')`)
	former := a.current().cfg.Hash
	s.edit("tls: none, sandbox: true}", "tls: none}")
	eventually(t, "the changed file is in force", func() bool { return a.current().cfg.Hash != former })
	s.send(firingOf("SystemDown", "frontend"))
	mails, err := s.smtp.Wait(patience(t), 1)
	must(t, err)
	if !strings.Contains(mails[0].Text, "/a/") {
		t.Errorf("the mail has no link to answer by: %s", mails[0].Text)
	}
	if n := s.kept(t, "email"); n != 1 {
		t.Errorf("%d pages by email are kept, want the one before the change", n)
	}
}

func TestAReloadEndsLiveStreamsAndNoSessions(t *testing.T) {
	s := siteWithRoles(t)
	a := s.inside()
	browser := s.signedIn("viewer")
	resp, err := browser.Get(s.base + "/events")
	must(t, err)
	defer resp.Body.Close()
	var got bytes.Buffer
	ended := make(chan error, 1)
	go func() { _, err := got.ReadFrom(resp.Body); ended <- err }()
	former := a.current().cfg.Hash
	s.edit("timezone: Europe/Berlin", "timezone: Europe/Vienna")
	select {
	case err := <-ended:
		must(t, err) // cleanly, so that the browser connects again
	case <-patience(t).Done():
		t.Fatal("the live stream goes on")
	}
	if a.current().cfg.Hash == former {
		t.Error("the stream ended and the configuration is the former one")
	}
	page, err := browser.Get(s.base + "/")
	must(t, err)
	page.Body.Close()
	if page.StatusCode != http.StatusOK {
		t.Errorf("after the reload the browser is answered with %s", page.Status)
	}
}

// firingOf is a webhook payload of one firing alert.
func firingOf(alertname, service string) map[string]any {
	return payload(time.Now(), alerting.Labels{"alertname": alertname, "service": service, "severity": "critical"}, alerting.Labels{"summary": "It does not answer"})
}

// edit changes the configuration on disk as editors do: a new file in the old one's place.
func (s *site) edit(was, is string) {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	must(s.t, err)
	if !strings.Contains(string(text), was) {
		s.t.Fatalf("the configuration has no %q", was)
	}
	must(s.t, os.WriteFile(s.config+"~", []byte(strings.Replace(string(text), was, is, 1)), 0o600))
	must(s.t, os.Rename(s.config+"~", s.config))
}

// lineOf is the line of the configuration on disk in which text stands.
func (s *site) lineOf(text string) int {
	s.t.Helper()
	all, err := os.ReadFile(s.config)
	must(s.t, err)
	before, _, ok := strings.Cut(string(all), text)
	if !ok {
		s.t.Fatalf("the configuration has no %q", text)
	}
	return strings.Count(before, "\n") + 1
}

func (s *site) hashOfFile() string {
	s.t.Helper()
	text, err := os.ReadFile(s.config)
	must(s.t, err)
	cfg, _ := config.Parse(text, filepath.Dir(s.config), func(string) string { return "" })
	if cfg == nil {
		s.t.Fatal("the configuration has errors")
	}
	return cfg.Hash
}

// component is what health says of one part.
type component struct {
	Status, Error, Config string
}

func (s *site) health(name string) component {
	s.t.Helper()
	var h struct{ Components map[string]component }
	s.api(http.MethodGet, "/health", &h)
	return h.Components[name]
}

// inForce is the hash of the configuration in force.
func (s *site) inForce() string {
	s.t.Helper()
	return s.health("configuration_file").Config
}

// awaitAnother waits until another configuration than former is in force, and returns its hash.
func (s *site) awaitAnother(former string) (now string) {
	s.t.Helper()
	eventually(s.t, "the changed file is in force", func() bool {
		now = s.inForce()
		return now != former
	})
	return now
}

// firstOf is the incident whose title begins so; its ID is 0 if there is none.
func (s *site) firstOf(title string) incident {
	s.t.Helper()
	var list struct{ Incidents []incident }
	s.api(http.MethodGet, "/incidents", &list)
	for _, i := range list.Incidents {
		if strings.HasPrefix(i.Title, title) {
			return i
		}
	}
	return incident{}
}

// timelineOf is all that the API says of an incident.
func (s *site) timelineOf(id int64) string {
	s.t.Helper()
	var all json.RawMessage
	s.api(http.MethodGet, fmt.Sprintf("/incidents/%d", id), &all)
	return string(all)
}

// deliver posts a webhook payload with a token, and returns the answer's code; 0 for none.
func (s *site) deliver(token string, p map[string]any) int {
	body, _ := json.Marshal(p)
	req, _ := http.NewRequest(http.MethodPost, s.base+"/intake/alertmanager", bytes.NewReader(body)) //nolint:noctx // to the end
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// kept counts the pages that a sandbox has.
func (s *site) kept(t *testing.T, channel string) (n int) {
	t.Helper()
	s.each(t, `SELECT count(*) FROM outgoing WHERE channel = '`+channel+`' AND kind = 'page'`, func(rows pgx.Rows) error { return rows.Scan(&n) })
	return n
}

// sayStored fails the test unless so many alerts of the source are stored, each with an incident.
func (s *site) sayStored(t *testing.T, want int) {
	t.Helper()
	var alerts, incidents int
	s.each(t, `SELECT count(*), count(DISTINCT incident_id) FROM alerts WHERE source = 'prometheus'`, func(rows pgx.Rows) error { return rows.Scan(&alerts, &incidents) })
	if alerts != want || incidents != want {
		t.Errorf("%d alerts were taken; %d are stored, of %d incidents", want, alerts, incidents)
	}
}
