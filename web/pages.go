package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/web/view"
)

// incidentsOnPage is how many incidents one page of the list shows.
const incidentsOnPage = 50

// incidentsPage is the list. Its filters live in the address.
func (s *server) incidentsPage(w http.ResponseWriter, r *http.Request) error {
	f := readFilter(r.URL.Query())
	q, err := f.Query(s.Zone)
	if err != nil {
		return refuse(http.StatusBadRequest, "%v", err)
	}
	q.Limit, q.Cursor = incidentsOnPage, f.Cursor
	cases, next, err := s.Reader.Incidents(r.Context(), q)
	if err != nil {
		return badCursor(err)
	}
	// The search form sends its empty fields too; the address is shown without them.
	if address := f.URL(); r.Header.Get("HX-Request") == "true" && address != r.URL.RequestURI() {
		w.Header().Set("HX-Replace-Url", address)
	}
	page := view.Incidents{Filter: f, Cases: cases, People: s.people()}
	if next != "" {
		older := f
		older.Cursor = next
		page.Older = older.URL()
	}
	sh := s.shell(r, "Incidents")
	sh.Live = "/events"
	return s.render(w, r, http.StatusOK, view.IncidentsPage(sh, page))
}

func readFilter(v url.Values) view.Filter {
	f := view.Filter{
		State: v.Get("state"), Text: strings.TrimSpace(v.Get("q")), Assignee: v.Get("assignee"),
		Since: v.Get("since"), Until: v.Get("until"), Cursor: v.Get("cursor"),
	}
	for _, sev := range v["severity"] {
		f.Severities = append(f.Severities, strings.Split(sev, ",")...)
	}
	return f.Clean()
}

// badCursor makes what the reader refuses in a query the asker's mistake.
func badCursor(err error) error {
	if p := problemOf(err); p.Status == http.StatusConflict {
		return refuse(http.StatusBadRequest, "%s", p.Detail)
	}
	return err
}

// incidentPage shows one incident.
func (s *server) incidentPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	c, err := s.Reader.Incident(r.Context(), id)
	if err != nil {
		return noIncident(err, id)
	}
	return s.showIncident(w, r, http.StatusOK, c, view.Notice{})
}

func (s *server) showIncident(w http.ResponseWriter, r *http.Request, status int, c escalation.Case, n view.Notice) error {
	d, err := s.detailOf(r.Context(), c.Incident.ID)
	if err != nil {
		return err
	}
	sh := s.shell(r, view.Number(c.Incident.ID)+" "+c.Incident.Title)
	sh.Live = "/events?incident=" + strconv.FormatInt(c.Incident.ID, 10)
	return s.render(w, r, status, view.IncidentPage(sh, view.Incident{
		Case: c, Alerts: d.alerts, Pages: d.pages, Timeline: d.timeline, Notice: n, People: s.people(),
	}))
}

// outboxOnPage is how many kept messages the page shows; outboxReach how many it finds by their id.
const (
	outboxOnPage = 100
	outboxReach  = 500
)

func (s *server) outboxPage(w http.ResponseWriter, r *http.Request) error {
	messages, err := s.Outbox.Outbox(r.Context(), outboxOnPage)
	if err != nil {
		return err
	}
	sh := s.shell(r, "Outbox")
	sh.Live = "/events"
	return s.render(w, r, http.StatusOK, view.OutboxPage(sh, addressed(identityOf(r.Context()), messages)))
}

// outboxMessage is an email's HTML as it would arrive, for a frame: in an origin of its own, where
// nothing runs and nothing is loaded.
func (s *server) outboxMessage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	messages, err := s.Outbox.Outbox(r.Context(), outboxReach)
	if err != nil {
		return err
	}
	for _, m := range messages {
		if m.ID == id && m.HTML != "" {
			w.Header().Set("Content-Security-Policy", messagePolicy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = w.Write([]byte(m.HTML)) // whoever asked has gone away
			return nil
		}
	}
	return noSuch(alerting.ErrNotFound, "message %d with a page of its own", id)
}

// pathID is the {id} of the route. What is no number names nothing.
func pathID(r *http.Request) (int64, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil || id <= 0 {
		return 0, refuse(http.StatusNotFound, "There is nothing of that number here.")
	}
	return id, nil
}

func badForm(err error) error {
	if p := problemOf(err); p.Status == http.StatusRequestEntityTooLarge {
		return err
	}
	return refuse(http.StatusBadRequest, "The form could not be read.")
}
