package web

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/httprate"

	"tocsin/alerting"
	"tocsin/web/view"
)

// Sign-ins from one network: enough for a team behind one address that mistypes, too few to guess.
const (
	signInTries  = 20
	signInWindow = time.Minute
	maxPassword  = 1024 // bytes; longer ones are not hashed
)

// signInForm shows the form. Whoever is signed in already goes where they wanted.
func (s *server) signInForm(w http.ResponseWriter, r *http.Request) error {
	next := localPath(r.URL.Query().Get("next"))
	if identityOf(r.Context()).Role != Nobody {
		http.Redirect(w, r, next, http.StatusSeeOther)
		return nil
	}
	return s.render(w, r, http.StatusOK, view.SignIn(s.shell(r, "Sign in"), view.SignInForm{Next: next}))
}

// signIn opens a session for the right name and password. Wrong names and wrong passwords look alike.
func (s *server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	name, password, next := r.PostForm.Get("name"), r.PostForm.Get("password"), localPath(r.PostForm.Get("next"))
	var user User
	ok := len(password) <= maxPassword
	if ok {
		var err error
		if user, ok, err = s.accounts.check(r.Context(), name, password); err != nil {
			return err
		}
	}
	if !ok {
		s.noteSignIn(r, slog.LevelWarn, auditSignInRefused, typed(name))
		form := view.SignInForm{Next: next, Name: name, Wrong: "That name and password do not belong together. Try again."}
		return s.render(w, r, http.StatusUnauthorized, view.SignIn(s.shell(r, "Sign in"), form))
	}
	if err := s.openSession(r.Context(), user); err != nil {
		return err
	}
	s.noteSignIn(r, slog.LevelInfo, auditSignIn, user.Name)
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	who := identityOf(r.Context())
	if err := s.sessions.Destroy(r.Context()); err != nil {
		return err
	}
	if who.Role != Nobody {
		s.noteSignIn(r, slog.LevelInfo, auditSignOut, who.Name)
	}
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
	return nil
}

// noteSignIn puts a sign-in, or what came of a try, on the log and on the audit log.
func (s *server) noteSignIn(r *http.Request, level slog.Level, what, name string) {
	by := alerting.Actor{Name: name, Via: "web", From: addressOf(r.Context())}
	s.Logger.LogAttrs(r.Context(), level, what, slog.String("user", name), slog.String("client", by.From))
	s.audit(r.Context(), by, what)
}

// limitSignIn answers 429 to a network that tries too often.
func (s *server) limitSignIn() func(http.Handler) http.Handler {
	byNetwork := func(r *http.Request) (string, error) { return networkOf(r), nil }
	tooOften := s.asPage(func(http.ResponseWriter, *http.Request) error {
		return refuse(http.StatusTooManyRequests, "Too many attempts to sign in from your network. Wait a minute, then try again.")
	})
	return httprate.LimitBy(signInTries, signInWindow, byNetwork, httprate.WithLimitHandler(tooOften))
}

// localPath is p if it is a path on this server, and "/" if it could lead anywhere else.
func localPath(p string) string {
	u, err := url.Parse(p)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n\t") {
		return "/"
	}
	if u.Path == "/signin" || u.Path == "/signout" {
		return "/"
	}
	return p
}

// toSignIn sends somebody unknown to the form, and back to where they were afterwards. A part of a page
// that htmx fetches is answered so that the whole page goes there.
func toSignIn(w http.ResponseWriter, r *http.Request) {
	back := "/"
	if r.Method == http.MethodGet {
		back = r.URL.RequestURI()
	} else if u, err := url.Parse(r.Header.Get("Referer")); err == nil {
		back = u.RequestURI()
	}
	target := "/signin?" + url.Values{"next": {localPath(back)}}.Encode()
	if r.Header.Get("HX-Request") == "true" {
		w.Header().Set("HX-Redirect", target)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	http.Redirect(w, r, target, http.StatusSeeOther)
}
