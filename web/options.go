package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"

	"tocsin/escalation"
)

// Options are all that New needs. Logger, PublicURL and the what follows up to Policy are required. New keeps
// no token in the clear.
type Options struct {
	Logger  *slog.Logger
	Version string // of this build, shown in the pages' foot and the OpenAPI document

	// PublicURL is where people reach Tocsin; with https, cookies are Secure and HSTS is sent.
	PublicURL *url.URL
	// TrustedProxies may say in X-Forwarded-For whom they speak for.
	TrustedProxies []netip.Prefix

	Users    []User
	Tokens   []Token
	Sources  []Source
	Sessions scs.Store // nil keeps sessions in memory

	Reader   Reader
	Detail   Detail
	Outbox   Outbox
	Desk     Desk
	Receiver Receiver
	Changes  Changes
	Health   HealthChecker
	Audit    Audit
	Rota     Rota
	Roster   Roster
	Feeds    Feeds
	Ledger   Ledger
	// Policy gives the configuration in force: who there is, and what the matrix says.
	Policy func() *escalation.Policy

	// OptOuts knows who wants no SMS; nil: nobody is known to.
	OptOuts OptOuts

	// Links reads personal links; nil: no /a/{token}.
	Links LinkParser
	// LinkKey signs what the pages behind links send back: at least 16 bytes, the same for all replicas.
	// nil makes one up, which is good for one replica.
	LinkKey []byte

	Metrics http.Handler // nil: no /metrics
	// Routes are webhooks of the channels (POST /twilio/status). They authenticate their callers
	// themselves; web bounds their bodies and logs them, and neither sessions nor roles apply.
	Routes []Route

	// Names are the names to show for the configuration's: "system-admin" is System Admin.
	Names map[string]string
	// Zone is the local time of the pages; nil is UTC.
	Zone *time.Location

	// Stopping is closed when the server begins to drain, so that live streams end. nil: never.
	Stopping <-chan struct{}
}

// Route is one webhook: Pattern is chi's ("/twilio/status").
type Route struct {
	Method  string
	Pattern string
	Handler http.Handler
}
