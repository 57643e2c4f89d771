package escalation_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/escalation/policytest"
)

// rosters keeps one roster in memory.
type rosters struct {
	roster   escalation.Roster
	swap     escalation.Swap
	messages []escalation.Message
}

func (s *rosters) Roster(context.Context) (escalation.Roster, error) { return s.roster, nil }
func (s *rosters) AddOverride(_ context.Context, o oncall.Override, _ alerting.Actor) (int64, error) {
	s.roster.Overrides = append(s.roster.Overrides, o)
	return int64(len(s.roster.Overrides)), nil
}
func (s *rosters) RemoveOverride(context.Context, int64, alerting.Actor) error { return nil }
func (s *rosters) AddAbsence(_ context.Context, a escalation.Absence, _ alerting.Actor) (int64, error) {
	s.roster.Absences = append(s.roster.Absences, a)
	return 1, nil
}
func (s *rosters) RemoveAbsence(context.Context, int64, alerting.Actor) error { return nil }
func (s *rosters) AskSwap(_ context.Context, x escalation.Swap, ask []escalation.Message, _ alerting.Actor) (int64, error) {
	x.ID, s.swap, s.messages = 7, x, ask
	s.swap.ID = 7
	return 7, nil
}

func (s *rosters) AnswerSwap(_ context.Context, _ int64, _ alerting.Actor, decide func(escalation.Swap, time.Time) (escalation.Swap, []oncall.Override, []escalation.Message, error)) (escalation.Swap, error) {
	x, overrides, messages, err := decide(s.swap, time.Now())
	if err == nil {
		s.swap, s.messages = x, messages
		s.roster.Overrides = append(s.roster.Overrides, overrides...)
	}
	return x, err
}

func (s *rosters) Swaps(context.Context) ([]escalation.Swap, error) {
	return []escalation.Swap{s.swap}, nil
}

func rota(t *testing.T) (*escalation.Rota, *rosters, *escalation.Policy) {
	p, s := policytest.Manual(t), &rosters{}
	return escalation.NewRota(s, func() *escalation.Policy { return p }, func(path string) string { return "https://tocsin.example.com" + path }), s, p
}

// dutyOf is the next whole turn of somebody, after now.
func dutyOf(p *escalation.Policy, person string) (from, until time.Time) {
	shifts := p.Directory.Rotations["primary"].Shifts(time.Now().Add(24*hour), time.Now().Add(60*24*hour))
	for _, s := range shifts[1:] {
		if s.Person == person {
			return s.From, s.Until
		}
	}
	return
}

func TestAnAcceptedSwapPutsEachInTheOthersPlaceAndTellsTheAsker(t *testing.T) {
	r, s, p := rota(t)
	from, _ := dutyOf(p, "system-admin")
	back, _ := dutyOf(p, "devops-lead")
	ctx, asker := t.Context(), alerting.Actor{Name: "system-admin"}
	ask := escalation.Swap{Rotation: "primary", Asker: "system-admin", Asked: "devops-lead", From: from, Until: from.Add(24 * hour), ReturnFrom: back, ReturnUntil: back.Add(24 * hour), Note: "a wedding"}
	if _, err := r.AskSwap(ctx, ask, asker); err != nil {
		t.Fatal(err)
	}
	if m := s.messages[0]; m.Person != "devops-lead" || !strings.HasPrefix(m.Text, "System Admin asks you to take primary from Monday ") || !strings.Contains(m.Text, "They say: a wedding\n") || m.URL != "https://tocsin.example.com/oncall" {
		t.Errorf("%+v", m)
	}
	if _, err := r.AnswerSwap(ctx, 7, escalation.SwapAccepted, asker); err == nil || err.Error() != "only devops-lead, who was asked, can answer this swap" {
		t.Errorf("the asker accepts: %v", err)
	}
	got, err := r.AnswerSwap(ctx, 7, escalation.SwapAccepted, alerting.Actor{Name: "devops-lead"})
	if err != nil || got.State != escalation.SwapAccepted || s.messages[0].Person != "system-admin" {
		t.Fatalf("%+v, %v", got, err)
	}
	after := p.With(s.roster).Directory.Rotations["primary"]
	for at, want := range map[time.Time]string{from: "devops-lead", from.Add(24 * hour): "system-admin", back: "system-admin", back.Add(24 * hour): "devops-lead"} {
		if who, _, _ := after.Holder(at); who != want {
			t.Errorf("%s is with %s, want %s", at, who, want)
		}
	}
	if _, err := r.AnswerSwap(ctx, 7, escalation.SwapDeclined, alerting.Actor{Name: "manager"}); err == nil || !strings.Contains(err.Error(), "was accepted by devops-lead already") {
		t.Errorf("a second answer: %v", err)
	}
}

func TestWhatDoesNotFitTheRotaIsRefusedWithASentence(t *testing.T) {
	r, _, p := rota(t)
	from, until := dutyOf(p, "system-admin")
	now := time.Now()
	ctx, by := t.Context(), alerting.Actor{Name: "manager"}
	override := func(rotation, person string, from, until time.Time) error {
		_, err := r.AddOverride(ctx, oncall.Override{Rotation: rotation, Person: person, From: from, Until: until}, by)
		return err
	}
	absence := func(person, deputy string) error {
		_, err := r.AddAbsence(ctx, escalation.Absence{Person: person, Deputy: deputy, From: now, Until: now.Add(hour)}, by)
		return err
	}
	swap := func(asker, asked, by string) error {
		_, err := r.AskSwap(ctx, escalation.Swap{Rotation: "primary", Asker: asker, Asked: asked, From: from, Until: until}, alerting.Actor{Name: by})
		return err
	}
	for want, err := range map[string]error{
		`there is no rotation "x"`:                  override("x", "devops-lead", from, until),
		`there is nobody called "x"`:                override("primary", "x", from, until),
		"the end must come after the beginning":     override("primary", "devops-lead", until, from),
		"that is over already":                      override("primary", "devops-lead", now.Add(-2*hour), now.Add(-hour)),
		"a year is the longest":                     override("primary", "devops-lead", now, now.Add(400*24*hour)),
		"say from when":                             override("primary", "devops-lead", time.Time{}, until),
		"cannot be their own deputy":                absence("devops-lead", "devops-lead"),
		`nobody called "y"`:                         absence("devops-lead", "y"),
		"cannot swap with themselves":               swap("system-admin", "system-admin", "manager"),
		"devops-lead does not hold primary between": swap("devops-lead", "system-admin", "manager"),
		"only system-admin can ask for a swap":      swap("system-admin", "devops-lead", "devops-lead"),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || !errors.As(err, new(*alerting.Refused)) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := override("primary", "devops-lead", from, until); err != nil {
		t.Errorf("a good override: %v", err)
	}
}
