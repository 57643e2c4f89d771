package web

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"tocsin/web/view"
)

// page mounts a page for those who have at least role; strangers are sent to sign in.
func (s *server) page(role Role, h handler) http.HandlerFunc {
	allowed := s.need(role, h)
	return s.asPage(func(w http.ResponseWriter, r *http.Request) error {
		if identityOf(r.Context()).Role == Nobody {
			toSignIn(w, r)
			return nil
		}
		return allowed(w, r)
	})
}

// asPage serves h and shows its errors as a page; to programs, as a problem document.
func (s *server) asPage(h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		p := problemOf(err)
		s.report(r.Context(), err, p)
		if forPrograms(r.URL.Path) {
			writeProblem(w, p)
			return
		}
		if p.Status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", "1")
		}
		w.Header().Set("Cache-Control", "no-store")
		if err := s.render(w, r, p.Status, view.Problem(s.shell(r, p.Title), p.Status, p.Title, p.Detail)); err != nil {
			writeProblem(w, p)
		}
	}
}

func forPrograms(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/intake/")
}

// render writes a page. It is made whole before the first byte leaves, so that an error on the way is
// still an error page.
func (s *server) render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.Context(), &b); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever asked has gone away
	return nil
}

// shell is what every page knows, for whoever asks and the moment of asking.
func (s *server) shell(r *http.Request, title string) view.Shell {
	who := identityOf(r.Context())
	return view.Shell{
		Title: title, Path: r.URL.Path,
		User: who.Name, CanAct: who.May(Responder),
		Now: time.Now(), Zone: s.Zone, Names: s.Names,
		Asset: s.assets.url, Version: s.Version,
	}
}
