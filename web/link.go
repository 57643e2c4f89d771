package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"golang.org/x/sync/errgroup"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/web/view"
)

const (
	maxLinkToken = 512 // bytes; ours are far shorter
	badLinks     = 30  // wrong tokens a minute from one network; then it is told to wait
)

// linkRoutes are what a link in an email or SMS opens: one screen without signing in. A GET changes
// nothing. The token is all that counts: there is no session here.
func (s *server) linkRoutes(r chi.Router) {
	r.Use(noStore, limitBody(maxForm), linkHeaders, crossOriginLink(s.PublicURL, s.asLink(foreignForm)), middleware.Compress(5, "text/html"))
	r.Get("/a/{token}", s.asLink(s.linkPage))
	r.Post("/a/{token}", s.asLink(s.linkAnswer))
}

// linkUse is a link that was opened: a genuine one that has not expired.
type linkUse struct {
	token, person string
	c             escalation.Case
}

// open reads the link of a request. Forged tokens, and those that name nobody or nothing that is there,
// look like any page that does not exist.
func (s *server) open(w http.ResponseWriter, r *http.Request, now time.Time) (linkUse, error) {
	l := linkUse{token: chi.URLParam(r, "token")}
	if len(l.token) > maxLinkToken {
		return l, s.badLink(w, r)
	}
	id, person, expires, err := s.Links.Parse(l.token, now)
	if errors.Is(err, ErrLinkExpired) || err == nil && !now.Before(expires) {
		return l, refuse(http.StatusGone, "Sign in to see the incident and to answer it.")
	}
	if _, known := s.Names[person]; err != nil || !known {
		return l, s.badLink(w, r)
	}
	l.person = person
	if l.c, err = s.Reader.Incident(r.Context(), id); errors.Is(err, alerting.ErrNotFound) {
		return l, s.badLink(w, r)
	}
	return l, err
}

// badLink answers a token that is none. Only what was posted goes on the audit log: a GET changes nothing.
func (s *server) badLink(w http.ResponseWriter, r *http.Request) error {
	if s.badLinks.OnLimit(w, r, networkOf(r)) {
		return refuse(http.StatusTooManyRequests, "Too many wrong links from your network. Wait a minute, then try again.")
	}
	ctx := r.Context()
	s.Logger.LogAttrs(ctx, slog.LevelWarn, "link refused", slog.String("method", r.Method), slog.String("client", addressOf(ctx)))
	if !safe(r.Method) {
		s.audit(ctx, alerting.Actor{Via: "link", From: addressOf(ctx)}, auditLinkRefused)
	}
	return refuse(http.StatusNotFound, "There is no such page.")
}

// linkPage shows the incident as it stands.
func (s *server) linkPage(w http.ResponseWriter, r *http.Request) error {
	l, err := s.open(w, r, time.Now())
	if err != nil {
		return err
	}
	return s.showLink(w, r, http.StatusOK, l, view.Notice{}, "")
}

// linkAnswer does what a button asks if a person pressed it, then shows the screen as it is stored.
func (s *server) linkAnswer(w http.ResponseWriter, r *http.Request) error {
	now := time.Now()
	l, err := s.open(w, r, now)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	verb := escalation.Verb(r.PostForm.Get(fieldVerb))
	if verb != escalation.Acknowledge && verb != escalation.Escalate && verb != escalation.Resolve {
		return refuse(http.StatusBadRequest, "Nothing was changed: the form names no button. Open the link again.")
	}
	if l.c.Incident.State == alerting.StateResolved {
		return s.showLink(w, r, http.StatusConflict, l, view.Notice{Text: "nothing was changed: the incident is resolved, and this link has stopped", Refused: true}, "")
	}
	ruled, err := s.pageKey.rule(r, l.token, verb, now)
	if err != nil {
		return err
	}
	if !ruled.counts {
		ask := escalation.Verb("")
		if ruled.ask {
			ask = verb
		}
		return s.showLink(w, r, http.StatusConflict, l, view.Notice{Text: ruled.text, Refused: !ruled.ask}, ask)
	}
	return s.actByLink(w, r, l, verb)
}

func (s *server) actByLink(w http.ResponseWriter, r *http.Request, l linkUse, verb escalation.Verb) error {
	by := alerting.Actor{Name: l.person, Via: "link", From: addressOf(r.Context())}
	c, note, err := s.Desk.Answer(r.Context(), l.c.Incident.ID, escalation.Answer{Verb: verb, By: by})
	if refused, ok := errors.AsType[*alerting.Refused](err); ok {
		if l.c, err = s.Reader.Incident(r.Context(), l.c.Incident.ID); err != nil {
			return err
		}
		return s.showLink(w, r, http.StatusConflict, l, view.Notice{Text: refused.Text, Refused: true}, "")
	}
	if err != nil {
		return err
	}
	if l.c = c; note != "" {
		return s.showLink(w, r, http.StatusOK, l, view.Notice{Text: note}, "")
	}
	http.Redirect(w, r, "/a/"+url.PathEscape(l.token), http.StatusSeeOther)
	return nil
}

// showLink draws the screen; ask is the verb that its second page asks for again.
func (s *server) showLink(w http.ResponseWriter, r *http.Request, status int, l linkUse, n view.Notice, ask escalation.Verb) error {
	page := view.Link{Case: l.c, Person: l.person, Notice: n, Ask: ask}
	id := l.c.Incident.ID
	g, ctx := errgroup.WithContext(r.Context())
	g.Go(func() (err error) { page.Alerts, err = s.Detail.Alerts(ctx, id); return err })
	g.Go(func() (err error) { page.Pages, err = s.Detail.Pages(ctx, id); return err })
	if err := g.Wait(); err != nil {
		return err
	}
	sh := s.linkShell()
	purpose := purposePage
	if ask != "" {
		purpose = purposeSure + string(ask)
	}
	page.Nonce = s.pageKey.nonce(l.token, purpose, sh.Now)
	return s.render(w, r, status, view.LinkPage(sh, page))
}

// asLink serves h and shows its errors on a screen as small as the link's own.
func (s *server) asLink(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		p := problemOf(err)
		s.report(r.Context(), err, p)
		switch p.Status {
		case http.StatusGone:
			p.Title = "This link has expired"
		case http.StatusServiceUnavailable:
			w.Header().Set("Retry-After", "1")
		}
		if err := s.render(w, r, p.Status, view.LinkProblem(s.linkShell(), p.Status, p.Title, p.Detail)); err != nil {
			writeProblem(w, p)
		}
	}
}

// linkShell is what the screens behind links know; nobody is signed in there.
func (s *server) linkShell() view.Shell {
	return view.Shell{Now: time.Now(), Zone: s.Zone, Names: s.Names, Asset: s.assets.url, Version: s.Version}
}
