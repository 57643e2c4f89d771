package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/alerting"
)

// benchMark stands in a template where a post's number goes, in as many digits.
const benchMark = "@@@@@@@@@@@@@@@@"

// posts writes requests that differ in one number, and in nothing that costs time to write.
type posts struct {
	request []byte // a whole HTTP request
	at      []int  // where the number stands in it
	alerts  int    // a post
	known   uint64 // numbers go round below it; 0: each is new
}

// newAlerts are posts of so many alerts that share a group, all of them new: an incident a post. They are
// P3, whose first step is the next business day, so that what is measured is taking them in.
func newAlerts(alerts int) posts {
	return benchPosts(alerting.Labels{"alertname": "CertificateExpiresSoon", "severity": "info"}, alerting.Firing, time.Now(), alerts)
}

// benchPosts are requests as Alertmanager makes them, of an episode that began at a time.
func benchPosts(labels alerting.Labels, status alerting.Status, began time.Time, alerts int) posts {
	var list []map[string]any
	var p map[string]any
	for i := range alerts {
		l := alerting.Labels{
			"service": "checkout-" + benchMark, "instance": fmt.Sprintf("checkout-%02d.example.com:9100", i),
			"env": "prod", "team": "payments", "job": "node", "cluster": "eu-central-1",
		}
		maps.Copy(l, labels)
		p = payload(began, l, alerting.Labels{
			"summary":     "Something about checkout wants looking at before long",
			"description": "It was 93.7% during the last 5 minutes, and the limit is 90%. The dashboard has more.",
			"runbook_url": "https://example.com/runbooks/checkout",
		})
		a := p["alerts"].([]map[string]any)[0]
		a["status"] = status
		if status == alerting.Resolved {
			a["endsAt"] = time.Now().UTC().Format(time.RFC3339Nano)
		}
		list = append(list, a)
	}
	p["alerts"], p["status"] = list, status
	body, _ := json.Marshal(p) // strings and maps of them
	return newPosts(body, alerts)
}

func newPosts(body []byte, alerts int) posts {
	head := fmt.Sprintf("POST /intake/alertmanager HTTP/1.1\r\nHost: tocsin\r\nUser-Agent: Alertmanager/0.28.0\r\n"+
		"Authorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", sourceToken, len(body))
	p := posts{request: append([]byte(head), body...), alerts: alerts}
	for from := 0; ; {
		i := bytes.Index(p.request[from:], []byte(benchMark))
		if i < 0 {
			return p
		}
		p.at = append(p.at, from+i)
		from += i + len(benchMark)
	}
}

// number is the request with n in it. It writes over the bytes that p holds.
func (p posts) number(n uint64) []byte {
	if p.known > 0 {
		n %= p.known
	}
	digits := fmt.Appendf(nil, "%0*d", len(benchMark), n)
	for _, at := range p.at {
		copy(p.request[at:], digits)
	}
	return p.request
}

// poster is one client: a connection that stays open, and one request at a time.
type poster struct {
	conn net.Conn
	in   *bufio.Reader
	posts
}

func newPoster(ctx context.Context, address string, p posts) (*poster, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	p.request = bytes.Clone(p.request)
	return &poster{conn: conn, in: bufio.NewReader(conn), posts: p}, nil
}

// post sends request n and waits until it is taken.
func (p *poster) post(n uint64) error {
	if err := p.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	if _, err := p.conn.Write(p.number(n)); err != nil {
		return err
	}
	resp, err := http.ReadResponse(p.in, nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	return err
}

// post measures a closed loop of clients: as soon as one has its answer it sends again.
func (w *benchWorld) post(ctx context.Context, b *testing.B, p posts, clients int) load {
	var wg sync.WaitGroup
	times := make([][]time.Duration, clients)
	errs := make(chan error, clients)
	before := w.numbers.Load()
	from := time.Now().Add(benchWarm)
	for i := range clients {
		wg.Go(func() {
			c, err := newPoster(ctx, w.address, p)
			if err == nil {
				defer c.conn.Close()
				times[i], err = c.loop(ctx, from, from.Add(benchRow), &w.numbers)
			}
			errs <- err
		})
	}
	wg.Wait()
	for range clients {
		benchMust(b, <-errs)
	}
	if p.known == 0 {
		w.accepted += (w.numbers.Load() - before) * uint64(p.alerts)
	}
	all := slices.Concat(times...)
	l := spread(all)
	l.rate = float64(len(all)*p.alerts) / benchRow.Seconds()
	return l
}

// loop posts until the end, and returns how long each took that was answered after from.
func (p *poster) loop(ctx context.Context, from, until time.Time, numbers *atomic.Uint64) ([]time.Duration, error) {
	times := make([]time.Duration, 0, 1<<16)
	for {
		start := time.Now()
		if start.After(until) || ctx.Err() != nil {
			return times, ctx.Err()
		}
		if err := p.post(numbers.Add(1)); err != nil {
			return nil, err
		}
		if end := time.Now(); end.After(from) && end.Before(until) {
			times = append(times, end.Sub(start))
		}
	}
}

// knownAlerts are posts of alerts that fire already.
func (w *benchWorld) knownAlerts(ctx context.Context, b *testing.B) posts {
	p := benchPosts(alerting.Labels{"alertname": "QueueGrows", "severity": "info"}, alerting.Firing, time.Now(), 1)
	p.known = 1000
	c, err := newPoster(ctx, w.address, p)
	benchMust(b, err)
	defer c.conn.Close()
	for n := range p.known {
		benchMust(b, c.post(n))
	}
	w.accepted += p.known
	return p
}

func spread(times []time.Duration) load {
	if len(times) == 0 {
		return load{}
	}
	slices.Sort(times)
	return load{p50: times[len(times)/2], p99: times[len(times)*99/100], max: times[len(times)-1]}
}
