package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	killAlerts = 500
	killTimes  = 50
)

// TestNothingIsLostHoweverOftenItIsKilled sends alerts while tocsin is killed again and again, half of
// the times at a failpoint, half at random moments, and started again each time.
func TestNothingIsLostHoweverOftenItIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute and a half")
	}
	s := newSite(t)
	s.program = buildWithFailpoints(t)
	var accepted atomic.Int64
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		var wg sync.WaitGroup
		for worker := range 4 {
			wg.Go(func() {
				for i := worker; i < killAlerts; i += 4 {
					s.sendUntilTaken(i)
					accepted.Add(1)
				}
			})
		}
		wg.Wait()
	}()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	var firstPage []time.Duration
	for k := range killTimes {
		failpoint := ""
		if k%2 == 0 {
			failpoint = fmt.Sprintf("%s:%d", []string{"before-commit", "after-commit", "before-send", "after-send"}[rnd.IntN(4)], 1+rnd.IntN(20))
		}
		before := s.twilio.Requests() + s.slack.Requests() + s.smtp.Requests()
		owed := s.unsent(t) > 0
		start := time.Now()
		p := s.launch("TOCSIN_FAILPOINT=" + failpoint)
		if s.serving(p) && owed {
			if s.paged(before, p) {
				firstPage = append(firstPage, time.Since(start))
			}
		}
		if failpoint == "" {
			time.Sleep(time.Duration(rnd.IntN(600)) * time.Millisecond) // a random moment to be killed at, not a wait for anything
			p.kill()
			continue
		}
		_ = p.wait(5 * time.Second) // it kills itself, or never comes by the place so often
		p.kill()
	}
	s.start()
	<-sent
	eventually(t, "every page has been sent", func() bool { return s.unsent(t) == 0 })

	s.checkReceipts(t)
	slices.Sort(firstPage)
	if n := len(firstPage); n > 0 {
		t.Logf("%d alerts accepted, %d kills; first page after a restart: p50 %s, p99 %s, max %s", accepted.Load(), killTimes,
			firstPage[n/2].Round(time.Millisecond), firstPage[n*99/100].Round(time.Millisecond), firstPage[n-1].Round(time.Millisecond))
	}
}

// checkReceipts compares what the providers got with what was accepted: each page at least once, more
// often only marked, and only after an attempt whose fate was unknown.
func (s *site) checkReceipts(t *testing.T) {
	t.Helper()
	type count struct{ plain, marked int }
	got := map[string]*count{} // channel and alert
	note := func(channel, text string) {
		for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !(r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z') }) {
			if strings.HasPrefix(word, "killed-") {
				key := channel + " " + word
				if got[key] == nil {
					got[key] = &count{}
				}
				if strings.Contains(strings.ToLower(text), "possible repeat") {
					got[key].marked++
				} else {
					got[key].plain++
				}
				return
			}
		}
	}
	for _, m := range s.twilio.Messages() {
		note("sms", m.Body)
	}
	for _, m := range s.smtp.Messages() {
		note("email", m.Subject+" "+m.Text)
	}
	for _, m := range s.slack.Messages() {
		if m.User != "" {
			note("slack", m.Text+" "+string(m.Blocks))
		}
	}
	lost, unmarked, repeats := 0, 0, 0
	for i := range killAlerts {
		for _, channel := range []string{"sms", "email", "slack"} {
			c := got[fmt.Sprintf("%s killed-%d", channel, i)]
			switch {
			case c == nil:
				lost++
				t.Errorf("alert %d: nothing over %s", i, channel)
			case c.plain > 1:
				unmarked++
				t.Errorf("alert %d: %d unmarked pages over %s", i, c.plain, channel)
			default:
				repeats += c.plain + c.marked - 1
			}
		}
	}
	t.Logf("%d pages lost, %d repeats marked, %d repeats unmarked", lost, repeats, unmarked)
	conn, err := pgx.Connect(t.Context(), s.url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	var baseless int
	must(t, conn.QueryRow(t.Context(), `
		SELECT count(*) FROM attempts a WHERE possible_repeat AND NOT EXISTS (
			SELECT FROM attempts b WHERE b.page_id = a.page_id AND b.at < a.at AND b.outcome IN ('unknown', 'sent', 'delivered'))`).Scan(&baseless))
	if baseless > 0 {
		t.Errorf("%d repeats without an attempt before them whose fate was unknown", baseless)
	}
}

func buildWithFailpoints(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "tocsin")
	cmd := exec.Command("go", "build", "-tags", "failpoints", "-o", bin, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return bin
}

// sendUntilTaken posts one alert of its own, as often as it takes, as Alertmanager would.
func (s *site) sendUntilTaken(i int) {
	labels := map[string]string{"alertname": "SystemDown", "service": fmt.Sprintf("killed-%d", i)}
	body, _ := json.Marshal(map[string]any{
		"version": "4", "status": "firing", "groupLabels": labels,
		"alerts": []any{map[string]any{"status": "firing", "labels": labels, "startsAt": "2026-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z"}},
	})
	for s.t.Context().Err() == nil {
		req, _ := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.base+"/intake/alertmanager", bytes.NewReader(body))
		req.Header.Set("Authorization", "Bearer "+sourceToken)
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode/100 == 2 {
				return
			}
		}
		time.Sleep(50 * time.Millisecond) // a sender's pause between tries
	}
}

// unsent counts pages that are not at their provider yet, and incidents whose first step is due.
func (s *site) unsent(t *testing.T) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	must(t, conn.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM pages WHERE state IN ('queued', 'sending', 'unknown'))
		+ (SELECT count(*) FROM incidents WHERE next_at <= now())`).Scan(&n))
	return n
}

// serving waits until p answers; it is false if p died before.
func (s *site) serving(p *program) bool {
	for !p.dead() {
		if status(s.base+"/readyz") == http.StatusOK {
			return true
		}
		time.Sleep(5 * time.Millisecond) // a process that starts tells nobody
	}
	return false
}

// paged waits until a provider hears of p; it is false if p died before.
func (s *site) paged(before int, p *program) bool {
	for !p.dead() {
		if s.twilio.Requests()+s.slack.Requests()+s.smtp.Requests() > before {
			return true
		}
		time.Sleep(2 * time.Millisecond) // a process that is killed tells nobody
	}
	return false
}
