package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/web/api"
	"tocsin/web/view"
)

// whyPage answers for one person why they were paged about an incident, and why they were not.
func (s *server) whyPage(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	c, err := s.Reader.Incident(r.Context(), id)
	if err != nil {
		return noIncident(err, id)
	}
	d, err := s.detailOf(r.Context(), id)
	if err != nil {
		return err
	}
	sh := s.shell(r, "Why "+view.Number(id))
	page := view.Why{Case: c, People: withOthers(s.people(), concerned(c, d)), Person: r.URL.Query().Get("person")}
	if page.Person != "" {
		if page.Because, err = s.because(r.Context(), c, d, page.Person, sh.Now); err != nil {
			return err
		}
	}
	return s.render(w, r, http.StatusOK, view.WhyPage(sh, page))
}

// because asks the machine, of what was stored and of the configuration in force. Somebody whom that does not
// name is answered if the incident's pages or reasons do; else it is refused as not there.
func (s *server) because(ctx context.Context, c escalation.Case, d detail, person string, now time.Time) ([]escalation.Because, error) {
	p, err := s.policyNow(ctx)
	if err != nil {
		return nil, err
	}
	if _, known := p.Directory.People[person]; !known && !slices.Contains(concerned(c, d), person) {
		return nil, noSuch(alerting.ErrNotFound, "person %s", alerting.OneLine(person, 200))
	}
	var paged []escalation.Paged
	for _, page := range d.pages {
		if page.Person == person {
			paged = append(paged, escalation.Paged{
				Step: page.Step, Round: page.Round, Channel: page.Channel, State: string(page.State), At: page.CreatedAt, Reason: page.Reason,
			})
		}
	}
	return p.Why(person, c, d.timeline, paged, now), nil
}

// concerned are the people whom an incident's pages went to and whom its reasons passed over, each once,
// whether or not the configuration still names them.
func concerned(c escalation.Case, d detail) (out []string) {
	add := func(r alerting.Reason) {
		for _, t := range r.Tried {
			if id, ok := strings.CutPrefix(t.Rule, "people."); ok {
				out = append(out, id)
			}
		}
	}
	for _, page := range d.pages {
		out = append(out, page.Person)
		add(page.Reason)
	}
	for _, e := range d.timeline {
		add(e.Reason)
	}
	for _, step := range c.Plan.Steps {
		add(step.Reason)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withOthers is people, and after them those of others who are not among them.
func withOthers(people, others []string) []string {
	for _, id := range others {
		if id != "" && !slices.Contains(people, id) {
			people = append(people, id)
		}
	}
	return people
}

type whyInput struct {
	ID     int64  `path:"id" minimum:"1"`
	Person string `query:"person" required:"true" minLength:"1" maxLength:"200" doc:"the configuration's name"`
}

type whyOutput struct {
	Body struct {
		Person  string        `json:"person"`
		Because []api.Because `json:"because" doc:"in order of time"`
	}
}

func (s *server) whyIncident(ctx context.Context, in *whyInput) (*whyOutput, error) {
	c, err := s.Reader.Incident(ctx, in.ID)
	if err != nil {
		return nil, s.failed(ctx, noIncident(err, in.ID))
	}
	d, err := s.detailOf(ctx, in.ID)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	because, err := s.because(ctx, c, d, in.Person, time.Now())
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var out whyOutput
	out.Body.Person, out.Body.Because = in.Person, api.OfBecause(because)
	return &out, nil
}
