package escalation

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/oncall"
)

// AskSwap asks somebody to take a stretch of a rotation, and tells both sides, but whoever asks.
func (r *Rota) AskSwap(ctx context.Context, s Swap, by alerting.Actor) (Swap, error) {
	p, err := r.current(ctx)
	if err != nil {
		return s, err
	}
	open, err := r.store.Swaps(ctx)
	if err != nil {
		return s, err
	}
	s.Note, s.By, s.State, s.At = alerting.OneLine(s.Note, noteLength), by.Name, SwapAsked, instant()
	if err := p.checkSwap(s, by, s.At); err != nil {
		return s, err
	}
	if err := overlapsOpen(s, open); err != nil {
		return s, err
	}
	s.ID, err = r.store.AskSwap(ctx, s, p.askMessages(s, by, r.url("/oncall"), s.At), by)
	s.Warning = alongside(p.swapWarning(s, s.At), p.needsManager(s.Asked))
	return s, err
}

// AnswerSwap accepts, declines or withdraws a swap that is asked, or undoes one that was accepted. A person
// answers for themselves; somebody who is not of the directory, as a manager's account, may answer for anybody.
func (r *Rota) AnswerSwap(ctx context.Context, id int64, state SwapState, by alerting.Actor) (Swap, error) {
	p, err := r.current(ctx)
	if err != nil {
		return Swap{}, err
	}
	s, err := r.store.AnswerSwap(ctx, id, by, func(s Swap, now time.Time) (Swap, []oncall.Override, []Message, error) {
		return p.answerSwap(s, state, by, r.url("/oncall"), now)
	})
	if err == nil && s.State == SwapAccepted {
		s.Warning = p.swapWarning(s, s.AnsweredAt)
	}
	return s, err
}

func (p *Policy) checkSwap(s Swap, by alerting.Actor, now time.Time) error {
	if err := p.checkSides(s); err != nil {
		return err
	}
	if _, person := p.Directory.People[by.Name]; person && !by.Manages && by.Name != s.Asker {
		return refuse("only %s can ask for a swap of their own duty", s.Asker)
	}
	if s.Asker == s.Asked {
		return refuse("%s cannot swap with themselves: ask somebody else", s.Asker)
	}
	if err := checkStretch(s.From, s.Until, now); err != nil {
		return err
	}
	if !s.ReturnFrom.IsZero() || !s.ReturnUntil.IsZero() {
		if err := checkStretch(s.ReturnFrom, s.ReturnUntil, now); err != nil {
			return refuse("in return: %s", err)
		}
		if s.From.Before(s.ReturnUntil) && s.ReturnFrom.Before(s.Until) {
			return refuse("what is given in return overlaps what is taken: choose another stretch")
		}
	}
	_, err := p.swapped(s, now)
	return err
}

// overlapsOpen refuses a swap of what is asked of somebody already.
func overlapsOpen(s Swap, all []Swap) error {
	for _, old := range all {
		if old.State == SwapAsked && old.Rotation == s.Rotation && old.touches(s) {
			return refuse("%s has asked %s for a swap of %s in that stretch already: withdraw that one first, or wait for its answer", old.Asker, old.Asked, old.Rotation)
		}
	}
	return nil
}

// touches reports whether a stretch of s overlaps one of other.
func (s Swap) touches(other Swap) bool {
	for _, a := range [][2]time.Time{{s.From, s.Until}, {s.ReturnFrom, s.ReturnUntil}} {
		for _, b := range [][2]time.Time{{other.From, other.Until}, {other.ReturnFrom, other.ReturnUntil}} {
			if a[0].Before(b[1]) && b[0].Before(a[1]) {
				return true
			}
		}
	}
	return false
}

// swapWarning says where an accepted swap would leave a step with nobody of its role.
func (p *Policy) swapWarning(s Swap, now time.Time) string {
	given, err := p.swapped(s, now)
	if err != nil {
		return ""
	}
	next := p.Roster
	next.Overrides = slices.Concat(next.Overrides, given)
	after := p.With(next)
	if w := after.warning(s.Asked, s.Rotation, notBefore(s.From, now), s.Until); w != "" || s.ReturnFrom.IsZero() {
		return w
	}
	return after.warning(s.Asker, s.Rotation, notBefore(s.ReturnFrom, now), s.ReturnUntil)
}

// swapped are the overrides that a swap means: of each stretch, what the one holds and the other takes. A
// swap of what its giver does not hold is refused.
func (p *Policy) swapped(s Swap, now time.Time) ([]oncall.Override, error) {
	given, err := p.handedOver(s, s.Asker, s.Asked, s.From, s.Until, now)
	if err != nil || s.ReturnFrom.IsZero() {
		return given, err
	}
	back, err := p.handedOver(s, s.Asked, s.Asker, s.ReturnFrom, s.ReturnUntil, now)
	return append(given, back...), err
}

func (p *Policy) handedOver(s Swap, giver, taker string, from, until, now time.Time) (out []oncall.Override, err error) {
	from = notBefore(from, now)
	for _, shift := range p.Directory.Rotations[s.Rotation].Shifts(from, until) {
		if shift.Person == giver {
			out = append(out, oncall.Override{
				Rotation: s.Rotation, Person: taker, From: shift.From, Until: shift.Until, By: s.Asker, Swap: s.ID,
				Note: fmt.Sprintf("swap of %s with %s%s", s.Asker, s.Asked, andNote(s.Note)),
			})
		}
	}
	if len(out) == 0 {
		return nil, refuse("%s does not hold %s between %s: choose a stretch of theirs", giver, s.Rotation, p.stretch(s.Rotation, from, until, now))
	}
	return out, nil
}

// answerSwap decides what an answer to a swap does, and whom it tells.
func (p *Policy) answerSwap(s Swap, state SwapState, by alerting.Actor, url string, now time.Time) (Swap, []oncall.Override, []Message, error) {
	if state == SwapUndone {
		s, told, err := p.undoSwap(s, by, url, now)
		return s, nil, told, err
	}
	if err := p.checkAnswer(s, state, by, now); err != nil {
		return s, nil, nil, err
	}
	var overrides []oncall.Override
	if state == SwapAccepted {
		var err error
		if overrides, err = p.swapped(s, now); err != nil {
			return s, nil, nil, err
		}
	}
	s.State, s.AnsweredAt, s.AnsweredBy = state, now, by.Name
	return s, overrides, p.answerMessages(p.dealOf(s, by, now), url), nil
}

func (p *Policy) checkAnswer(s Swap, state SwapState, by alerting.Actor, now time.Time) error {
	_, person := p.Directory.People[by.Name]
	switch {
	case s.State != SwapAsked:
		return refuse("this swap was %s by %s already", s.State, s.AnsweredBy)
	case state != SwapAccepted && state != SwapDeclined && state != SwapWithdrawn:
		return refuse("a swap is accepted, declined, withdrawn or undone, not %q", state)
	case state == SwapWithdrawn && person && !by.Manages && by.Name != s.Asker:
		return refuse("only %s, who asked, can withdraw this swap", s.Asker)
	case state != SwapWithdrawn && person && !by.Manages && by.Name != s.Asked:
		return refuse("only %s, who was asked, can answer this swap", s.Asked)
	case state == SwapAccepted && !s.Until.After(now):
		return refuse("it is too late: what was to be swapped is over")
	case state == SwapAccepted:
		return p.checkSides(s)
	}
	return nil
}

// checkSides refuses a swap of people or of a rotation that the configuration does not have.
func (p *Policy) checkSides(s Swap) error {
	if _, ok := p.Directory.Rotations[s.Rotation]; !ok {
		return refuse("there is no rotation %q", s.Rotation)
	}
	for _, id := range []string{s.Asker, s.Asked} {
		if err := p.checkPerson(id); err != nil {
			return err
		}
	}
	return nil
}
