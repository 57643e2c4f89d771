package web

import (
	"context"
	"net/http"
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
		return err
	}
	sh := s.shell(r, "Why "+view.Number(id))
	page := view.Why{Case: c, People: s.people(), Person: r.URL.Query().Get("person")}
	if page.Person != "" {
		if page.Because, err = s.because(r.Context(), c, page.Person, sh.Now); err != nil {
			return err
		}
	}
	return s.render(w, r, http.StatusOK, view.WhyPage(sh, page))
}

// because asks the machine, of what was stored and of the configuration in force.
func (s *server) because(ctx context.Context, c escalation.Case, person string, now time.Time) ([]escalation.Because, error) {
	p, err := s.policyNow(ctx)
	if err != nil {
		return nil, err
	}
	if _, known := p.Directory.People[person]; !known {
		return nil, alerting.ErrNotFound
	}
	d, err := s.detailOf(ctx, c.Incident.ID)
	if err != nil {
		return nil, err
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
		return nil, s.failed(ctx, err)
	}
	because, err := s.because(ctx, c, in.Person, time.Now())
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var out whyOutput
	out.Body.Person, out.Body.Because = in.Person, api.OfBecause(because)
	return &out, nil
}
