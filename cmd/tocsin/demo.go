package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"

	"github.com/alexedwards/argon2id"
)

type demoCmd struct {
	Listen string  `default:"127.0.0.1:8080" help:"Where to listen; if it is taken, any free port."`
	Speed  float64 `default:"60" help:"How much faster than the matrix says the escalation runs: at 60 a minute is a second."`
}

// Validate refuses a clock that stands or runs backwards.
func (cmd *demoCmd) Validate() error {
	if cmd.Speed < 1 {
		return fmt.Errorf("--speed %v: use 1 (as the matrix says) or more", cmd.Speed)
	}
	return nil
}

// run serves the manual's organisation from a folder of its own, which is removed in the end.
func (cmd *demoCmd) run(ctx context.Context, _ *cli, e env) error {
	dir, err := os.MkdirTemp("", "tocsin-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // PostgreSQL's own user must get through
		return err
	}
	d := &demo{speed: cmd.Speed, out: e.stdout, password: rand.Text()[:12], source: rand.Text(), token: rand.Text(), start: time.Now()}
	cfg, err := d.config(dir, freeAddress(ctx, cmd.Listen))
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	fmt.Fprintln(d.out, "Starting a private PostgreSQL ...")
	return serve(ctx, cfg, origin{}, log, func(a *app, addr net.Addr) {
		a.amend(func(g *generation) { g.rules = hurried(g.rules, cmd.Speed) })
		go d.play(ctx, a, "http://"+addr.String())
	})
}

// demo is one run of it.
type demo struct {
	speed                   float64
	out                     io.Writer
	password, source, token string
	start                   time.Time
}

// config is the shipped example with secrets made up for this run. Whatever credentials the environment
// holds, nothing of it is used: every channel is a sandbox.
func (d *demo) config(dir, listen string) (*config.Config, error) {
	if err := os.CopyFS(filepath.Join(dir, "config"), config.ExampleFiles); err != nil {
		return nil, err
	}
	hash, err := argon2id.CreateHash(d.password, argon2id.DefaultParams)
	if err != nil {
		return nil, err
	}
	secrets := map[string]string{
		"TOCSIN_PROMETHEUS_TOKEN": d.source, "TOCSIN_MANAGER_HASH": hash, "TOCSIN_API_TOKEN": d.token,
	}
	cfg, report := config.Load(filepath.Join(dir, "config", "tocsin.yaml"), func(name string) string { return secrets[name] })
	if !report.OK() {
		return nil, fmt.Errorf("the shipped example: line %d: %s", report.Errors[0].Line, report.Errors[0].Message)
	}
	cfg.Server.Listen, cfg.Server.PublicURL = listen, "http://"+listen
	cfg.DataDir = filepath.Join(dir, "data")
	n := &cfg.Notifiers
	n.Slack.Sandbox, n.Twilio.Sandbox, n.Email.Sandbox, n.Webhook.Sandbox, n.URL.Sandbox = true, true, true, true, true
	return cfg, nil
}

// hurried is a policy whose steps come speed times sooner; business time counts as wall time in it.
func hurried(p *escalation.Policy, speed float64) *escalation.Policy {
	fast := *p
	fast.Matrix = escalation.Matrix{}
	for sev, row := range p.Matrix {
		steps := make([]escalation.Step, len(row.Steps))
		for i, s := range row.Steps {
			s.After = s.After.Scaled(1 / speed)
			steps[i] = s
		}
		row.Steps = steps
		fast.Matrix[sev] = row
	}
	return &fast
}

// freeAddress is addr, or any free port of the same host if it is taken.
func freeAddress(ctx context.Context, addr string) string {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		host, _, _ := net.SplitHostPort(addr)
		if l, err = lc.Listen(ctx, "tcp", net.JoinHostPort(host, "0")); err != nil {
			return addr // serve says what is wrong
		}
	}
	defer l.Close()
	return l.Addr().String()
}

// play prints how to look, sends the first alerts as Alertmanager would, and tells what happens.
func (d *demo) play(ctx context.Context, a *app, base string) {
	changed, cancel := a.store.Subscribe()
	defer cancel()
	fmt.Fprintf(d.out, `
Tocsin is up after %s. Every channel is a sandbox: nothing leaves this machine.

  Incidents   %s/
  Outbox      %s/outbox
  Sign in     manager / %s

  API         curl -H 'Authorization: Bearer %s' %s/api/v1/incidents
  Alerts to   %s/intake/alertmanager   (Authorization: Bearer %s)

The clock of the escalation runs %g times as fast. Ctrl-C ends the demo and removes its data.
`, time.Since(d.start).Round(100*time.Millisecond), base, base, d.password, d.token, base, base, d.source, d.speed)
	if err := d.send(ctx, base, firstAlerts(time.Now())); err != nil {
		fmt.Fprintln(d.out, "the first alert was not taken:", err)
		return
	}
	fmt.Fprintln(d.out, "\nAlertmanager reports: the backend is down, and the cache is getting slow.")
	told := map[int64]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case id := <-changed:
			d.tell(ctx, a, id, told)
		}
	}
}

// tell prints what is new on an incident's timeline.
func (d *demo) tell(ctx context.Context, a *app, id int64, told map[int64]bool) {
	entries, err := a.store.Timeline(ctx, id)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !told[e.ID] {
			told[e.ID] = true
			fmt.Fprintf(d.out, "  %6.1fs  #%d  %s\n", e.At.Sub(d.start).Seconds(), id, e.Text)
		}
	}
}

// firstAlerts is a webhook payload as Alertmanager sends it, one for each of two groups.
func firstAlerts(now time.Time) []map[string]any {
	return []map[string]any{
		payload(now, alerting.Labels{"alertname": "SystemDown", "service": "backend", "severity": "critical", "env": "prod", "instance": "backend-1:8000"},
			alerting.Labels{"summary": "Backend API has been answering 5xx for more than 2 minutes", "runbook_url": "https://example.com/runbooks/system-down"}),
		payload(now, alerting.Labels{"alertname": "CacheDegradation", "service": "redis", "severity": "warning", "env": "prod"},
			alerting.Labels{"summary": "Cache hit rate has been below 60% for 30 minutes"}),
	}
}

func payload(now time.Time, labels, annotations alerting.Labels) map[string]any {
	group := labels.Only([]string{"alertname", "service"})
	return map[string]any{
		"version": "4", "groupKey": "{}:" + group.String(), "truncatedAlerts": 0, "status": "firing", "receiver": "tocsin",
		"groupLabels": group, "commonLabels": labels, "commonAnnotations": annotations, "externalURL": "http://127.0.0.1:9093",
		"alerts": []map[string]any{{
			"status": "firing", "labels": labels, "annotations": annotations, "startsAt": now.UTC().Format(time.RFC3339Nano),
			"endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://127.0.0.1:9090/graph", "fingerprint": labels.Fingerprint(),
		}},
	}
}

func (d *demo) send(ctx context.Context, base string, payloads []map[string]any) error {
	for _, p := range payloads {
		body, err := json.Marshal(p)
		if err != nil {
			return err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/intake/alertmanager", bytes.NewReader(body))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+d.source)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return err
		}
		_ = resp.Body.Close()
		if resp.StatusCode >= 300 {
			return fmt.Errorf("%s", resp.Status)
		}
	}
	return nil
}
