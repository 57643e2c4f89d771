package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	killAlerts = 500 // at least: they go on until the last kill
	killTimes  = 50

	killFirstPage     = 2 * time.Second // from the start of the process to the first page of those that were owed
	killSamples       = 10              // restarts, at least, after which that was measured
	killsAtFailpoints = 15              // at least, so that the failpoints are not there for nothing
)

// TestNothingIsLostHoweverOftenItIsKilled sends alerts, and answers to some of them, while tocsin is
// killed again and again, half of the times at a failpoint, half at random moments, and started again
// each time.
func TestNothingIsLostHoweverOftenItIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	s := newSite(t, slices.Concat(eachByItself, briskSlack)...)
	s.program = buildWithFailpoints(t)
	flood := s.flood()
	people := s.answerSome()
	var k kills
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for i := range killTimes {
		k.once(t, s, rnd, i%2 == 0)
	}
	s.start()
	alerts := flood.end()
	people.end(alerts)
	eventually(t, "every page has been sent, and every answer applied", func() bool { return s.unsent(t).all == 0 })

	t.Logf("%d alerts accepted, %d kills, %d of them at failpoints", alerts, killTimes, k.atFailpoint)
	s.checkReceipts(t, alerts)
	s.checkAnswers(t, alerts)
	k.check(t)
}

// kills is what was seen of them.
type kills struct {
	atFailpoint int
	outstanding []int // how much was still to be sent, at the kills at which anything was
	firstPage   []time.Duration
}

// once starts tocsin and kills it. What has a failpoint kills itself; what does not come by the place
// so often is killed too.
func (k *kills) once(t *testing.T, s *site, rnd *rand.Rand, atFailpoint bool) {
	t.Helper()
	failpoint := ""
	if atFailpoint {
		failpoint = fmt.Sprintf("%s:%d", []string{"before-commit", "after-commit", "before-send", "after-send"}[rnd.IntN(4)], 1+rnd.IntN(40))
	}
	before, owed := s.pageRequests(), s.unsent(t).due > 0
	start := time.Now()
	p := s.launch("TOCSIN_FAILPOINT=" + failpoint)
	if s.serving(p) && owed && s.paged(before, p) {
		k.firstPage = append(k.firstPage, time.Since(start))
	}
	if atFailpoint {
		_ = p.wait(5 * time.Second)
	} else {
		time.Sleep(time.Duration(rnd.IntN(400)) * time.Millisecond) // a random moment to be killed at, not a wait for anything
	}
	if p.dead() {
		if !atFailpoint || !killed(p.err) {
			t.Fatalf("tocsin ended by itself: %v\n%s", p.err, p.log)
		}
		k.atFailpoint++
	}
	p.kill()
	if n := s.unsent(t).alerts; n > 0 {
		k.outstanding = append(k.outstanding, n)
	}
}

// check is what the kills must have been for the rest to prove anything, and how soon pages came after them.
func (k *kills) check(t *testing.T) {
	t.Helper()
	if k.atFailpoint < killsAtFailpoints {
		t.Errorf("%d kills at failpoints, want %d or more", k.atFailpoint, killsAtFailpoints)
	}
	owed := len(k.outstanding)
	if owed <= killTimes/2 {
		t.Fatalf("alerts were outstanding at %d of %d kills, want most", owed, killTimes)
	}
	slices.Sort(k.outstanding)
	t.Logf("alerts were outstanding at %d kills: %d to %d pages and steps, half of the times %d or more", owed, k.outstanding[0], k.outstanding[owed-1], k.outstanding[owed/2])
	n := len(k.firstPage)
	if n < killSamples {
		t.Fatalf("a first page after a restart was seen %d times, want %d or more", n, killSamples)
	}
	slices.Sort(k.firstPage)
	p99 := k.firstPage[(99*n+99)/100-1]
	t.Logf("first page after a restart, of %d: p50 %s, p99 %s", n, k.firstPage[n/2].Round(time.Millisecond), p99.Round(time.Millisecond))
	if p99 > killFirstPage {
		t.Errorf("first page after a restart: p99 %s, want %s or less", p99, killFirstPage)
	}
}

// killed reports whether a process that ended so was killed, by whomever.
func killed(err error) bool {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	ws, ok := exit.Sys().(syscall.WaitStatus)
	return ok && ws.Signaled() && ws.Signal() == syscall.SIGKILL
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

// owed is what is not done yet.
type owed struct {
	all    int // alerts, messages in the chat channel that are not up to date, replies
	alerts int // pages that are not at their provider, incidents with a step due
	due    int // of alerts those, but over Slack, that nothing but a process keeps back
}

func (s *site) unsent(t *testing.T) (o owed) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.url)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	must(t, conn.QueryRow(t.Context(), `
		WITH steps AS (SELECT count(*) AS due FROM incidents WHERE next_at <= now())
		SELECT steps.due + (SELECT count(*) FROM pages WHERE state IN ('queued', 'sending', 'unknown'))
			+ (SELECT count(*) FROM announcements WHERE claim IS NOT NULL OR next_attempt_at IS NOT NULL)
			+ (SELECT count(*) FROM replies WHERE done_at IS NULL),
			steps.due + (SELECT count(*) FROM pages WHERE state IN ('queued', 'sending', 'unknown')),
			steps.due + (SELECT count(*) FROM pages WHERE channel <> 'slack' AND (state = 'sending' OR next_attempt_at <= now()))
		FROM steps`).Scan(&o.all, &o.alerts, &o.due))
	return o
}

// pageRequests counts what only pages cause.
func (s *site) pageRequests() int { return s.twilio.Requests() + s.smtp.Requests() }

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
		if s.pageRequests() > before {
			return true
		}
		time.Sleep(2 * time.Millisecond) // a process that is killed tells nobody
	}
	return false
}
