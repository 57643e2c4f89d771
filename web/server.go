package web

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"tocsin/alerting"
	"tocsin/alerting/receive"
)

// server is what the handlers share.
type server struct {
	Options
	accounts *accounts
	tokens   keyring
	sessions *scs.SessionManager
	assets   *assets
	intake   *intake
	pageKey  nonceKey // of the pages behind links
	badLinks *httprate.RateLimiter
	apiSpec  []byte
	// exampleSource is who would send the alerts that the what-if page asks about.
	exampleSource string
}

const (
	maxForm    = 64 << 10 // bytes of a form's body
	maxWebhook = 1 << 20  // bytes of a webhook's body
)

// New is the whole of Tocsin's HTTP side. Timeouts of connections are the caller's; live streams and
// intake set their own.
func New(o Options) http.Handler { return newServer(o).routes() }

func newServer(o Options) *server {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := &server{
		Options:  o,
		accounts: newAccounts(o.Users),
		tokens:   newKeyring(o.Tokens),
		sessions: newSessions(o.Sessions, o.PublicURL),
		assets:   loadAssets(),
		intake:   newIntake(o.Sources, o.Receiver, o.Logger),
		pageKey:  o.LinkKey,
		badLinks: newLimit(badLinks),

		exampleSource: firstAlertmanager(o.Sources),
	}
	// What has been hashed is not kept beside its hash.
	s.Users, s.Tokens, s.Sources, s.LinkKey = nil, nil, nil, nil
	if len(s.pageKey) == 0 {
		s.pageKey = []byte(rand.Text())
	}
	s.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		s.asPage(func(http.ResponseWriter, *http.Request) error {
			return fmt.Errorf("%w: sessions: %w", alerting.ErrUnavailable, err)
		})(w, r)
	}
	return s
}

func (s *server) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(s.recoverPanics, secureHeaders(s.PublicURL), clientAddress(s.TrustedProxies), s.logRequests, middleware.GetHead)
	r.NotFound(s.asPage(s.nothingHere))
	r.MethodNotAllowed(s.asPage(s.wrongMethod))

	r.Get("/healthz", s.asProblem(s.alive))
	r.Get("/readyz", s.asProblem(s.ready))
	r.Get("/static/{file}", s.assets.serve)
	r.Post("/intake/alertmanager", s.asProblem(s.intake.take(Alertmanager, receive.Alertmanager)))
	for _, hook := range s.Routes {
		r.With(limitBody(maxWebhook), passAddress).Method(hook.Method, hook.Pattern, hook.Handler)
	}
	r.With(noStore).Get("/ical/{kind}/{name}/{secret}.ics", s.asProblem(s.icalFeed))
	if s.Links != nil {
		r.Group(s.linkRoutes)
	}
	r.Group(s.pageRoutes)
	r.Group(s.apiRoutes)
	return r
}

// pageRoutes are what a browser asks for, with a session.
func (s *server) pageRoutes(r chi.Router) {
	r.Use(noStore, limitBody(maxForm), s.sessions.LoadAndSave, s.identifyBySession, s.auditRefused(),
		crossOrigin(s.PublicURL, s.asPage(foreignForm)))
	// A live stream is neither compressed nor answered with a page.
	r.Get("/events", s.asProblem(s.need(Viewer, s.events)))

	r = r.With(middleware.Compress(5, "text/html"))
	r.Get("/signin", s.asPage(s.signInForm))
	r.With(s.limitSignIn()).Post("/signin", s.asPage(s.signIn))
	r.Post("/signout", s.asPage(s.signOut))

	r.Get("/", s.page(Viewer, s.incidentsPage))
	r.Get("/incidents/{id}", s.page(Viewer, s.incidentPage))
	r.Get("/incidents/{id}/why", s.page(Viewer, s.whyPage))
	r.Get("/incidents/{id}/delivery", s.page(Viewer, s.deliveryPage))
	r.Post("/incidents/{id}/{verb:acknowledge|resolve|reopen|escalate|snooze|assign|note|severity|merge|split|jump|mute|unmute}", s.page(Responder, s.answerPage))
	s.oncallRoutes(r)
	r.Get("/whatif", s.page(Viewer, s.whatIfPage))
	r.Get("/outbox", s.page(Viewer, s.outboxPage))
	r.Get("/outbox/{id}/html", s.page(Viewer, s.outboxMessage))
}

// apiRoutes are for programs with a token, and for scripts of the pages with a session.
func (s *server) apiRoutes(r chi.Router) {
	r.Use(noStore, middleware.Compress(5, "application/json"), s.sessions.LoadAndSave, s.identifyByTokenOrSession, s.auditRefused(),
		unlessToken(crossOrigin(s.PublicURL, s.asProblem(foreignForm))))
	s.mountAPI(r)
	// The figures tell how busy a company's bad days are: they are for those who may read incidents,
	// and for a Prometheus on the same machine.
	if s.Metrics != nil {
		r.Get("/metrics", s.asProblem(s.metrics))
	}
}

// need lets those pass who have at least role.
func (s *server) need(role Role, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		who := identityOf(r.Context())
		if who.Role == Nobody {
			w.Header().Set("WWW-Authenticate", `Bearer realm="tocsin"`)
			return refuse(http.StatusUnauthorized, "Sign in, or send an API token as \"Authorization: Bearer TOKEN\".")
		}
		if !who.May(role) {
			return refuse(http.StatusForbidden, "This needs the role %s; %s has %s.", role, who.Name, who.Role)
		}
		return h(w, r)
	}
}

// metrics answers Prometheus: a token or session of a viewer, or a peer on this machine that speaks for
// nobody else (a reverse proxy would say so).
func (s *server) metrics(w http.ResponseWriter, r *http.Request) error {
	serve := func(w http.ResponseWriter, r *http.Request) error {
		s.Metrics.ServeHTTP(w, r)
		return nil
	}
	if local(r) {
		return serve(w, r)
	}
	return s.need(Viewer, serve)(w, r)
}

func local(r *http.Request) bool {
	for _, forwarded := range []string{"X-Forwarded-For", "Forwarded", "X-Real-Ip", "Via"} {
		if r.Header.Get(forwarded) != "" {
			return false
		}
	}
	return clientOf(r.Context()).IsLoopback()
}

func foreignForm(http.ResponseWriter, *http.Request) error {
	return refuse(http.StatusForbidden, "This request came from another site. Open Tocsin and do it there.")
}

func (s *server) nothingHere(http.ResponseWriter, *http.Request) error {
	return refuse(http.StatusNotFound, "There is no such page.")
}

func (s *server) wrongMethod(http.ResponseWriter, *http.Request) error {
	return refuse(http.StatusMethodNotAllowed, "This address does not take that method.")
}
