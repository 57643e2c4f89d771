package web

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
)

// sessionLifetime is how long somebody stays signed in, from sign-in, whatever they do.
const sessionLifetime = 7 * 24 * time.Hour

// What a session holds: whose it is, and the stamp of the password and role that it was opened with.
const (
	sessionUser  = "user"
	sessionStamp = "stamp"
)

func newSessions(store scs.Store, public *url.URL) *scs.SessionManager {
	m := scs.New()
	if store != nil {
		m.Store = store
	}
	m.Lifetime = sessionLifetime
	m.HashTokenInStore = true
	m.Cookie.HttpOnly = true
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.Name = "tocsin"
	if public.Scheme == "https" {
		m.Cookie.Name, m.Cookie.Secure = "__Host-tocsin", true
	}
	return m
}

// openSession signs u in under a new token, so that one planted before is worth nothing.
func (s *server) openSession(ctx context.Context, u User) error {
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionUser, u.Name)
	s.sessions.Put(ctx, sessionStamp, u.stamp())
	return nil
}

// sessionIdentity is whose session the request came with. The account is looked up each time: a changed
// password or role, or a removed account, ends the session.
func (s *server) sessionIdentity(ctx context.Context) Identity {
	u, ok := s.accounts.users[s.sessions.GetString(ctx, sessionUser)]
	if !ok || u.stamp() != s.sessions.GetString(ctx, sessionStamp) {
		return Identity{}
	}
	return Identity{Name: u.Name, Role: u.Role, Via: "web"}
}

// identifyBySession is for the pages.
func (s *server) identifyBySession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		next.ServeHTTP(w, r.WithContext(withIdentity(ctx, s.sessionIdentity(ctx))))
	})
}

// identifyByTokenOrSession is for the API. A request with an Authorization header is judged by that
// alone: a wrong token is not made good by a cookie.
func (s *server) identifyByTokenOrSession(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		var who Identity
		if r.Header.Get("Authorization") != "" {
			token, _ := bearer(r)
			who = s.tokens.find(token)
		} else {
			who = s.sessionIdentity(ctx)
		}
		next.ServeHTTP(w, r.WithContext(withIdentity(ctx, who)))
	})
}
