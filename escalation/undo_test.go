package escalation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// swapped is a rota in which devops-lead has accepted a day of system-admin's for one in return.
func swapped(t *testing.T) (*escalation.Rota, *rosters) {
	t.Helper()
	r, s, p := rota(t)
	from, _ := dutyOf(p, "system-admin")
	back, _ := dutyOf(p, "devops-lead")
	_, err := r.AskSwap(t.Context(), escalation.Swap{
		Rotation: "primary", Asker: "system-admin", Asked: "devops-lead", From: from, Until: from.Add(24 * hour), ReturnFrom: back, ReturnUntil: back.Add(24 * hour),
	}, manager)
	if err == nil {
		_, err = r.AnswerSwap(t.Context(), 7, escalation.SwapAccepted, manager)
	}
	if err != nil || len(s.roster.Overrides) < 2 {
		t.Fatalf("%v, %+v", err, s.roster.Overrides)
	}
	return r, s
}

func TestToRemoveHalfOfASwapUndoesBothAndTellsBoth(t *testing.T) {
	r, s := swapped(t)
	if err := r.RemoveOverride(t.Context(), s.roster.Overrides[1].ID, manager); err != nil {
		t.Fatal(err)
	}
	if len(s.roster.Overrides) != 0 || s.swap.State != escalation.SwapUndone || s.swap.AnsweredBy != "manager" {
		t.Errorf("%+v, left %+v", s.swap, s.roster.Overrides)
	}
	if len(s.messages) != 2 || s.messages[0].Person != "system-admin" || s.messages[1].Person != "devops-lead" {
		t.Fatalf("told %+v", s.messages)
	}
	for _, want := range []string{
		"manager has undone the swap of primary between DevOps Lead and System Admin.\n",
		"System Admin no longer gives it away from Monday ", "DevOps Lead no longer gives it away from Monday ",
	} {
		if !strings.Contains(s.messages[0].Text, want) {
			t.Errorf("told %q, want %q", s.messages[0].Text, want)
		}
	}
}

func TestOnlyTheTwoOrAManagerUndoASwapAndOnlyOnce(t *testing.T) {
	r, s := swapped(t)
	undo := func(by alerting.Actor) string {
		_, err := r.AnswerSwap(t.Context(), 7, escalation.SwapUndone, by)
		if err == nil {
			return ""
		}
		if _, refused := errors.AsType[*alerting.Refused](err); !refused {
			t.Errorf("%v", err)
		}
		return err.Error()
	}
	if got := undo(alerting.Actor{Name: "database-admin"}); got != "only system-admin, devops-lead or a manager can undo this swap" {
		t.Errorf("somebody else: %s", got)
	}
	if got := undo(alerting.Actor{Name: "system-admin"}); got != "" || len(s.messages) != 1 || s.messages[0].Person != "devops-lead" {
		t.Errorf("one of the two: %s, told %+v", got, s.messages)
	}
	if got := undo(alerting.Actor{Name: "devops-lead"}); got != "this swap was undone by system-admin already" {
		t.Errorf("again: %s", got)
	}
	s.swap.State = escalation.SwapAsked
	if got := undo(manager); got != "this swap is asked: only one that was accepted can be undone" {
		t.Errorf("one that is asked: %s", got)
	}
	past := time.Now().Add(-time.Minute)
	s.swap.State, s.swap.Until, s.swap.ReturnUntil = escalation.SwapAccepted, past, past
	if got := undo(manager); got != "it is too late: what was swapped is over" {
		t.Errorf("one that is over: %s", got)
	}
}

func TestWhoIsAwayAlreadyIsNotNotedAsAwayAgain(t *testing.T) {
	r, s, _ := rota(t)
	from := time.Now().Add(30 * 24 * hour)
	away := escalation.Absence{Person: "devops-lead", From: from, Until: from.Add(48 * hour)}
	note := func(person string, from time.Time) string {
		_, err := r.AddAbsence(t.Context(), escalation.Absence{Person: person, From: from, Until: from.Add(48 * hour)}, manager)
		if err == nil {
			return ""
		}
		return err.Error()
	}
	if got := note(away.Person, away.From); got != "" {
		t.Fatal(got)
	}
	s.roster.Absences[0].ID = 4
	got := note(away.Person, from.Add(47*hour))
	if !strings.HasPrefix(got, "devops-lead is away already from ") || !strings.HasSuffix(got, "(Europe/Berlin; absence 4): remove that one first, or choose another stretch") {
		t.Errorf("told %q", got)
	}
	if got := note(away.Person, away.Until) + note("system-admin", from); got != "" {
		t.Errorf("what does not overlap: %s", got)
	}
	away.ID = 0
	if err := away.Clash([]escalation.Absence{away}, time.UTC); err == nil || !strings.HasSuffix(err.Error(), "(UTC; of the configuration): change it there, or choose another stretch") {
		t.Errorf("one of the configuration: %v", err)
	}
}
