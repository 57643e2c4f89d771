package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"tocsin/alerting"
	"tocsin/notifiers"
)

// What the audit log calls what people do besides answering incidents.
const (
	auditSignIn        = "sign-in"
	auditSignInRefused = "sign-in refused"
	auditSignOut       = "sign-out"
	auditLinkRefused   = "link refused"
	auditRefused       = "refused: " // and the method and the route
)

const (
	auditTime     = 5 * time.Second // to store a line, whether or not the client waits
	auditRefusals = 60              // lines a minute about one person's refusals; the rest is only logged
	maxAuditName  = 100             // characters of a name that somebody typed
)

// audit notes what somebody did. A line that cannot be stored is logged, and nobody is kept waiting.
func (s *server) audit(ctx context.Context, by alerting.Actor, action string) {
	kept, cancel := context.WithTimeout(context.WithoutCancel(ctx), auditTime)
	defer cancel()
	if err := s.Audit.Audit(kept, by, action); err != nil {
		s.Logger.LogAttrs(ctx, slog.LevelError, "not on the audit log", slog.String("action", action),
			slog.String("actor", by.Name), slog.String("client", by.From), slog.String("error", err.Error()))
	}
}

// typed is a name that somebody typed, for a log: one line, and not a long one.
func typed(name string) string { return notifiers.Cut(notifiers.Plain(name), maxAuditName) }

// auditRefused notes who tried to change what they may not. A GET changes nothing, not even this log:
// what it is refused is on the server's log.
func (s *server) auditRefused() func(http.Handler) http.Handler {
	limit := newLimit(auditRefusals)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if safe(r.Method) {
				next.ServeHTTP(w, r)
				return
			}
			ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			next.ServeHTTP(ww, r)
			by := actorOf(r.Context())
			if ww.Status() == http.StatusForbidden && by.Name != "" && !limit.OnLimit(w, r, by.Via+" "+by.Name) {
				s.audit(r.Context(), by, auditRefused+r.Method+" "+routeOf(r.Context()))
			}
		})
	}
}

// safe reports whether a method asks for no change.
func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// newLimit counts to so many a minute, and says nothing of it in headers.
func newLimit(perMinute int) *httprate.RateLimiter {
	return httprate.NewRateLimiter(perMinute, time.Minute, httprate.WithResponseHeaders(httprate.ResponseHeaders{}))
}

// networkOf is the network of a client: one site has a whole /64 of IPv6 to itself.
func networkOf(r *http.Request) string { return httprate.CanonicalizeIP(addressOf(r.Context())) }
