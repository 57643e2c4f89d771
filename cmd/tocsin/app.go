package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/notifiers"
	"tocsin/notifiers/link"
	"tocsin/storage"
	"tocsin/web"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/sony/gobreaker/v2"
)

// app is the whole service, built and not yet running.
type app struct {
	cfg     *config.Config
	log     *slog.Logger
	store   *storage.Store
	policy  atomic.Pointer[escalation.Policy]
	handler http.Handler
	metrics *metrics

	engine      *due.Loop
	announcer   *due.Loop
	presence    *due.Loop
	auditor     *due.Loop
	dispatchers map[notifiers.Lane]*notifiers.Dispatcher
	replies     *notifiers.Replies
	links       *link.Signer
	breakers    map[escalation.Channel]*gobreaker.CircuitBreaker[notifiers.Receipt]
	loops       []func(context.Context)

	stop     chan struct{} // closed when it begins to stop
	stopOnce sync.Once
}

// newApp builds the service in one straight line, from the store outwards. The store must be migrated.
func newApp(ctx context.Context, cfg *config.Config, store *storage.Store, log *slog.Logger) (*app, error) {
	a := &app{cfg: cfg, log: log, store: store, stop: make(chan struct{})}
	a.policy.Store(cfg.Policy())
	a.metrics = newMetrics(store.Stat)

	out, err := newChannels(cfg, store, a.policy.Load, log)
	if err != nil {
		return nil, err
	}
	a.replies = out.replies
	key, err := store.Key(ctx, "links")
	if err != nil {
		return nil, err
	}
	a.links = link.New(key, cfg.Server.PublicURL)
	a.engine = escalation.NewEngine(store, a.policy.Load, a.metrics.stepLate, log)
	a.presence = notifiers.NewPresence(store, func() string { return cfg.Hash }, log)
	a.auditor = escalation.NewAuditor(store, store, a.policy.Load, log)
	a.announcer = notifiers.NewAnnouncer(escalation.Slack, store, failpoints.board(out.board), out.place, a.incidentURL, log)
	a.newDispatchers(out)
	intake := escalation.NewIntake(store, a.policy.Load)
	store.OnCommit(a.wake)
	a.addLoops(intake)

	public, err := url.Parse(cfg.Server.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("server.public_url: %w", err)
	}
	a.handler = web.New(web.Options{
		Logger: log, Version: version, PublicURL: public, TrustedProxies: cfg.Server.TrustedProxies,
		Users: users(cfg), Tokens: tokens(cfg), Sources: sources(cfg),
		Sessions: pgxstore.NewWithCleanupInterval(store.Pool(), 10*time.Minute),
		Reader:   store, Detail: store, Outbox: store, Changes: store, Audit: store,
		Desk: escalation.NewDesk(store, a.policy.Load), Receiver: a.metrics.counted(intake), Health: a,
		Links: linkParser{a.links}, LinkKey: key,
		Metrics: a.metrics.handler(), Routes: out.routes, Names: names(cfg), Zone: cfg.Timezone, Stopping: a.stop,
	})
	return a, nil
}

func (a *app) newDispatchers(out *channels) {
	a.dispatchers = map[notifiers.Lane]*notifiers.Dispatcher{}
	a.breakers = map[escalation.Channel]*gobreaker.CircuitBreaker[notifiers.Receipt]{}
	for channel, sender := range out.senders {
		a.breakers[channel] = notifiers.NewBreaker(channel)
		for _, urgent := range []bool{true, false} {
			lane := notifiers.Lane{Channel: channel, Urgent: urgent}
			a.dispatchers[lane] = notifiers.NewDispatcher(lane, notifiers.Options{
				Outbox: a.store, Sender: failpoints.sender(sender), Breaker: a.breakers[channel],
				Person: a.person, URL: a.incidentURL, Act: a.actURL(out.sandbox[channel]), Seen: a.metrics.attempt, Log: a.log,
			})
		}
	}
}

func (a *app) addLoops(intake *escalation.Intake) {
	a.loops = []func(context.Context){
		func(ctx context.Context) { _ = intake.Run(ctx) },
		a.presence.Run, a.engine.Run, a.announcer.Run, a.auditor.Run, a.replies.Run, a.store.Tell, a.store.Listen,
	}
	for _, d := range a.dispatchers {
		a.loops = append(a.loops, d.Run)
	}
}

// wake tells the loops what a commit left for them to do.
func (a *app) wake(c storage.Commit) {
	if c.Step {
		a.engine.WakeIn(c.StepIn)
	}
	for _, lane := range c.Pages {
		if d := a.dispatchers[lane]; d != nil {
			d.WakeIn(0)
		}
	}
	if c.Announcements {
		a.announcer.WakeIn(0)
	}
}

// stopping tells live streams and /readyz that the end is near.
func (a *app) stopping() { a.stopOnce.Do(func() { close(a.stop) }) }

// drain waits for the pages under way, at most until ctx ends.
func (a *app) drain(ctx context.Context) {
	var wg sync.WaitGroup
	for _, d := range a.dispatchers {
		wg.Go(func() { d.Drain(ctx) })
	}
	wg.Go(func() { a.replies.Drain(ctx) })
	wg.Wait()
}

func (a *app) person(id string) (escalation.Person, bool) {
	p, ok := a.policy.Load().Directory.People[id]
	return p, ok
}

func (a *app) incidentURL(id int64) string {
	return fmt.Sprintf("%s/incidents/%d", strings.TrimRight(a.cfg.Server.PublicURL, "/"), id)
}

// linkLife is how long a link in a page may be used; it stops earlier when the incident is resolved.
const linkLife = 72 * time.Hour

// actURL makes the links by which their reader may answer without signing in. What a sandbox keeps is
// read by everybody who may see the outbox: there it is nobody's to use.
func (a *app) actURL(sandboxed bool) func(int64, string) string {
	if sandboxed {
		return nil
	}
	return func(incident int64, person string) string {
		return a.links.URL(incident, person, time.Now().Add(linkLife))
	}
}

// linkParser lets web read links without knowing who signs them.
type linkParser struct{ *link.Signer }

func (l linkParser) Parse(token string, now time.Time) (incident int64, person string, expires time.Time, err error) {
	c, err := l.Signer.Parse(token, now)
	if errors.Is(err, link.ErrExpired) {
		err = web.ErrLinkExpired
	}
	return c.Incident, c.Person, c.Expires, err
}

func users(cfg *config.Config) []web.User {
	var out []web.User
	for _, u := range cfg.Auth.Users {
		out = append(out, web.User{Name: u.Name, Role: role(u.Role), PasswordHash: string(u.Password)})
	}
	return out
}

func tokens(cfg *config.Config) []web.Token {
	var out []web.Token
	for _, t := range cfg.Auth.APITokens {
		out = append(out, web.Token{Name: t.Name, Role: role(t.Role), Secret: string(t.Token)})
	}
	return out
}

func role(r config.AuthRole) web.Role {
	parsed, err := web.ParseRole(string(r))
	if err != nil {
		return web.Nobody // the configuration has been checked: this does not happen, and lets nobody in
	}
	return parsed
}

func sources(cfg *config.Config) []web.Source {
	var out []web.Source
	for _, s := range cfg.Intake.Sources {
		source := web.Source{Name: s.Name, Kind: web.SourceKind(s.Kind)}
		for _, token := range s.AllTokens() {
			source.Tokens = append(source.Tokens, string(token))
		}
		out = append(out, source)
	}
	return out
}

func names(cfg *config.Config) map[string]string {
	out := map[string]string{}
	for id, p := range cfg.People {
		out[id] = p.Name
	}
	return out
}

// counted counts the events that a receiver takes.
func (m *metrics) counted(next web.Receiver) web.Receiver { return countingReceiver{m, next} }

type countingReceiver struct {
	m    *metrics
	next web.Receiver
}

func (c countingReceiver) Receive(ctx context.Context, events []alerting.Event) error {
	err := c.next.Receive(ctx, events)
	c.m.received(events, err)
	return err
}
