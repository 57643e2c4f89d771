package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/web/view"
)

// oncallRoutes are the page and its forms. The forms answer with the page: where it is redrawn after a
// change, or with what they said and why it was refused.
func (s *server) oncallRoutes(r chi.Router) {
	r.Get("/oncall", s.page(Viewer, s.oncallPage))
	r.Post("/oncall/overrides", s.page(Responder, s.rotaForm("#overrides", s.makeOverride)))
	r.Post("/oncall/overrides/{id}/remove", s.page(Responder, s.rotaForm("#overrides", s.removeOverride)))
	r.Post("/oncall/absences", s.page(Responder, s.rotaForm("#absences", s.makeAbsence)))
	r.Post("/oncall/absences/{id}/remove", s.page(Responder, s.rotaForm("#absences", s.removeAbsence)))
	r.Post("/oncall/swaps", s.page(Responder, s.rotaForm("#swaps", s.askSwap)))
	r.Post("/oncall/swaps/{id}/{does:accept|decline|withdraw|undo}", s.page(Responder, s.rotaForm("#swaps", s.answerSwap)))
	r.Post("/oncall/feeds/{kind}/{name}/renew", s.page(Responder, s.renewFeed))
}

// rotaForm serves a form that change carries out; the browser comes back to part of the page, or is shown the
// page with the warning that change returns.
func (s *server) rotaForm(part string, change func(r *http.Request) (warning string, err error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return badForm(err)
		}
		warning, err := change(r)
		if p := problemOf(err); err != nil && (p.Status == http.StatusConflict || p.Status == http.StatusBadRequest || p.Status == http.StatusForbidden) {
			return s.showOnCall(w, r, p.Status, r.PostForm, view.Notice{Text: p.Detail, Refused: true}, r.PostForm)
		}
		if err != nil {
			return err
		}
		if warning != "" {
			return s.showOnCall(w, r, http.StatusOK, r.PostForm, view.Notice{Text: "It is done, but look at this: " + warning}, nil)
		}
		return backToOnCall(w, r, part)
	}
}

// backToOnCall shows the month that a form was sent from.
func backToOnCall(w http.ResponseWriter, r *http.Request, part string) error {
	address := view.OnCallURL(r.PostForm.Get("rotation"), r.PostForm.Get("month"))
	if person := r.PostForm.Get("person"); part == "#feeds" && person != "" {
		address += "&person=" + url.QueryEscape(person)
	}
	http.Redirect(w, r, address+part, http.StatusSeeOther)
	return nil
}

func (s *server) makeOverride(r *http.Request) (string, error) {
	zone, err := s.rotationZone(r.PostForm)
	if err != nil {
		return "", err
	}
	from, until, err := localTimes(r.PostForm, "from", "until", zone)
	if err != nil {
		return "", err
	}
	o, err := s.Rota.AddOverride(r.Context(), oncall.Override{
		Rotation: r.PostForm.Get("rotation"), Person: r.PostForm.Get("person"), From: from, Until: until, Note: noteOf(r.PostForm),
	}, actorOf(r.Context()))
	return o.Warning, err
}

func (s *server) makeAbsence(r *http.Request) (string, error) {
	from, until, err := localTimes(r.PostForm, "from", "until", s.Zone)
	if err != nil {
		return "", err
	}
	a, err := s.Rota.AddAbsence(r.Context(), escalation.Absence{
		Person: r.PostForm.Get("person"), From: from, Until: until, Deputy: r.PostForm.Get("deputy"), Note: noteOf(r.PostForm),
	}, actorOf(r.Context()))
	return a.Warning, err
}

func (s *server) askSwap(r *http.Request) (string, error) {
	zone, err := s.rotationZone(r.PostForm)
	if err != nil {
		return "", err
	}
	swap := escalation.Swap{
		Rotation: r.PostForm.Get("rotation"), Asker: r.PostForm.Get("asker"), Asked: r.PostForm.Get("asked"), Note: noteOf(r.PostForm),
	}
	if swap.From, swap.Until, err = localTimes(r.PostForm, "from", "until", zone); err != nil {
		return "", err
	}
	if r.PostForm.Get("return_from") != "" || r.PostForm.Get("return_until") != "" {
		if swap.ReturnFrom, swap.ReturnUntil, err = localTimes(r.PostForm, "return_from", "return_until", zone); err != nil {
			return "", err
		}
	}
	swap, err = s.Rota.AskSwap(r.Context(), swap, actorOf(r.Context()))
	return swap.Warning, err
}

func (s *server) answerSwap(r *http.Request) (string, error) {
	id, err := pathID(r)
	if err != nil {
		return "", err
	}
	swap, err := s.carryOutSwap(r.Context(), id, swapAnswers()[chi.URLParam(r, "does")])
	return swap.Warning, err
}

func (s *server) removeOverride(r *http.Request) (string, error) {
	id, err := pathID(r)
	if err != nil {
		return "", err
	}
	return "", s.carryOutRemoval(r.Context(), id)
}

func (s *server) removeAbsence(r *http.Request) (string, error) {
	id, err := pathID(r)
	if err != nil {
		return "", err
	}
	return "", noSuch(s.Rota.RemoveAbsence(r.Context(), id, actorOf(r.Context())), "absence %d", id)
}

// rotationZone is the zone of the rotation that a form names.
func (s *server) rotationZone(form url.Values) (*time.Location, error) {
	r, ok := s.Policy().Directory.Rotations[form.Get("rotation")]
	if !ok {
		return nil, refuse(http.StatusBadRequest, "There is no rotation %q.", form.Get("rotation"))
	}
	return zoneOf(r), nil
}

func noteOf(form url.Values) string { return strings.TrimSpace(form.Get("note")) }
