package storage_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// undo takes an accepted swap back as Rota does.
func undo(s escalation.Swap, now time.Time) (escalation.Swap, []oncall.Override, []escalation.Message, error) {
	s.State, s.AnsweredAt, s.AnsweredBy = escalation.SwapUndone, now, "eve"
	return s, nil, []escalation.Message{word("ada", "Undone"), word("bob", "Undone")}, nil
}

func TestASwapThatIsUndoneEndsWhatLiesAheadOfItAndNoMore(t *testing.T) {
	w := newWorld(t)
	other := w.override(30 * time.Hour)
	s := w.asked()
	_, err := w.AnswerSwap(w.context(), s.ID, ada, accept)
	w.must(err)
	for _, o := range w.roster().Overrides {
		if (o.Swap == s.ID) != (o.ID != other.ID) {
			t.Errorf("%+v", o)
		}
	}
	w.pass(90 * time.Minute) // in the midst of the first half
	before := w.now
	_, err = w.AnswerSwap(w.context(), s.ID, ada, undo)
	w.must(err)
	if r := w.roster(); !slices.Equal(r.Overrides, []oncall.Override{other}) {
		t.Errorf("left %+v", r.Overrides)
	}
	past, err := w.RosterSince(w.context(), before.Add(-time.Hour))
	w.must(err)
	if len(past.Overrides) != 2 || !past.Overrides[1].From.Equal(s.From) || !past.Overrides[1].Until.Equal(before) {
		t.Errorf("looking back: %+v", past.Overrides)
	}
	if all, err := w.Swaps(w.context()); err != nil || len(all) != 1 || all[0].State != escalation.SwapUndone || all[0].AnsweredBy != "eve" {
		t.Errorf("%+v, %v", all, err)
	}
	if got := w.actions(); got[len(got)-1] != "swap-undone" {
		t.Errorf("%v", got)
	}
}

func TestAnAcceptedSwapIsListedUntilBothHalvesAreOver(t *testing.T) {
	w := newWorld(t)
	s := escalation.Swap{
		Rotation: "primary", Asker: "ada", Asked: "bob", From: w.now.Add(time.Hour), Until: w.now.Add(2 * time.Hour),
		ReturnFrom: w.now.Add(60 * 24 * time.Hour), ReturnUntil: w.now.Add(61 * 24 * time.Hour), By: "ada",
	}
	id, err := w.AskSwap(w.context(), s, nil, ada)
	w.must(err)
	_, err = w.AnswerSwap(w.context(), id, ada, accept)
	w.must(err)
	for _, want := range []int{1, 0} {
		w.pass(50 * 24 * time.Hour)
		if all, err := w.Swaps(w.context()); err != nil || len(all) != want {
			t.Errorf("%d swaps, want %d: %v", len(all), want, err)
		}
	}
}

func TestOfTwoAbsencesThatOverlapOneIsRefusedWhoeverComesFirst(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	refused := make([]error, 4)
	for i := range refused {
		wg.Go(func() {
			from := w.now.Add(time.Duration(i) * time.Minute)
			_, refused[i] = w.AddAbsence(w.context(), escalation.Absence{Person: "eve", From: from, Until: from.Add(time.Hour)}, ada)
		})
	}
	wg.Wait()
	n := 0
	for _, err := range refused {
		if _, no := errors.AsType[*alerting.Refused](err); no && strings.HasPrefix(err.Error(), "eve is away already from ") {
			n++
		}
	}
	if r := w.roster(); n != 3 || len(r.Absences) != 1 {
		t.Errorf("%v, %+v", refused, r.Absences)
	}
}
