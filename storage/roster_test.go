package storage_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/storage"
)

var ada = alerting.Actor{Name: "ada", Via: "web", From: "192.0.2.1"}

func (w *world) roster() escalation.Roster {
	w.t.Helper()
	r, err := w.Roster(w.context())
	w.must(err)
	return r
}

// override puts bob in primary's place for an hour, from a time after now on.
func (w *world) override(after time.Duration) oncall.Override {
	w.t.Helper()
	o := oncall.Override{Rotation: "primary", Person: "bob", From: w.now.Add(after), Until: w.now.Add(after + time.Hour), Note: "dentist", By: "ada"}
	id, err := w.AddOverride(w.context(), o, nil, ada)
	w.must(err)
	o.ID = id
	return o
}

func (w *world) actions() (out []string) {
	w.t.Helper()
	entries, err := w.AuditLog(w.context(), 0, 100)
	w.must(err)
	for _, e := range slices.Backward(entries) {
		out = append(out, e.Action)
	}
	return out
}

func TestTheRosterIsWhatIsInForceOrToComeInTheOrderOfItsMaking(t *testing.T) {
	w := newWorld(t)
	later, soon := w.override(2*time.Hour), w.override(0)
	w.exec(`INSERT INTO overrides (rotation, person, from_at, until_at, note, made_by) VALUES ('primary', 'eve', $1, $2, '', '')`, w.now.Add(-time.Hour), w.now)
	away := escalation.Absence{Person: "eve", From: w.now.Add(-time.Hour), Until: w.now.Add(48 * time.Hour), Deputy: "bob", Note: "ill", By: "ada"}
	var err error
	away.ID, err = w.AddAbsence(w.context(), away, ada)
	w.must(err)
	r := w.roster()
	if !slices.Equal(r.Overrides, []oncall.Override{later, soon}) || !slices.Equal(r.Absences, []escalation.Absence{away}) || r.Version != 3 {
		t.Errorf("%+v", r)
	}
	past, err := w.RosterSince(w.context(), w.now.Add(-time.Minute))
	w.must(err)
	if len(past.Overrides) != 3 {
		t.Errorf("looking back: %+v", past.Overrides)
	}
	w.pass(90 * time.Minute)
	if r := w.roster(); !slices.Equal(r.Overrides, []oncall.Override{later}) {
		t.Errorf("when one is over: %+v", r.Overrides)
	}
}

func TestWhatIsToComeIsRemovedAndWhatIsInForceEndsNow(t *testing.T) {
	w := newWorld(t)
	soon, toCome := w.override(0), w.override(5*time.Hour)
	away, err := w.AddAbsence(w.context(), escalation.Absence{Person: "eve", From: w.now, Until: w.now.Add(time.Hour)}, ada)
	w.must(err)
	w.pass(10 * time.Minute)
	w.must(w.RemoveOverride(w.context(), soon.ID, ada))
	w.must(w.RemoveOverride(w.context(), toCome.ID, ada))
	w.must(w.RemoveAbsence(w.context(), away, ada))
	if r := w.roster(); len(r.Overrides)+len(r.Absences) != 0 || r.Version != 6 {
		t.Errorf("%+v", r)
	}
	past, err := w.RosterSince(w.context(), monday)
	w.must(err)
	if len(past.Overrides) != 1 || !past.Overrides[0].Until.Equal(w.now) || len(past.Absences) != 1 || !past.Absences[0].Until.Equal(w.now) {
		t.Errorf("what was in force is forgotten: %+v", past)
	}
	for name, err := range map[string]error{
		"again": w.RemoveOverride(w.context(), soon.ID, ada), "another": w.RemoveOverride(w.context(), 99, ada), "absence": w.RemoveAbsence(w.context(), away, ada),
	} {
		if !errors.Is(err, alerting.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if r := w.roster(); r.Version != 6 {
		t.Errorf("what changed nothing made version %d", r.Version)
	}
}

func TestEveryChangeOfTheRosterIsOnTheAuditLog(t *testing.T) {
	w := newWorld(t)
	o := w.override(0)
	w.must(w.RemoveOverride(w.context(), o.ID, ada))
	id, err := w.AddAbsence(w.context(), escalation.Absence{Person: "eve", From: w.now, Until: w.now.Add(time.Hour), Deputy: "bob"}, ada)
	w.must(err)
	if after := w.last(); after["person"] != "eve" || after["deputy"] != "bob" {
		t.Errorf("%v", after)
	}
	w.must(w.RemoveAbsence(w.context(), id, ada))
	w.must(w.Feeds().Revoke(w.context(), "rotation", "primary", ada))
	want := []string{"override-add", "override-remove", "absence-add", "absence-remove", "feed-revoke"}
	if got := w.actions(); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

func TestAChangeOfTheRosterIsToldToEveryReplica(t *testing.T) {
	w := newWorld(t)
	other := w.another()
	w.beat()
	here, there := told(w.Store), told(other)
	w.linked(w.Store, other)
	w.override(0)
	for name, ch := range map[string]chan storage.Commit{"itself": here, "the other": there} {
		if c := w.next(ch); !c.Roster {
			t.Errorf("%s was told %+v", name, c)
		}
	}
	if v, err := other.RosterVersion(w.context()); v != 1 || err != nil {
		t.Errorf("version %d, %v", v, err)
	}
}

// asked is a swap that ada asks of bob, with something in return.
func (w *world) asked() escalation.Swap {
	w.t.Helper()
	s := escalation.Swap{
		Rotation: "primary", Asker: "ada", Asked: "bob", From: w.now.Add(time.Hour), Until: w.now.Add(2 * time.Hour),
		ReturnFrom: w.now.Add(24 * time.Hour), ReturnUntil: w.now.Add(25 * time.Hour), Note: "take my Tuesday", By: "ada",
	}
	id, err := w.AskSwap(w.context(), s, []escalation.Message{word("bob", "Swap?")}, ada)
	w.must(err)
	s.ID, s.State, s.At = id, escalation.SwapAsked, w.now
	return s
}

// accept answers an asked swap as Rota does.
func accept(s escalation.Swap, now time.Time) (escalation.Swap, []oncall.Override, []escalation.Message, error) {
	if s.State != escalation.SwapAsked {
		return s, nil, nil, &alerting.Refused{Text: "it is answered already"}
	}
	s.State, s.AnsweredAt, s.AnsweredBy = escalation.SwapAccepted, now, "bob"
	over := []oncall.Override{
		{Rotation: s.Rotation, Person: s.Asked, From: s.From, Until: s.Until, By: "bob"},
		{Rotation: s.Rotation, Person: s.Asker, From: s.ReturnFrom, Until: s.ReturnUntil, By: "bob"},
	}
	return s, over, []escalation.Message{word("ada", "Accepted")}, nil
}

func TestASwapThatIsAcceptedBecomesOverridesAndIsTold(t *testing.T) {
	w := newWorld(t)
	s := w.asked()
	if all, err := w.Swaps(w.context()); err != nil || !slices.Equal(all, []escalation.Swap{s}) {
		t.Fatalf("%+v, %v", all, err)
	}
	if c := w.one(escalation.Slack, false); c.Page.Message.Subject != "Swap?" || c.Page.Person != "bob" {
		t.Errorf("%+v", c.Page)
	}
	here := told(w.Store)
	w.pass(time.Minute)
	after, err := w.AnswerSwap(w.context(), s.ID, ada, accept)
	w.must(err)
	if r := w.roster(); len(r.Overrides) != 2 || r.Overrides[0].Person != "bob" || r.Overrides[1].Person != "ada" || r.Version != 1 {
		t.Errorf("%+v", r)
	}
	if all, err := w.Swaps(w.context()); err != nil || !slices.Equal(all, []escalation.Swap{after}) || after.State != escalation.SwapAccepted {
		t.Errorf("%+v, %v", all, err)
	}
	if c := w.one(escalation.Slack, false); c.Page.Person != "ada" {
		t.Errorf("%+v", c.Page)
	}
	if roster, pages := w.next(here), w.next(here); !roster.Roster || len(pages.Pages) != 2 {
		t.Errorf("told %+v and %+v", roster, pages)
	}
	if got := w.actions(); !slices.Equal(got, []string{"swap-ask", "swap-accepted"}) {
		t.Errorf("%v", got)
	}
	w.pass(32 * 24 * time.Hour)
	if all, err := w.Swaps(w.context()); err != nil || len(all) != 0 {
		t.Errorf("a month later: %+v, %v", all, err)
	}
}

func TestASwapIsAnsweredOnceWhoeverComesFirst(t *testing.T) {
	w := newWorld(t)
	s := w.asked()
	var wg sync.WaitGroup
	var mu sync.Mutex
	done, refused := 0, 0
	for _, store := range []*storage.Store{w.Store, w.another(), w.Store, w.another()} {
		wg.Go(func() {
			_, err := store.AnswerSwap(context.Background(), s.ID, ada, accept)
			_, no := errors.AsType[*alerting.Refused](err)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				done++
			case no:
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if r := w.roster(); done != 1 || refused != 3 || len(r.Overrides) != 2 || r.Version != 1 {
		t.Errorf("%d done, %d refused, %+v", done, refused, r)
	}
	if _, err := w.AnswerSwap(w.context(), 99, ada, accept); !errors.Is(err, alerting.ErrNotFound) {
		t.Errorf("%v", err)
	}
}

func TestAFeedsVersionGrowsWithEachRevocationOfThatFeedOnly(t *testing.T) {
	w := newWorld(t)
	f := w.Feeds()
	for range 2 {
		w.must(f.Revoke(w.context(), "rotation", "primary", ada))
	}
	for name, want := range map[string]int64{"primary": 2, "secondary": 0} {
		if v, err := f.Version(w.context(), "rotation", name); v != want || err != nil {
			t.Errorf("%s: version %d, %v", name, v, err)
		}
	}
	if v, err := f.Version(w.context(), "person", "primary"); v != 0 || err != nil {
		t.Errorf("a person of that name: version %d, %v", v, err)
	}
}

func TestTheLastGoodImportOfAnAddressIsKept(t *testing.T) {
	w := newWorld(t)
	if _, _, err := w.Import(w.context(), "primary"); !errors.Is(err, alerting.ErrNotFound) {
		t.Errorf("%v", err)
	}
	w.must(w.KeepImport(w.context(), "primary", []byte("old")))
	w.pass(time.Minute)
	w.must(w.KeepImport(w.context(), "primary", []byte("new\x00")))
	body, at, err := w.Import(w.context(), "primary")
	if string(body) != "new\x00" || !at.Equal(w.now) || err != nil {
		t.Errorf("%q at %v, %v", body, at, err)
	}
}
