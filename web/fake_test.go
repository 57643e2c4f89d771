package web

import (
	"cmp"
	"context"
	"errors"
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
	answers    []escalation.Answer
	opened     []escalation.Manual
	audited    []alerting.AuditEntry
	auditErr   error
	queries    []alerting.Query
	health     Health
	notReady   error
	rota       rota
}

func newWorld() *world {
	return &world{
		cases: map[int64]escalation.Case{}, alerts: map[int64][]alerting.Alert{},
		pages: map[int64][]notifiers.Page{}, timeline: map[int64][]alerting.Entry{}, readers: map[chan int64]bool{}, rota: rota{versions: map[string]int64{}},
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
	w.answers = append(w.answers, a)
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
	case a.Verb == escalation.Snooze:
		in.State, in.AcknowledgedAt, in.AcknowledgedBy, in.SnoozedUntil = alerting.StateAcknowledged, now, a.By.Name, a.Until
	case a.Verb == escalation.Assign:
		in.Assignee = a.Person
	case a.Verb == escalation.SetSeverity:
		in.Severity = a.Severity
	case a.Verb == escalation.Mute:
		c.Plan.Pause = escalation.Pause{Until: a.Until, By: a.By.Name, Why: alerting.Because("muted by " + a.By.Name)}
	case a.Verb == escalation.Unmute:
		c.Plan.Pause = escalation.Pause{}
	case a.Verb == escalation.Merge && w.cases[a.Into].Incident.ID == 0:
		w.mu.Unlock()
		return c, "", alerting.ErrNotFound
	case a.Verb == escalation.Merge:
		in.State, in.ResolvedAt, in.ResolvedBy, in.MergedInto = alerting.StateResolved, now, a.By.Name, a.Into
	case a.Verb == escalation.Escalate:
		c.Plan.Steps = slices.Clone(c.Plan.Steps)
		s := &c.Plan.Steps[2]
		s.State, s.At, s.AskedBy = escalation.StepFired, now, a.By.Name
	}
	if note == "" {
		w.timeline[id] = append(w.timeline[id], entry(int64(len(w.timeline[id])), a, now))
	}
	w.cases[id] = c
	w.mu.Unlock()
	w.change(id)
	return c, note, nil
}

func (w *world) Split(_ context.Context, id int64, a escalation.Answer) (rest, split escalation.Case, err error) {
	if w.answerErr != nil {
		return rest, split, w.answerErr
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = append(w.answers, a)
	rest, ok := w.cases[id]
	if !ok {
		return rest, split, alerting.ErrNotFound
	}
	if len(a.Alerts) == 0 {
		return rest, split, &alerting.Refused{Text: "no alert was chosen to split off"}
	}
	split = rest
	split.Incident.ID = 901
	w.cases[901] = split
	return rest, split, nil
}

// entry is what an answer leaves on the timeline.
func entry(n int64, a escalation.Answer, now time.Time) alerting.Entry {
	e := alerting.Entry{ID: 1000 + n, At: now, Kind: alerting.Kind(string(a.Verb) + "d"), Actor: a.By, Text: string(a.Verb) + "d"}
	if a.Verb == escalation.Note {
		e.Kind, e.Text, e.Reason = alerting.KindNote, a.Text, alerting.Because("written over "+a.By.Via)
	}
	return e
}

// changes counts what was asked of w that changes something.
func (w *world) changes() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.answers) + len(w.opened) + len(w.received) + len(w.audited) + w.rota.made
}

func (w *world) Audit(_ context.Context, by alerting.Actor, action string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.audited = append(w.audited, alerting.AuditEntry{ID: int64(len(w.audited) + 1), At: time.Now(), Actor: by, Action: action})
	return w.auditErr
}

func (w *world) AuditLog(_ context.Context, incident int64, limit int) ([]alerting.AuditEntry, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []alerting.AuditEntry
	for _, e := range slices.Backward(w.audited) {
		if (incident == 0 || e.Incident == incident) && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, nil
}

// Parse reads the links of the tests: PERSON_INCIDENT is genuine, old-PERSON_INCIDENT has expired.
func (w *world) Parse(token string, now time.Time) (incident int64, person string, expires time.Time, err error) {
	rest, expired := strings.CutPrefix(token, "old-")
	person, number, ok := strings.Cut(rest, "_")
	if incident, err = strconv.ParseInt(number, 10, 64); !ok || err != nil {
		return 0, "", time.Time{}, errors.New("the link is not one of ours")
	}
	if expired {
		return incident, person, now.Add(-time.Minute), ErrLinkExpired
	}
	return incident, person, now.Add(time.Hour), nil
}

func (w *world) Open(_ context.Context, m escalation.Manual) (escalation.Case, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.opened = append(w.opened, m)
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
		Reader: w, Detail: w, Outbox: w, Desk: w, Receiver: w, Changes: w, Health: w, Audit: w, Rota: w, Roster: w, Feeds: w, Ledger: w, Policy: policy, Links: w, LinkKey: []byte("the key of the tests"),
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

func escalationAcknowledge(who string) escalation.Answer {
	return escalation.Answer{Verb: escalation.Acknowledge, By: alerting.Actor{Name: who, Via: "slack"}}
}

// verbs are what was asked of w, in order.
func verbs(w *world) (out []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.answers {
		out = append(out, string(a.Verb))
	}
	return out
}
