package escalation_test

import (
	"context"
	"errors"
	"slices"
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
func (s *rosters) AddOverride(_ context.Context, o oncall.Override, ms []escalation.Message, _ alerting.Actor) (int64, error) {
	o.ID, s.messages = int64(len(s.roster.Overrides)+1), ms
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
		if x.State == escalation.SwapUndone {
			s.roster.Overrides = slices.DeleteFunc(s.roster.Overrides, func(o oncall.Override) bool { return o.Swap == x.ID })
		}
		for _, o := range overrides {
			o.ID = int64(len(s.roster.Overrides) + 1)
			s.roster.Overrides = append(s.roster.Overrides, o)
		}
	}
	return x, err
}

func (s *rosters) Swaps(context.Context) ([]escalation.Swap, error) {
	if s.swap.ID == 0 {
		return nil, nil
	}
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

var manager = alerting.Actor{Name: "manager"}

func TestAnOverrideBeginsNowAtTheEarliestAndTheSameAgainChangesNothing(t *testing.T) {
	r, s, _ := rota(t)
	now := time.Now()
	o := oncall.Override{Rotation: "primary", Person: "devops-lead", From: now.Add(-3 * hour), Until: now.Add(hour), Note: "ill"}
	first, err := r.AddOverride(t.Context(), o, manager)
	if err != nil || first.From.Before(now.Truncate(time.Microsecond)) || len(s.messages) != 0 {
		t.Fatalf("%+v, %v, told %+v", first, err, s.messages)
	}
	again, err := r.AddOverride(t.Context(), o, manager)
	if err != nil || again.ID != first.ID || len(s.roster.Overrides) != 1 {
		t.Errorf("%+v, %v, %+v", again, err, s.roster.Overrides)
	}
	other := o
	other.Person = "system-admin"
	for _, next := range []oncall.Override{other, o} {
		if _, err := r.AddOverride(t.Context(), next, manager); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.roster.Overrides) != 3 {
		t.Errorf("after another's the first is made again: %+v", s.roster.Overrides)
	}
	a, err := r.AddAbsence(t.Context(), escalation.Absence{Person: "devops-lead", From: now.Add(-hour), Until: now.Add(hour)}, manager)
	if err != nil || a.From.Before(now.Truncate(time.Microsecond)) {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestWhoeverIsPutIntoALaterOverrideByAnotherIsToldWhenItIsMade(t *testing.T) {
	r, s, p := rota(t)
	from, _ := dutyOf(p, "system-admin")
	o := oncall.Override{Rotation: "primary", Person: "devops-lead", From: from, Until: from.Add(hour), Note: "a wedding"}
	if _, err := r.AddOverride(t.Context(), o, manager); err != nil {
		t.Fatal(err)
	}
	if m := s.messages; len(m) != 1 || m[0].Person != "devops-lead" || !strings.HasPrefix(m[0].Text, "manager has put you on call for primary from Monday ") || !strings.HasSuffix(m[0].Text, "They say: a wedding\n") {
		t.Errorf("%+v", m)
	}
	o.From = o.From.Add(time.Minute)
	if _, err := r.AddOverride(t.Context(), o, alerting.Actor{Name: "devops-lead"}); err != nil || len(s.messages) != 0 {
		t.Errorf("their own: %v, %+v", err, s.messages)
	}
}

func TestWhatLeavesAP0WithNobodyIsAcceptedWithAWarning(t *testing.T) {
	r, s, p := rota(t)
	from, _ := dutyOf(p, "system-admin")
	for _, c := range []struct {
		person string
		lasts  time.Duration
		want   string
	}{
		{"database-admin", 24 * hour, "P0 and P1 would reach nobody of on-call but catch_all, first on Mon "},
		{"devops-lead", 24 * hour, ""},
	} {
		o, err := r.AddOverride(t.Context(), oncall.Override{Rotation: "primary", Person: c.person, From: from, Until: from.Add(c.lasts)}, manager)
		if err != nil || (o.Warning != "") != (c.want != "") || !strings.Contains(o.Warning, c.want) {
			t.Errorf("%s: %q, %v", c.person, o.Warning, err)
		}
	}
	s.roster = escalation.Roster{}
	for deputy, want := range map[string]string{"": "system-admin is away until", "database-admin": "stands in for system-admin and is reached in business hours only", "devops-lead": ""} {
		s.roster = escalation.Roster{}
		a, err := r.AddAbsence(t.Context(), escalation.Absence{Person: "system-admin", Deputy: deputy, From: from, Until: from.Add(24 * hour)}, manager)
		if err != nil || (a.Warning != "") != (want != "") || !strings.Contains(a.Warning, want) {
			t.Errorf("deputy %q: %q, %v", deputy, a.Warning, err)
		}
	}
	s.roster = escalation.Roster{}
	swap, err := r.AskSwap(t.Context(), escalation.Swap{Rotation: "primary", Asker: "system-admin", Asked: "database-admin", From: from, Until: from.Add(24 * hour)}, manager)
	if err != nil || !strings.Contains(swap.Warning, "database-admin is reached in business hours only") {
		t.Errorf("%q, %v", swap.Warning, err)
	}
}

func TestSwapsThatOverlapAreRefusedAndAnswersSayWhoTakesWhat(t *testing.T) {
	r, s, p := rota(t)
	from, _ := dutyOf(p, "system-admin")
	ask := escalation.Swap{Rotation: "primary", Asker: "system-admin", Asked: "devops-lead", From: from, Until: from.Add(24 * hour)}
	back := ask
	back.ReturnFrom, back.ReturnUntil = from.Add(23*hour), from.Add(48*hour)
	if _, err := r.AskSwap(t.Context(), back, manager); err == nil || !strings.Contains(err.Error(), "overlaps what is taken") {
		t.Errorf("a return that overlaps: %v", err)
	}
	for state, want := range map[escalation.SwapState]string{
		escalation.SwapAccepted: "DevOps Lead takes primary from Monday ", escalation.SwapDeclined: "DevOps Lead does not take primary from Monday ",
		escalation.SwapWithdrawn: "System Admin no longer asks you to take primary from Monday ",
	} {
		s.swap, s.roster = escalation.Swap{}, escalation.Roster{}
		if _, err := r.AskSwap(t.Context(), ask, manager); err != nil {
			t.Fatal(err)
		}
		again := ask
		again.Asked, again.From = "database-admin", from.Add(hour)
		if _, err := r.AskSwap(t.Context(), again, manager); err == nil || !strings.Contains(err.Error(), "has asked devops-lead for a swap of primary in that stretch already") {
			t.Errorf("a second: %v", err)
		}
		_, err := r.AnswerSwap(t.Context(), 7, state, manager)
		if err != nil || !slices.ContainsFunc(s.messages, func(m escalation.Message) bool {
			return strings.HasPrefix(m.Text, want) && strings.Contains(m.Text, "swap is "+string(state)+".\n")
		}) {
			t.Errorf("%s: %v, %+v", state, err, s.messages)
		}
	}
}

func TestWhatNamesPeopleOrRotationsThatAreNotThereIsPassedOverAndNamed(t *testing.T) {
	_, _, p := rota(t)
	now := time.Now()
	holder, _, _ := p.Directory.Rotations["primary"].Holder(now)
	over := func(rotation, person string, until time.Time) oncall.Override {
		return oncall.Override{Rotation: rotation, Person: person, From: now.Add(-2 * hour), Until: until}
	}
	next := p.With(escalation.Roster{
		Overrides: []oncall.Override{over("primary", "gone", now.Add(hour)), over("gone", "devops-lead", now.Add(hour)), over("gone", "gone", now.Add(-hour))},
		Absences:  []escalation.Absence{{Person: "gone", From: now, Until: now.Add(hour)}, {Person: "manager", From: now, Until: now.Add(-hour)}},
	})
	if got, _, _ := next.Directory.Rotations["primary"].Holder(now); got != holder || len(next.Directory.Absences) != len(p.Directory.Absences) {
		t.Errorf("%s holds primary, away are %+v", got, next.Directory.Absences)
	}
	strays := next.Strays(now)
	if len(strays) != 3 || !strings.Contains(strays[0], `nobody called "gone"`) || !strings.Contains(strays[1], `no rotation "gone"`) || !strings.HasPrefix(strays[2], "the absence of gone") {
		t.Errorf("%q", strays)
	}
}

func TestAManagerWhoIsAPersonTooAnswersASwapForOthers(t *testing.T) {
	r, _, p := rota(t)
	from, _ := dutyOf(p, "system-admin")
	manager := alerting.Actor{Name: "engineering-manager"}
	ask := escalation.Swap{Rotation: "primary", Asker: "system-admin", Asked: "devops-lead", From: from, Until: from.Add(24 * hour)}
	if _, err := r.AskSwap(t.Context(), ask, manager); err == nil {
		t.Error("somebody asks in another's name")
	}
	manager.Manages = true
	if _, err := r.AskSwap(t.Context(), ask, manager); err != nil {
		t.Fatal(err)
	}
	if got, err := r.AnswerSwap(t.Context(), 7, escalation.SwapAccepted, manager); err != nil || got.State != escalation.SwapAccepted {
		t.Errorf("%+v, %v", got, err)
	}
}
