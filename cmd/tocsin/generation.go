package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"tocsin/cmd/tocsin/config"
	"tocsin/escalation"
	"tocsin/notifiers"
	"tocsin/notifiers/link"
	"tocsin/web"
)

// generation is one configuration at work: everything that was made from one reading of the file. It is
// never changed once made. A reload makes another, and a changed roster makes one with another policy.
type generation struct {
	cfg      *config.Config
	rules    *escalation.Policy // as the file says
	policy   *escalation.Policy // the rules with the roster as it is now
	channels *channels
	links    *link.Signer
	slackers map[string]string // Slack users found by email address, by person
	handler  http.Handler
	over     chan struct{} // closed when it is replaced or the program stops: its live streams end
}

// newGeneration makes what a configuration asks for. Nothing of it is in force before adopt.
func (a *app) newGeneration(cfg *config.Config) (*generation, error) {
	public, err := url.Parse(cfg.Server.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("server.public_url: %w", err)
	}
	g := &generation{cfg: cfg, rules: cfg.Policy(), links: link.New(a.linkKey, cfg.Server.PublicURL), over: make(chan struct{})}
	if g.channels, err = newChannels(cfg, a.behind()); err != nil {
		return nil, err
	}
	g.handler = web.New(web.Options{
		Logger: a.log, Version: version, PublicURL: public, TrustedProxies: cfg.Server.TrustedProxies,
		Users: users(cfg), Tokens: tokens(cfg), Sources: sources(cfg), Sessions: a.sessions,
		Reader: a.store, Detail: a.store, Outbox: a.store, Changes: a.store, Audit: a.store, Ledger: a.store,
		Rota: a.rota, Roster: a.store, Feeds: a.store.Feeds(), OptOuts: a.store, Policy: a.policy,
		Desk: a.desk, Receiver: a.receiver, Health: a, Links: linkParser{g.links}, LinkKey: a.linkKey,
		Metrics: a.metrics.handler(), Routes: g.channels.routes, Names: names(cfg), Zone: cfg.Timezone, Stopping: g.over,
	})
	return g, nil
}

// current is the generation in force.
func (a *app) current() *generation { return a.generation.Load() }

// policy is the configuration in force, with the roster as it is now.
func (a *app) policy() *escalation.Policy { return a.current().policy }

// adopt puts a generation in force, all of it at once. What is under way with the former one, requests
// and messages, is finished with it; its live streams end, and browsers connect again.
func (a *app) adopt(next *generation) {
	a.changing.Lock()
	defer a.changing.Unlock()
	former := a.generation.Load()
	if former != nil {
		next.slackers = former.slackers // until Slack has been asked again
	}
	next.policy = a.peopled(next)
	a.generation.Store(next)
	if former != nil {
		close(former.over)
		former.channels.close()
	}
	a.places.meet(next.channels.places)
	a.slackRoom.WakeIn(0)
	if a.ended {
		close(next.over)
	}
	a.warnOfStrays()
	a.reviews.WakeIn(0)
}

// amend puts a copy of the generation in force, with the same handler and channels: with changed rules, or
// with the roster and the imported rotations as they are now.
func (a *app) amend(change func(*generation)) {
	a.changing.Lock()
	defer a.changing.Unlock()
	next := *a.current()
	change(&next)
	next.policy = a.peopled(&next)
	a.generation.Store(&next)
}

// stopping tells live streams and /readyz that the end is near.
func (a *app) stopping() {
	a.changing.Lock()
	defer a.changing.Unlock()
	if !a.ended {
		a.ended = true
		close(a.stop)
		close(a.current().over)
	}
}

// ServeHTTP answers by the generation that is in force when a request comes.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.current().handler.ServeHTTP(w, r)
}

func (a *app) person(id string) (escalation.Person, bool) {
	p, ok := a.policy().Directory.People[id]
	return p, ok
}

// locale is how people are spoken to in what is sent to them.
func (a *app) locale() notifiers.Locale {
	g := a.current()
	l := locale(g.cfg)
	l.Texts = g.channels.texts
	return l
}

// budget is how often one person is interrupted.
func (a *app) budget() notifiers.Budget { return a.current().cfg.Notifiers.Budget.Budget() }

func locale(cfg *config.Config) notifiers.Locale {
	return notifiers.Locale{
		Zone: cfg.Timezone, Names: names(cfg),
		Language: string(cfg.Notifiers.Language), Severities: cfg.Notifiers.Names.BySeverity(),
	}
}

// pageURL is where a page of Tocsin's own is reached: "/incidents/412".
func (a *app) pageURL(path string) string {
	return strings.TrimRight(a.current().cfg.Server.PublicURL, "/") + path
}

func (a *app) incidentURL(id int64) string { return a.pageURL(fmt.Sprintf("/incidents/%d", id)) }
