package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// world is Tocsin without a store: incidents in memory, answers that change them at once.
type world struct {
	mu       sync.Mutex
	cases    map[int64]escalation.Case
	alerts   map[int64][]alerting.Alert
	pages    map[int64][]notifiers.Page
	timeline map[int64][]alerting.Entry
	outbox   []notifiers.Outgoing
	readers  map[chan int64]bool

	received   []alerting.Event
	receiveErr error
	answerErr  error
	queries    []alerting.Query
	health     Health
	notReady   error
}

func newWorld() *world {
	return &world{
		cases: map[int64]escalation.Case{}, alerts: map[int64][]alerting.Alert{},
		pages: map[int64][]notifiers.Page{}, timeline: map[int64][]alerting.Entry{}, readers: map[chan int64]bool{},
		health: Health{Status: Healthy, Components: map[string]Component{
			"postgresql": {Status: Healthy, ResponseTime: 0.012, Details: map[string]any{"active_connections": 23}},
		}, CircuitBreakers: map[string]BreakerState{"sms": BreakerClosed}},
	}
}

func (w *world) add(c escalation.Case) { w.cases[c.Incident.ID] = c }

func (w *world) Incidents(_ context.Context, q alerting.Query) (cases []escalation.Case, next string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.queries = append(w.queries, q)
	before := int64(1 << 62)
	if q.Cursor != "" {
		if before, err = strconv.ParseInt(q.Cursor, 10, 64); err != nil {
			return nil, "", &alerting.Refused{Text: "the cursor is not one of ours"}
		}
	}
	for _, c := range w.cases {
		if c.Incident.ID < before && fits(c.Incident, q) {
			cases = append(cases, c)
		}
	}
	slices.SortFunc(cases, func(a, b escalation.Case) int { return cmp.Compare(b.Incident.ID, a.Incident.ID) })
	if limit := cmp.Or(q.Limit, 50); len(cases) > limit {
		cases = cases[:limit]
		next = strconv.FormatInt(cases[limit-1].Incident.ID, 10)
	}
	return cases, next, nil
}

func fits(in alerting.Incident, q alerting.Query) bool {
	return (len(q.States) == 0 || slices.Contains(q.States, in.State)) &&
		(len(q.Severities) == 0 || slices.Contains(q.Severities, in.Severity)) &&
		(q.Assignee == "" || q.Assignee == in.Assignee) &&
		strings.Contains(strings.ToLower(in.Title+in.Labels.String()), strings.ToLower(q.Text))
}

func (w *world) Incident(_ context.Context, id int64) (escalation.Case, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c, ok := w.cases[id]
	if !ok {
		return c, fmt.Errorf("incident %d: %w", id, alerting.ErrNotFound)
	}
	return c, nil
}

func (w *world) Alerts(_ context.Context, id int64) ([]alerting.Alert, error) {
	return w.alerts[id], nil
}

func (w *world) Pages(_ context.Context, id int64) ([]notifiers.Page, error) { return w.pages[id], nil }

func (w *world) Timeline(_ context.Context, id int64) ([]alerting.Entry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.timeline[id]), nil
}

func (w *world) Outbox(_ context.Context, limit int) ([]notifiers.Outgoing, error) {
	return w.outbox[:min(limit, len(w.outbox))], nil
}

func (w *world) Answer(_ context.Context, id int64, a escalation.Answer) (escalation.Case, string, error) {
	if w.answerErr != nil {
		return escalation.Case{}, "", w.answerErr
	}
	w.mu.Lock()
	c, ok := w.cases[id]
	in := &c.Incident
	note := ""
	now := time.Now().UTC()
	switch {
	case !ok:
		w.mu.Unlock()
		return c, "", alerting.ErrNotFound
	case a.Verb == escalation.Acknowledge && in.State == alerting.StateOpen:
		in.State, in.AcknowledgedAt, in.AcknowledgedBy, in.Assignee = alerting.StateAcknowledged, now, a.By.Name, a.By.Name
	case a.Verb == escalation.Acknowledge:
		note = "already acknowledged by " + in.AcknowledgedBy + " at " + in.AcknowledgedAt.Format("15:04 MST")
	case a.Verb == escalation.Resolve:
		in.State, in.ResolvedAt, in.ResolvedBy = alerting.StateResolved, now, a.By.Name
	case a.Verb == escalation.Reopen:
		in.State, in.AcknowledgedAt, in.AcknowledgedBy = alerting.StateOpen, time.Time{}, ""
	}
	if note == "" {
		w.timeline[id] = append(w.timeline[id], alerting.Entry{
			ID: 1000 + int64(len(w.timeline[id])), At: now, Kind: alerting.Kind(string(a.Verb) + "d"), Actor: a.By, Text: string(a.Verb) + "d",
		})
	}
	w.cases[id] = c
	w.mu.Unlock()
	w.change(id)
	return c, note, nil
}

func (w *world) Open(_ context.Context, m escalation.Manual) (escalation.Case, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := escalation.Case{Incident: alerting.Incident{
		ID: 900, Title: m.Title, Severity: m.Severity, State: alerting.StateOpen, Labels: m.Labels,
		OpenedAt: time.Now(), Round: 1, Reason: alerting.Because(m.Severity.String() + " by " + m.By.Name),
	}}
	w.add(c)
	return c, nil
}

func (w *world) Receive(_ context.Context, events []alerting.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.receiveErr == nil {
		w.received = append(w.received, events...)
	}
	return w.receiveErr
}

func (w *world) Subscribe() (<-chan int64, func()) {
	ch := make(chan int64, 8)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.readers[ch] = true
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.readers, ch)
	}
}

func (w *world) change(id int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.readers {
		select {
		case ch <- id:
		default:
		}
	}
}

func (w *world) Health(context.Context) Health { return w.health }
func (w *world) Ready(context.Context) error   { return w.notReady }

// password is everybody's in these tests; its hash is a cheap one.
const password = "correct horse"

var passwordHash = sync.OnceValue(func() string {
	hash, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		panic(err)
	}
	return hash
})

// options are a server's over w: one user and one token of each role, and two sources.
func (w *world) options() Options {
	o := Options{
		Logger: slog.New(slog.DiscardHandler), Version: "0.1.0", PublicURL: &url.URL{Scheme: "http", Host: "127.0.0.1:8080"},
		Sources: []Source{
			{Name: "prometheus", Kind: Alertmanager, Tokens: []string{"prometheus-secret", "prometheus-next"}},
			{Name: "unset", Kind: Alertmanager, Tokens: []string{""}},
			{Name: "apps", Kind: PagerDuty, Tokens: []string{"apps-secret"}},
		},
		Reader: w, Detail: w, Outbox: w, Desk: w, Receiver: w, Changes: w, Health: w,
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "tocsin_up 1\n") }),
		Names: map[string]string{
			"system-admin": "System Admin", "devops-lead": "DevOps Lead", "database-admin": "Database Admin",
			"engineering-manager": "Engineering Manager", "vp-engineering": "VP Engineering",
		},
	}
	if zone, err := time.LoadLocation("Europe/Berlin"); err == nil {
		o.Zone = zone
	}
	for _, role := range []Role{Viewer, Responder, Manager, Admin} {
		o.Users = append(o.Users, User{Name: role.String(), Role: role, PasswordHash: passwordHash()})
		o.Tokens = append(o.Tokens, Token{Name: role.String() + "-token", Role: role, Secret: role.String() + "-secret"})
	}
	return o
}

// serve starts a server on a free port of this machine.
func serve(t testing.TB, o Options) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(New(o))
	t.Cleanup(srv.Close)
	return srv
}
