package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/notifierstest"
)

const (
	stormShare   = 60                   // of so many alerts one is a P0, but for the long run's one of 200
	stormGap     = 6 * time.Millisecond // between two alerts: 10,000 a minute
	stormSenders = 16                   // posts under way at a time
	stormP0      = time.Second          // from an alert's post to a provider's yes, at p99
	stormShortP0 = 5 * time.Second      // the same in the short run, on a machine that others use too
	stormSettles = 4 * time.Minute      // after the last alert
	stormService = "storm-"             // and the alert's number
	stormPerson  = "+15005550003"       // who is on call
)

// storm is many alerts, each an incident of its own, with P0 hidden among P1 and P2.
type storm struct {
	*site
	alerts int
	every  int // so many alerts there is one P0 among
	long   bool
	sms    notifiers.Rate // that P1 and P2 may send to one person
	email  notifiers.Rate // the same
	sent   []time.Time    // when the post of each alert began first
}

// newStorm is short unless TOCSIN_TORTURE_ALERTS says how many alerts there are; then the budget is the usual one.
func newStorm(t *testing.T) *storm {
	t.Helper()
	usual := notifiers.DefaultBudget()
	s := &storm{alerts: 600, every: stormShare, sms: notifiers.Rate{N: 3, Per: 5 * time.Second}, email: usual[escalation.Email]}
	budget := "{sms: 3 per 5s, slack: 3 per 5s}"
	if n := os.Getenv("TOCSIN_TORTURE_ALERTS"); n != "" {
		var err error
		s.alerts, err = strconv.Atoi(n)
		must(t, err)
		s.every, s.long, s.sms, budget = 200, true, usual[escalation.SMS], "{sms: 6 per minute}"
	}
	s.sent = make([]time.Time, s.alerts)
	s.site = newSite(t,
		"channels: [email, slack]", "channels: [sms, email, slack]", // P1
		"channels: [email]", "channels: [sms, slack]", // P2
		"{after: 0 business hours, page: on-call}", "{after: 0m, page: on-call}",
		"watchdog: {url", "  budget: "+budget+"\nwatchdog: {url",
	)
	return s
}

// severity is that of an alert, by its number.
func (s *storm) severity(i int) alerting.Severity {
	switch {
	case i%s.every == s.every/2:
		return alerting.P0
	case i%2 == 0:
		return alerting.P1
	}
	return alerting.P2
}

func (s *storm) payload(i int) map[string]any {
	labels := alerting.Labels{"alertname": "QueueGrows", "service": stormService + strconv.Itoa(i), "severity": "warning"}
	switch s.severity(i) {
	case alerting.P0:
		labels["alertname"], labels["severity"] = "SystemDown", "critical"
	case alerting.P1:
		labels["severity"] = "critical"
	}
	return payload(time.Now(), labels, alerting.Labels{"summary": "Something about it wants looking at"})
}

// rage sends all alerts, each at its time and as often as it takes.
func (s *storm) rage() {
	start := time.Now()
	var wg sync.WaitGroup
	for sender := range stormSenders {
		wg.Go(func() {
			for i := sender; i < s.alerts; i += stormSenders {
				time.Sleep(time.Until(start.Add(time.Duration(i) * stormGap))) // the storm's own pace
				s.sent[i] = time.Now()
				s.untilTaken(s.post(i))
			}
		})
	}
	wg.Wait()
}

// post is one alert's request.
func (s *storm) post(i int) func(context.Context) (int, error) {
	body, _ := json.Marshal(s.payload(i))
	return func(ctx context.Context) (int, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/intake/alertmanager", bytes.NewReader(body))
		if err != nil {
			return 0, err
		}
		req.Header.Set("Authorization", "Bearer "+sourceToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		return resp.StatusCode, nil
	}
}

func TestInAStormEachP0IsToldAtOnceNobodyIsFloodedAndNothingIsLost(t *testing.T) {
	s := newStorm(t)
	s.start()
	s.rage()
	s.settle()
	s.checkFates()
	s.checkTold()
	s.checkFlood()
	s.checkP0()
}

// settle waits until no step is due and no page on its way.
func (s *storm) settle() {
	s.t.Helper()
	last := time.Now()
	for s.unsent(s.t).alerts > 0 {
		if time.Since(last) > stormSettles {
			s.t.Fatalf("%s after the last alert there is still something to send: %+v", stormSettles, s.unsent(s.t))
		}
		time.Sleep(100 * time.Millisecond) // a process of its own tells nobody that it is done
	}
	s.t.Logf("all was sent %s after the last of %d alerts", time.Since(last).Round(100*time.Millisecond), s.alerts)
}

// urgentSMS reports whether an SMS is about P0, alone or several in one.
func urgentSMS(m notifierstest.TwilioMessage) bool { return strings.Contains(m.Body, "P0") }

// bundled is how many incidents a message says that it holds.
var bundled = regexp.MustCompile(`(?:^|\s)([0-9]+) incidents,`)

// pagesTold is how many pages a message's text stands for.
func pagesTold(text string) int {
	if found := bundled.FindStringSubmatch(text); found != nil {
		n, _ := strconv.Atoi(found[1]) // digits
		return n
	}
	return 1
}

// firstMail is when each alert's first email came, by its number.
func (s *storm) firstMail() map[int]time.Time {
	first := map[int]time.Time{}
	named := regexp.MustCompile(stormService + `([0-9]+)`)
	for _, m := range s.smtp.Messages() {
		found := named.FindStringSubmatch(m.Subject)
		if found == nil && bundled.MatchString(m.Subject) {
			continue // of P1 and P2, which the budget holds back
		}
		if found == nil {
			s.t.Errorf("an email names no alert: %q", m.Subject)
			continue
		}
		n, _ := strconv.Atoi(found[1]) // digits
		if at, ok := first[n]; !ok || m.At.Before(at) {
			first[n] = m.At
		}
	}
	return first
}

// checkP0 is how soon each P0 was with a provider.
func (s *storm) checkP0() {
	s.t.Helper()
	first := s.firstMail()
	var took []time.Duration
	for i := range s.alerts {
		if s.severity(i) != alerting.P0 {
			continue
		}
		at, ok := first[i]
		if !ok {
			s.t.Errorf("alert %d is a P0, and no email tells of it", i)
			continue
		}
		took = append(took, at.Sub(s.sent[i]))
	}
	slices.Sort(took)
	l := spread(took)
	s.t.Logf("%d P0 at a provider: p50 %s, p99 %s, last %s", len(took), l.p50, l.p99, l.max)
	most := stormShortP0
	if s.long {
		most = stormP0
	}
	if l.p99 > most {
		s.t.Errorf("P0 at a provider: p99 %s, want %s or less", l.p99, most)
	}
}
