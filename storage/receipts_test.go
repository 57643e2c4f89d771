package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// orders are the permutations of a list, each with every place for the end of the attempt ("").
func orders(reports []notifiers.Outcome) (out [][]notifiers.Outcome) {
	if len(reports) == 0 {
		return [][]notifiers.Outcome{{""}}
	}
	for _, p := range permutations(reports) {
		for at := range len(p) + 1 {
			out = append(out, slices.Insert(slices.Clone(p), at, notifiers.Outcome("")))
		}
	}
	return out
}

func permutations[T any](list []T) (out [][]T) {
	if len(list) < 2 {
		return [][]T{slices.Clone(list)}
	}
	for i := range list {
		rest := slices.Delete(slices.Clone(list), i, i+1)
		for _, p := range permutations(rest) {
			out = append(out, append(p, list[i]))
		}
	}
	return out
}

// progress is how far a page has come.
func progress(s notifiers.PageState) int {
	return slices.Index([]notifiers.PageState{notifiers.Sending, notifiers.Unknown, notifiers.Sent, notifiers.Delivered, notifiers.Failed}, s)
}

func TestReceiptsInEveryOrderEndInTheSameStateAndOnlyMoveForward(t *testing.T) {
	const sent, delivered, failed = notifiers.OutcomeSent, notifiers.OutcomeDelivered, notifiers.OutcomeFailed
	w := newWorld(t)
	incident := w.down()
	for _, end := range []notifiers.Finish{
		{State: notifiers.Sent, Outcome: notifiers.OutcomeSent},
		{State: notifiers.Unknown, Outcome: notifiers.OutcomeUnknown, Retry: time.Hour},
		{State: notifiers.Failed, Outcome: notifiers.OutcomeUnknown},
		{State: notifiers.Queued, Outcome: notifiers.OutcomeFailed, Retry: time.Hour}, // its sender is wrong
	} {
		for _, reports := range [][]notifiers.Outcome{
			{sent}, {delivered}, {failed}, {sent, sent, delivered}, {sent, failed}, {delivered, failed}, {sent, sent, delivered, failed},
		} {
			want := reports[len(reports)-1]
			for _, order := range orders(reports) {
				t.Run(fmt.Sprintf("%s,%v", end.State, order), func(t *testing.T) {
					w.exec(`DELETE FROM pages`)
					w.pages(incident, alerting.P2, 1)
					c := w.one(escalation.Email, false)
					last := notifiers.Sending
					for _, report := range order {
						if report == "" {
							w.finish(c, end.State, end.Outcome, end.Retry)
						} else {
							w.receipt(c.AttemptID, report)
						}
						now := w.page(c.Page.ID).State
						givenUp := last == end.State && last == notifiers.Failed // by its sender, who knew less
						if now != end.State && !givenUp && progress(now) < progress(last) {
							t.Errorf("back from %s to %s", last, now)
						}
						last = now
					}
					p := w.page(c.Page.ID)
					if string(p.State) != string(want) || p.Attempts[0].Outcome != want {
						t.Errorf("page %s, attempt %+v, want %s", p.State, p.Attempts[0], want)
					}
				})
			}
		}
	}
}

func TestAReceiptSettlesAPageThatWaitsForItsRepeat(t *testing.T) {
	w := newWorld(t)
	w.down()
	c := w.one(escalation.SMS, true)
	w.finish(c, notifiers.Unknown, notifiers.OutcomeUnknown, 5*time.Second)
	w.receipt(c.AttemptID, notifiers.OutcomeDelivered)
	w.pass(time.Minute)
	if n := len(w.claim(escalation.SMS, true)); n != 0 {
		t.Error("it is sent again though it has arrived")
	}
}

func TestAReceiptOfAnEarlierAttemptCountsWhateverTheLaterOnesCameTo(t *testing.T) {
	for name, later := range map[string]notifiers.Finish{
		"refused for now":  {State: notifiers.Queued, Outcome: notifiers.OutcomeFailed, Retry: time.Minute},
		"unknown too":      {State: notifiers.Unknown, Outcome: notifiers.OutcomeUnknown, Retry: time.Minute},
		"refused for good": {State: notifiers.Failed, Outcome: notifiers.OutcomeFailed},
		"not needed":       {State: notifiers.Skipped, Outcome: notifiers.OutcomeSkipped},
		"sent":             {State: notifiers.Sent, Outcome: notifiers.OutcomeSent},
	} {
		for _, when := range []string{"before the later one ends", "after"} {
			t.Run(name+", "+when, func(t *testing.T) {
				w := newWorld(t)
				w.down()
				first := w.one(escalation.SMS, true)
				w.finish(first, notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
				w.pass(time.Second)
				second := w.one(escalation.SMS, true)
				if when != "after" {
					w.receipt(first.AttemptID, notifiers.OutcomeDelivered)
				}
				w.finish(second, later.State, later.Outcome, later.Retry)
				if when == "after" {
					w.receipt(first.AttemptID, notifiers.OutcomeDelivered)
				}
				if p := w.page(first.Page.ID); p.State != notifiers.Delivered {
					t.Errorf("%s", p.State)
				}
				w.pass(time.Hour)
				if n := len(w.claim(escalation.SMS, true)); n != 0 {
					t.Error("it is sent again though it has arrived")
				}
			})
		}
	}
}

func TestAnEarlierAttemptThatDidNotArriveDoesNotUndoALaterOneThatLeft(t *testing.T) {
	w := newWorld(t)
	w.down()
	first := w.one(escalation.SMS, true)
	w.finish(first, notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
	w.pass(time.Second)
	w.finish(w.one(escalation.SMS, true), notifiers.Sent, notifiers.OutcomeSent, 0)
	w.receipt(first.AttemptID, notifiers.OutcomeFailed)
	if p := w.page(first.Page.ID); p.State != notifiers.Sent {
		t.Errorf("%s", p.State)
	}
}

func TestAnEarlierAttemptThatDidNotArriveDoesNotEndTheTries(t *testing.T) {
	w := newWorld(t)
	w.down()
	first := w.one(escalation.SMS, true)
	w.finish(first, notifiers.Unknown, notifiers.OutcomeUnknown, time.Second)
	w.pass(time.Second)
	w.finish(w.one(escalation.SMS, true), notifiers.Queued, notifiers.OutcomeFailed, time.Second)
	w.receipt(first.AttemptID, notifiers.OutcomeFailed)
	w.pass(time.Second)
	if c := w.one(escalation.SMS, true); c.Page.Tries != 3 || c.PossibleRepeat {
		t.Errorf("%+v: that nothing has arrived is known now", c)
	}
}

func TestAReceiptForNoAttemptOfOursIsNotFound(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"7f3fca5c-3a5e-4c3c-9d0e-6f0d1c2b3a49", "no uuid", ""} {
		if err := w.Receipt(w.context(), id, notifiers.Report{ProviderID: "SM1", Outcome: notifiers.OutcomeSent}); !errors.Is(err, alerting.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestAReceiptTellsThePageAndTheTimelineOnce(t *testing.T) {
	w := newWorld(t)
	id := w.down()
	c := w.one(escalation.SMS, true)
	w.finish(c, notifiers.Sent, notifiers.OutcomeSent, 0)
	for range 3 {
		w.receipt(c.AttemptID, notifiers.OutcomeDelivered)
		w.receipt(c.AttemptID, notifiers.OutcomeSent)
	}
	if n := w.kinds(id); n[alerting.KindPageDelivered] != 1 || n[alerting.KindPageSent] != 1 {
		t.Errorf("%v", n)
	}
}
