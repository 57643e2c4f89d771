package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/web/api"
)

const (
	overridesPath = "/api/v1/overrides"
	absencesPath  = "/api/v1/absences"
)

// rotaOperations are what people change about who is on call; swaps have a file of their own.
func (s *server) rotaOperations(a huma.API) {
	huma.Register(a, operation(Viewer, http.MethodGet, overridesPath, "list-overrides", "Overrides in force or to come"), s.listOverrides)
	huma.Register(a, creates(operation(Responder, http.MethodPost, overridesPath, "create-override", "Put somebody else in a rotation's place for a while", http.StatusConflict)), s.createOverride)
	huma.Register(a, operation(Responder, http.MethodDelete, overridesPath+"/{id}", "delete-override", "Remove an override; one in force ends now, and of one that is part of a swap both halves", http.StatusNotFound, http.StatusConflict), s.deleteOverride)

	huma.Register(a, operation(Viewer, http.MethodGet, absencesPath, "list-absences", "Who is away, or will be"), s.listAbsences)
	huma.Register(a, creates(operation(Responder, http.MethodPost, absencesPath, "create-absence", "Say that somebody is away", http.StatusConflict)), s.createAbsence)
	huma.Register(a, operation(Responder, http.MethodDelete, absencesPath+"/{id}", "delete-absence", "Remove an absence; one that has begun ends now", http.StatusNotFound, http.StatusConflict), s.deleteAbsence)
	s.swapOperations(a)
}

// creates makes an operation answer 201.
func creates(op huma.Operation) huma.Operation {
	op.DefaultStatus = http.StatusCreated
	return op
}

type overridesOutput struct {
	Body struct {
		Overrides []api.Override `json:"overrides"`
	}
}

func (s *server) listOverrides(ctx context.Context, _ *struct{}) (*overridesOutput, error) {
	p, err := s.policyNow(ctx)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var out overridesOutput
	out.Body.Overrides = api.OfOverrides(p.Roster.Overrides)
	return &out, nil
}

type overrideInput struct {
	Body struct {
		Rotation string    `json:"rotation" minLength:"1" maxLength:"200" example:"primary"`
		Person   string    `json:"person" minLength:"1" maxLength:"200" doc:"the configuration's name"`
		From     time.Time `json:"from"`
		Until    time.Time `json:"until" doc:"not included"`
		Note     string    `json:"note,omitempty" maxLength:"500"`
	}
}

type overrideOutput struct{ Body api.Override }

func (s *server) createOverride(ctx context.Context, in *overrideInput) (*overrideOutput, error) {
	b := in.Body
	o, err := s.Rota.AddOverride(ctx, oncall.Override{Rotation: b.Rotation, Person: b.Person, From: b.From, Until: b.Until, Note: b.Note}, actorOf(ctx))
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	return &overrideOutput{api.OfOverride(o)}, nil
}

func (s *server) deleteOverride(ctx context.Context, in *idInput) (*struct{}, error) {
	if err := s.carryOutRemoval(ctx, in.ID); err != nil {
		return nil, s.failed(ctx, err)
	}
	return nil, nil
}

type absencesOutput struct {
	Body struct {
		Absences []api.Absence `json:"absences"`
	}
}

func (s *server) listAbsences(ctx context.Context, _ *struct{}) (*absencesOutput, error) {
	p, err := s.policyNow(ctx)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	var out absencesOutput
	out.Body.Absences = api.OfAbsences(absences(p, time.Now()))
	return &out, nil
}

type absenceInput struct {
	Body struct {
		Person string    `json:"person" minLength:"1" maxLength:"200" doc:"the configuration's name"`
		From   time.Time `json:"from"`
		Until  time.Time `json:"until" doc:"not included"`
		Deputy string    `json:"deputy,omitempty" maxLength:"200" doc:"who is told in their place"`
		Note   string    `json:"note,omitempty" maxLength:"500"`
	}
}

type absenceOutput struct{ Body api.Absence }

func (s *server) createAbsence(ctx context.Context, in *absenceInput) (*absenceOutput, error) {
	b := in.Body
	a, err := s.Rota.AddAbsence(ctx, escalation.Absence{Person: b.Person, From: b.From, Until: b.Until, Deputy: b.Deputy, Note: b.Note}, actorOf(ctx))
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	return &absenceOutput{api.OfAbsence(a)}, nil
}

func (s *server) deleteAbsence(ctx context.Context, in *idInput) (*struct{}, error) {
	if err := s.Rota.RemoveAbsence(ctx, in.ID, actorOf(ctx)); err != nil {
		return nil, s.failed(ctx, noSuch(err, "absence %d", in.ID))
	}
	return nil, nil
}

// absences are those that are not over, the configuration's too, the earliest first.
func absences(p *escalation.Policy, now time.Time) []escalation.Absence {
	out := slices.DeleteFunc(slices.Clone(p.Directory.Absences), func(a escalation.Absence) bool { return !a.Until.After(now) })
	slices.SortStableFunc(out, func(a, b escalation.Absence) int { return a.From.Compare(b.From) })
	return out
}
