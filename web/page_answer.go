package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/go-chi/chi/v5"

	"tocsin/escalation"
	"tocsin/web/view"
)

// answerPage does what a form asks, then shows the incident as it is stored: by sending the browser
// there if something changed, or with the note that says why nothing did.
func (s *server) answerPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	answer, err := s.readAnswer(escalation.Verb(chi.URLParam(r, "verb")), r.PostForm, time.Now())
	if err != nil {
		return err
	}
	answer.By = actorOf(r.Context())
	c, note, err := s.Desk.Answer(r.Context(), id, answer)
	if p := problemOf(err); err != nil && p.Status == http.StatusConflict {
		if c, err = s.Reader.Incident(r.Context(), id); err != nil {
			return err
		}
		return s.showIncident(w, r, http.StatusConflict, c, view.Notice{Text: p.Detail, Refused: true})
	}
	if err != nil {
		return err
	}
	if note != "" {
		return s.showIncident(w, r, http.StatusOK, c, view.Notice{Text: note})
	}
	http.Redirect(w, r, view.IncidentURL(id), http.StatusSeeOther)
	return nil
}

// readAnswer reads what a form says beside its verb.
func (s *server) readAnswer(verb escalation.Verb, form url.Values, now time.Time) (escalation.Answer, error) {
	a := escalation.Answer{Verb: verb}
	switch verb {
	case escalation.Snooze:
		until, ok := view.SnoozeUntil(form.Get("for"), now.In(s.Zone))
		if !ok {
			return a, refuse(http.StatusBadRequest, "%q is no length of time that a snooze may have.", form.Get("for"))
		}
		a.Until = until
	case escalation.Assign:
		a.Person = form.Get("person")
	case escalation.Note:
		a.Text = form.Get("text")
	}
	return a, nil
}
