package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"tocsin/alerting"
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
	c, note, err := s.carryOut(r.Context(), id, answer)
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
	http.Redirect(w, r, view.IncidentURL(c.Incident.ID), http.StatusSeeOther)
	return nil
}

// carryOut does what was answered and returns the incident to show then: for a split the new one, for a
// merge the one that goes on.
func (s *server) carryOut(ctx context.Context, id int64, a escalation.Answer) (c escalation.Case, note string, err error) {
	if a.Verb == escalation.Split {
		_, c, err = s.Desk.Split(ctx, id, a)
		return c, "", err
	}
	return s.Desk.Answer(ctx, id, a)
}

// readAnswer reads what a form says beside its verb.
func (s *server) readAnswer(verb escalation.Verb, form url.Values, now time.Time) (escalation.Answer, error) {
	a := escalation.Answer{Verb: verb, Text: strings.TrimSpace(form.Get("text"))}
	var err error
	switch verb {
	case escalation.Snooze, escalation.Mute:
		until, ok := view.SnoozeUntil(form.Get("for"), now.In(s.Zone))
		if !ok {
			return a, refuse(http.StatusBadRequest, "%q is no length of time that there is a choice of.", form.Get("for"))
		}
		a.Until = until
	case escalation.Assign:
		a.Person = form.Get("person")
	case escalation.SetSeverity:
		a.Severity, err = alerting.ParseSeverity(form.Get("severity"))
	case escalation.Merge:
		a.Into, err = strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(form.Get("into")), "#"), 10, 64)
	case escalation.Jump:
		a.Step, err = strconv.Atoi(form.Get("step"))
	case escalation.Split:
		a.Alerts = form["alert"]
	}
	if err != nil {
		return a, refuse(http.StatusBadRequest, "Nothing was changed: the form does not say what it should. Choose from what it offers.")
	}
	return a, nil
}
