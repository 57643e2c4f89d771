package torturetest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"tocsin/alerting/netguard"
	"tocsin/escalation"
	"tocsin/escalation/due"
	"tocsin/notifiers"
	"tocsin/notifiers/email"
	"tocsin/notifiers/notifierstest"
	"tocsin/notifiers/slack"
	"tocsin/notifiers/twilio"
	"tocsin/notifiers/webhook"
	"tocsin/storage"
	"tocsin/storage/storagetest"
)

// world is one replica, as cmd/tocsin wires it, between a real database and providers of its own. Its time runs.
type world struct {
	*storage.Store
	t      *testing.T
	db     *storagetest.DB
	policy *escalation.Policy

	front   *httptest.Server // where Twilio calls
	phones  *notifierstest.Twilio
	calls   *notifierstest.Twilio
	slack   *notifierstest.Slack
	mails   *notifierstest.SMTP
	healthy *notifierstest.Webhook
	spread  *callbacks

	engine, failover *due.Loop
	dispatchers      map[notifiers.Lane]*notifiers.Dispatcher
}

func newWorld(t *testing.T, seed uint64) *world {
	t.Helper()
	db := storagetest.New(t)
	s, err := storage.Open(t.Context(), db.URL, slog.New(slog.DiscardHandler), storage.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w := &world{
		Store: s, t: t, db: db, dispatchers: map[notifiers.Lane]*notifiers.Dispatcher{},
		phones: notifierstest.NewTwilio(t), calls: notifierstest.NewTwilio(t), slack: notifierstest.NewSlack(t),
		mails: notifierstest.NewSMTP(t), healthy: notifierstest.NewWebhook(t), spread: newCallbacks(seed),
	}
	w.policy = organisation(t, w.healthy.URL)
	w.serve()
	w.run()
	return w
}

// serve takes what Twilio calls back.
func (w *world) serve() {
	mux := http.NewServeMux()
	w.front = httptest.NewServer(mux)
	w.t.Cleanup(w.front.Close)
	o := w.twilioOptions(w.phones)
	replies := notifiers.NewReplies(w.Store, w.inForce, func(context.Context, escalation.Reply, string) error { return nil }, w.log())
	tw := twilio.New(o)
	mux.Handle("POST /twilio/status", tw.StatusHandler(w.Store))
	for path, h := range tw.CallHandlers(w.Store, w.Store, replies.Apply) {
		mux.Handle("POST "+path, h)
	}
}

func (w *world) inForce() *escalation.Policy { return w.policy }

func (w *world) log() *slog.Logger {
	if os.Getenv("TOCSIN_TORTURE_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(w.t.Output(), nil))
}

func (w *world) twilioOptions(provider *notifierstest.Twilio) twilio.Options {
	return twilio.Options{
		AccountSID: notifierstest.TwilioSID, AuthToken: notifierstest.TwilioToken, From: notifierstest.TwilioFrom,
		APIURL: provider.URL, PublicURL: w.front.URL, HTTP: w.client(), OptOuts: w.Store, Spending: w.Store, Log: w.log(),
	}
}

// client keeps its connections open, as the program's does.
func (w *world) client() *http.Client {
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.MaxIdleConnsPerHost = 64
	w.t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func (w *world) senders() map[escalation.Channel]notifiers.Sender {
	e, err := email.New(email.Options{
		SMTP: w.mails.Addr, From: "tocsin@example.com", RootCAs: w.mails.RootCAs, PublicURL: w.front.URL,
		Username: notifierstest.SMTPUsername, Password: notifierstest.SMTPPassword,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	here := netguard.New(netguard.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	return map[escalation.Channel]notifiers.Sender{
		escalation.SMS:   twilio.New(w.twilioOptions(w.phones)),
		escalation.Voice: twilio.New(w.twilioOptions(w.calls)).Voice(),
		escalation.Slack: slack.New(slack.Options{BotToken: notifierstest.SlackToken, APIURL: w.slack.URL, HTTP: w.client()}),
		escalation.Email: e, escalation.Webhook: webhook.New(webhook.Options{Secret: notifierstest.WebhookSecret, Guard: here}),
	}
}

// run starts the loops. They end, and what is under way is cut off, when the test does.
func (w *world) run() {
	log := w.log()
	w.engine = escalation.NewEngine(w.Store, w.inForce, func(time.Duration) {}, log)
	w.failover = escalation.NewFailover(w.Store, w.inForce, log)
	loops := []*due.Loop{w.engine, w.failover, notifiers.NewPresence(w.Store, func() string { return "torture" }, log)}
	budget := notifiers.DefaultBudget()
	for channel, sender := range w.senders() {
		lane := notifiers.Lane{Channel: channel, Urgent: true}
		w.dispatchers[lane] = notifiers.NewDispatcher(lane, notifiers.Options{
			Outbox: w.Store, Sender: sender, Breaker: notifiers.NewBreaker(channel), Log: log,
			Person: func(id string) (escalation.Person, bool) { p, ok := w.policy.Directory.People[id]; return p, ok },
			URL:    func(id int64) string { return w.front.URL + "/incidents/" + strconv.FormatInt(id, 10) },
			Budget: func() notifiers.Budget { return budget }, Seen: func(notifiers.Finish, time.Duration) {},
		})
		loops = append(loops, w.dispatchers[lane].Loop)
	}
	w.OnCommit(w.wake)
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, l := range loops {
		all.Go(func() { l.Run(ctx) })
	}
	w.t.Cleanup(func() {
		cancel()
		for _, d := range w.dispatchers {
			d.Drain(ctx)
		}
		all.Wait()
	})
}

func (w *world) wake(c storage.Commit) {
	if c.Step {
		w.engine.WakeIn(c.StepIn)
	}
	for _, lane := range c.Pages {
		if d := w.dispatchers[lane]; d != nil {
			d.WakeIn(0)
		}
	}
}

// number is an environment variable's, or otherwise.
func number(name string, otherwise uint64) uint64 {
	n, err := strconv.ParseUint(os.Getenv(name), 10, 63)
	if err != nil || n == 0 {
		return otherwise
	}
	return n
}
