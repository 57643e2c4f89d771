package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"tocsin/alerting"
	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/notifiers"
	"tocsin/notifiers/link"
	"tocsin/notifiers/slack"
	"tocsin/storage"
	"tocsin/web"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
)

// app is the whole service, built and not yet running. What a configuration decides is in its
// generation; the rest stays as long as the process.
type app struct {
	log       *slog.Logger
	store     *storage.Store
	metrics   *metrics
	sessions  scs.Store
	linkKey   []byte
	known     *slack.Known // its users by email address, over a reload
	providers *http.Client // its connections to them stay open over a reload
	desk      *escalation.Desk
	rota      *escalation.Rota
	imports   *imports
	receiver  web.Receiver

	generation atomic.Pointer[generation]
	changing   sync.Mutex        // held while the generation is replaced
	roster     escalation.Roster // the newest; under changing
	ended      bool              // it has begun to stop; under changing
	stop       chan struct{}     // closed when it begins to stop
	refused    atomic.Pointer[refusal]

	engine      *due.Loop
	announcer   *notifiers.Announcer
	places      *placeLoops
	slackRoom   *slackRoom
	failover    *due.Loop
	presence    *due.Loop
	auditor     *due.Loop
	rosters     *due.Loop
	reviews     *due.Loop
	handoffs    *due.Loop
	importing   *due.Loop
	sealer      *due.Loop
	reloads     *reloads // nil: the configuration is not read again
	dispatchers map[notifiers.Lane]*notifiers.Dispatcher
	replies     *notifiers.Replies
	breakers    map[escalation.Channel]*notifiers.Breaker
	loops       []func(context.Context)
}

// newApp builds the service in one straight line, from the store outwards. The store must be migrated.
func newApp(ctx context.Context, cfg *config.Config, store *storage.Store, log *slog.Logger) (*app, error) {
	key, err := store.Key(ctx, "links")
	if err != nil {
		return nil, err
	}
	a := &app{
		log: log, store: store, metrics: newMetrics(store.Stat), linkKey: key, stop: make(chan struct{}),
		sessions:  pgxstore.NewWithCleanupInterval(store.Pool(), 10*time.Minute),
		providers: &http.Client{Transport: providerTransport()}, imports: newImports(store, log), known: slack.NewKnown(),
	}
	a.engine = escalation.NewEngine(store, a.policy, a.metrics.stepLate, log)
	a.presence = notifiers.NewPresence(store, func() string { return a.current().cfg.Hash }, log)
	a.auditor = escalation.NewAuditor(store, store, a.policy, log)
	a.rosters = newRosterLoop(a)
	a.reviews = newReviewLoop(a)
	a.handoffs = escalation.NewHandoffs(store, a.policy, a.pageURL, log)
	a.importing = a.imports.loop(a)
	a.sealer = notifiers.NewSealer(store, log)
	a.announcer = notifiers.NewAnnouncer(escalation.Slack, store, failpoints.board(currentBoard{a}), a.place, a.incidentURL, a.locale, log)
	a.places = newPlaceLoops(a)
	a.slackRoom = newSlackRoom(a)
	a.failover = escalation.NewFailover(store, a.policy, log)
	a.replies = notifiers.NewReplies(store, a.policy, failpoints.respond(a.respond), log).In(a.locale)
	a.newDispatchers()
	a.desk = escalation.NewDesk(store, a.policy)
	a.rota = escalation.NewRota(store, a.policy, a.pageURL)
	intake := escalation.NewIntake(store, a.policy)
	a.receiver = a.metrics.counted(intake)
	a.addLoops(intake)

	if err := a.readRoster(ctx); err != nil {
		return nil, err
	}
	a.imports.meet(ctx, cfg)
	first, err := a.newGeneration(cfg)
	if err != nil {
		return nil, err
	}
	a.adopt(first)
	store.OnCommit(a.wake)
	return a, nil
}

// behind is what the channels of every configuration work with.
func (a *app) behind() behind {
	return behind{
		keep: a.store, client: a.providers, store: a.store, replies: a.replies, desk: slackDesk{a}, known: a.known, log: a.log,
	}
}

func (a *app) newDispatchers() {
	a.dispatchers = map[notifiers.Lane]*notifiers.Dispatcher{}
	a.breakers = map[escalation.Channel]*notifiers.Breaker{}
	for _, channel := range escalation.Channels {
		a.breakers[channel] = notifiers.NewBreaker(channel)
		for _, urgent := range []bool{true, false} {
			lane := notifiers.Lane{Channel: channel, Urgent: urgent}
			a.dispatchers[lane] = notifiers.NewDispatcher(lane, notifiers.Options{
				Outbox: a.store, Sender: failpoints.sender(currentSender{a, channel}), Breaker: a.breakers[channel],
				Person: a.person, URL: a.incidentURL, Act: a.actURL, Locale: a.locale,
				Budget: a.budget, Seen: a.metrics.attempt, Log: a.log,
			})
		}
	}
}

func (a *app) addLoops(intake *escalation.Intake) {
	a.loops = []func(context.Context){
		func(ctx context.Context) { _ = intake.Run(ctx) },
		a.presence.Run, a.engine.Run, a.announcer.Run, a.auditor.Run, a.replies.Run, a.store.Tell, a.store.Listen,
		a.rosters.Run, a.reviews.Run, a.handoffs.Run, a.importing.Run, a.sealer.Run, a.places.Run, a.places.keep.Run, a.slackRoom.Run, newSummaries(a).Run, a.failover.Run, a.runSockets,
	}
	for _, d := range a.dispatchers {
		a.loops = append(a.loops, d.Run)
	}
}

// follow makes it read the configuration again when that changes. Call it before run, once.
func (a *app) follow(from origin) {
	if from.path == "" {
		return
	}
	a.reloads = newReloads(a, from)
	a.loops = append(a.loops, a.reloads.Run, a.reloads.watch)
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
		a.places.wake()
	}
	if c.Failover {
		a.failover.WakeIn(0)
	}
	if c.Roster {
		a.rosters.WakeIn(0)
		a.handoffs.WakeIn(0)
		a.slackRoom.WakeIn(0)
	}
}

// drain waits for the pages under way, at most until ctx ends.
func (a *app) drain(ctx context.Context) {
	var wg sync.WaitGroup
	for _, d := range a.dispatchers {
		wg.Go(func() { d.Drain(ctx) })
	}
	wg.Go(func() { a.replies.Drain(ctx) })
	wg.Wait()
}

// linkLife is how long a link in a page may be used; it stops earlier when the incident is resolved.
const linkLife = 72 * time.Hour

// actURL is a link by which its reader may answer without signing in.
func (a *app) actURL(incident int64, person string) string {
	return a.current().links.URL(incident, person, time.Now().Add(linkLife))
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
