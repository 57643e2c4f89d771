package web

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/escalation"
	"tocsin/web/api"
)

// answerOperations are what people do about incidents, one operation a verb.
func (s *server) answerOperations(a huma.API) {
	for verb, summary := range map[escalation.Verb]string{
		escalation.Acknowledge: "Take an incident in hand",
		escalation.Resolve:     "Close an incident",
		escalation.Reopen:      "Open a resolved incident again",
		escalation.Escalate:    "Fire the next step of the plan now",
	} {
		huma.Register(a, answerOperation(verb, summary), func(ctx context.Context, in *idInput) (*incidentOutput, error) {
			return s.answer(ctx, in.ID, escalation.Answer{Verb: verb})
		})
	}
	huma.Register(a, answerOperation(escalation.Snooze, "Acknowledge an incident for a while; then it is open again"), s.snoozeIncident)
	huma.Register(a, answerOperation(escalation.Assign, "Give an incident to somebody, who is told"), s.assignIncident)
	huma.Register(a, answerOperation(escalation.Note, "Write on an incident's timeline"), s.noteIncident)
	s.verbOperations(a)
}

func answerOperation(verb escalation.Verb, summary string) huma.Operation {
	op := operation(Responder, http.MethodPost, incidentsPath+"/{id}/"+string(verb), string(verb)+"-incident", summary, http.StatusNotFound, http.StatusConflict)
	op.DefaultStatus = http.StatusOK
	if verb != escalation.Note {
		op.Description += " Doing it twice is no error: the answer's note says who had done it."
	}
	return op
}

// answer does what somebody asks, over the API, and returns the incident after it.
func (s *server) answer(ctx context.Context, id int64, a escalation.Answer) (*incidentOutput, error) {
	a.By = actorOf(ctx)
	c, note, err := s.carryOut(ctx, id, a)
	if err != nil {
		return nil, s.failed(ctx, noIncident(err, id))
	}
	out := api.OfCase(c)
	out.Note = note
	return &incidentOutput{out}, nil
}

type snoozeInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Until string `json:"until,omitempty" maxLength:"50" example:"morning" doc:"when it is open again: a time (RFC 3339), or morning, the organisation's next one; or say for"`
		For   string `json:"for,omitempty" maxLength:"50" example:"1h30m" doc:"how long from now, as Go writes durations; or say until"`
	}
}

func (s *server) snoozeIncident(ctx context.Context, in *snoozeInput) (*incidentOutput, error) {
	until, err := s.untilOrFor(in.Body.Until, in.Body.For, time.Now())
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.Snooze, Until: until})
}

type assignInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Person string `json:"person" minLength:"1" maxLength:"200" example:"devops-lead" doc:"the configuration's name"`
	}
}

func (s *server) assignIncident(ctx context.Context, in *assignInput) (*incidentOutput, error) {
	return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.Assign, Person: in.Body.Person})
}

type noteInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"4000"`
	}
}

func (s *server) noteIncident(ctx context.Context, in *noteInput) (*incidentOutput, error) {
	return s.answer(ctx, in.ID, escalation.Answer{Verb: escalation.Note, Text: in.Body.Text})
}
