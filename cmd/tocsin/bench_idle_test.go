package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/notifiers/notifierstest"
)

const (
	idleAlerts = 200
	idleWarm   = 10                    // more, before those that count
	idlePause  = 20 * time.Millisecond // between two, so that the last one's writes are done
)

// alertToProvider posts P0 alerts one after the other, and measures from just before each post until
// the provider of each channel has the request. The clock is one: the providers are in this process.
func (w *benchWorld) alertToProvider(ctx context.Context, b *testing.B) []benchRowResult {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	began := time.Now()
	c, err := newPoster(ctx, w.address, systemDown(alerting.Firing, began))
	benchMust(b, err)
	defer c.conn.Close()
	names := []string{"sms", "slack", "email"}
	times := map[string][]time.Duration{}
	first := w.numbers.Load() + 1
	for i := range idleWarm + idleAlerts {
		start := time.Now()
		arrivals := w.watch(ctx, i+1)
		benchMust(b, c.post(w.numbers.Add(1)))
		for range names {
			a := <-arrivals
			benchMust(b, a.err)
			if i >= idleWarm {
				times[a.channel] = append(times[a.channel], a.at.Sub(start))
			}
		}
		time.Sleep(idlePause)
	}
	w.accepted += idleWarm + idleAlerts
	w.resolve(ctx, b, systemDown(alerting.Resolved, began), first)
	var rows []benchRowResult
	for _, name := range names {
		rows = append(rows, benchRowResult{what: fmt.Sprintf("P0 alert to %s provider, idle", name), clients: 1, load: spread(times[name]), note: fmt.Sprintf("%d alerts", idleAlerts)})
	}
	return rows
}

// arrival is when a provider had what it was waited for.
type arrival struct {
	channel string
	at      time.Time
	err     error
}

// watch tells when each provider has its nth page.
func (w *benchWorld) watch(ctx context.Context, n int) <-chan arrival {
	arrivals := make(chan arrival, 3)
	go func() {
		_, err := w.twilio.Wait(ctx, n)
		arrivals <- arrival{"sms", time.Now(), err}
	}()
	go func() {
		_, err := w.smtp.Wait(ctx, n)
		arrivals <- arrival{"email", time.Now(), err}
	}()
	go func() {
		_, err := w.slack.WaitFor(ctx, func(ms []notifierstest.SlackMessage) bool { return pagesIn(ms) >= n })
		arrivals <- arrival{"slack", time.Now(), err}
	}()
	return arrivals
}

// pagesIn counts the direct messages: what stands in the incidents' channel is for everybody.
func pagesIn(ms []notifierstest.SlackMessage) int {
	n := 0
	for _, m := range ms {
		if strings.HasPrefix(m.Channel, "D") {
			n++
		}
	}
	return n
}

func systemDown(status alerting.Status, began time.Time) posts {
	return benchPosts(alerting.Labels{"alertname": "SystemDown", "severity": "critical"}, status, began, 1)
}

// resolve ends the alerts numbered from first on, so that nothing of them falls due later, and waits
// until Slack's messages say so.
func (w *benchWorld) resolve(ctx context.Context, b *testing.B, resolved posts, first uint64) {
	c, err := newPoster(ctx, w.address, resolved)
	benchMust(b, err)
	defer c.conn.Close()
	for n := first; n <= w.numbers.Load(); n++ {
		benchMust(b, c.post(n))
	}
	requests := -1
	for requests != w.slack.Requests() {
		requests = w.slack.Requests()
		time.Sleep(time.Second)
	}
}
