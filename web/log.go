package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// logRequests writes one line a request when it is done. It logs the route's pattern and never the path,
// the query or a header: a path may carry a token. Who it was is the handler's to log where it matters.
// Probes, intake and files are many, and logged at debug.
func (s *server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			route := routeOf(r.Context())
			level := levelOf(route)
			if !s.Logger.Enabled(r.Context(), level) {
				return
			}
			s.Logger.LogAttrs(r.Context(), level, "request",
				slog.String("method", r.Method), slog.String("route", route),
				slog.Int("status", ww.Status()), slog.Int("bytes", ww.BytesWritten()),
				slog.Duration("took", time.Since(start)), slog.String("client", clientOf(r.Context()).String()))
		}()
		next.ServeHTTP(ww, r)
	})
}

// routeOf is the pattern that the request's path fits: "/incidents/{id}".
func routeOf(ctx context.Context) string {
	if rc := chi.RouteContext(ctx); rc != nil {
		if p := rc.RoutePattern(); p != "" {
			return p
		}
	}
	return "no route"
}

func levelOf(route string) slog.Level {
	for _, many := range []string{"/intake/", "/static/", "/healthz", "/readyz", "/metrics", "/events"} {
		if strings.HasPrefix(route, many) {
			return slog.LevelDebug
		}
	}
	return slog.LevelInfo
}

// recoverPanics turns a panic into a logged 500, or ends the connection if the answer had begun.
func (s *server) recoverPanics(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		defer func() {
			v := recover()
			if v == nil {
				return
			}
			if v == http.ErrAbortHandler {
				panic(v)
			}
			err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
			p := problemOf(err)
			s.report(r.Context(), err, p)
			if ww.Status() != 0 {
				panic(http.ErrAbortHandler)
			}
			writeProblem(ww, p)
		}()
		next.ServeHTTP(ww, r)
	})
}
