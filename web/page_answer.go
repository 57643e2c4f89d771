package web

import (
	"context"
	"errors"
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
		return s.notAnswered(w, r, id, err)
	}
	answer.By = actorOf(r.Context())
	c, note, err := s.carryOut(r.Context(), id, answer)
	if err != nil {
		return s.notAnswered(w, r, id, err)
	}
	if note != "" {
		return s.showIncident(w, r, http.StatusOK, c, view.Notice{Text: note})
	}
	http.Redirect(w, r, view.IncidentURL(c.Incident.ID), http.StatusSeeOther)
	return nil
}

// notAnswered shows the incident as it is, with why an answer was refused. Other errors are returned, and so is
// that the incident is not there.
func (s *server) notAnswered(w http.ResponseWriter, r *http.Request, id int64, why error) error {
	p := problemOf(why)
	if p.Status != http.StatusConflict && p.Status != http.StatusBadRequest && p.Status != http.StatusNotFound {
		return why
	}
	c, err := s.Reader.Incident(r.Context(), id)
	if err != nil {
		return noIncident(err, id)
	}
	return s.showIncident(w, r, p.Status, c, view.Notice{Text: p.Detail, Refused: true})
}

// carryOut does what was answered and returns the incident to show then: for a split the new one, for a
// merge the one that goes on.
func (s *server) carryOut(ctx context.Context, id int64, a escalation.Answer) (c escalation.Case, note string, err error) {
	if a.Verb == escalation.Split {
		_, c, err = s.Desk.Split(ctx, id, a)
		return c, "", err
	}
	c, note, err = s.Desk.Answer(ctx, id, a)
	if a.Verb == escalation.Merge && errors.Is(err, alerting.ErrNotFound) {
		err = s.missing(ctx, err, a.Into, id)
	}
	return c, note, err
}

// readAnswer reads what a form says beside its verb.
func (s *server) readAnswer(verb escalation.Verb, form url.Values, now time.Time) (a escalation.Answer, err error) {
	a = escalation.Answer{Verb: verb, Text: strings.TrimSpace(form.Get("text"))}
	bad := func(field, what string) error {
		return refuse(http.StatusBadRequest, "Nothing was changed: %q is %s.", alerting.OneLine(form.Get(field), 60), what)
	}
	ok := true
	switch verb {
	case escalation.Snooze, escalation.Mute:
		if a.Until, ok = view.SnoozeUntil(form.Get("for"), now.In(s.Zone)); !ok {
			return a, bad("for", "no length of time that there is a choice of")
		}
	case escalation.Assign:
		a.Person = form.Get("person")
	case escalation.SetSeverity:
		if a.Severity, err = alerting.ParseSeverity(form.Get("severity")); err != nil {
			return a, bad("severity", "no severity: choose P0, P1, P2 or P3")
		}
	case escalation.Merge:
		a.Into, err = strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(form.Get("into")), "#"), 10, 64)
		if err != nil || a.Into <= 0 {
			return a, bad("into", "no incident's number: write it as in #411")
		}
	case escalation.Jump:
		if a.Step, err = strconv.Atoi(form.Get("step")); err != nil {
			return a, bad("step", "no step: choose one of the plan's")
		}
	case escalation.Split:
		a.Alerts = form["alert"]
	}
	return a, nil
}
