package escalation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/oncall"
)

// AskSwap asks somebody to take a stretch of a rotation, and tells them.
func (r *Rota) AskSwap(ctx context.Context, s Swap, by alerting.Actor) (Swap, error) {
	p, err := r.current(ctx)
	if err != nil {
		return s, err
	}
	s.Note, s.By, s.State, s.At = alerting.OneLine(s.Note, noteLength), by.Name, SwapAsked, time.Now()
	if err := p.checkSwap(s, by, s.At); err != nil {
		return s, err
	}
	s.ID, err = r.store.AskSwap(ctx, s, p.messages(s.Asked, "A swap is asked of you: "+s.Rotation, p.askText(s), r.url("/oncall")), by)
	return s, err
}

// AnswerSwap accepts, declines or withdraws a swap that is asked. A person answers for themselves;
// somebody who is not of the directory, as a manager's account, may answer for anybody.
func (r *Rota) AnswerSwap(ctx context.Context, id int64, state SwapState, by alerting.Actor) (Swap, error) {
	p, err := r.current(ctx)
	if err != nil {
		return Swap{}, err
	}
	return r.store.AnswerSwap(ctx, id, by, func(s Swap, now time.Time) (Swap, []oncall.Override, []Message, error) {
		return p.answerSwap(s, state, by, r.url("/oncall"), now)
	})
}

func (p *Policy) checkSwap(s Swap, by alerting.Actor, now time.Time) error {
	if _, ok := p.Directory.Rotations[s.Rotation]; !ok {
		return refuse("there is no rotation %q", s.Rotation)
	}
	for _, id := range []string{s.Asker, s.Asked} {
		if err := p.checkPerson(id); err != nil {
			return err
		}
	}
	if _, person := p.Directory.People[by.Name]; person && by.Name != s.Asker {
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
	}
	_, err := p.swapped(s, now)
	return err
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
	if from.Before(now) {
		from = now
	}
	for _, shift := range p.Directory.Rotations[s.Rotation].Shifts(from, until) {
		if shift.Person == giver {
			out = append(out, oncall.Override{
				Rotation: s.Rotation, Person: taker, From: shift.From, Until: shift.Until, By: s.Asker,
				Note: fmt.Sprintf("swap of %s with %s%s", s.Asker, s.Asked, andNote(s.Note)),
			})
		}
	}
	if len(out) == 0 {
		return nil, refuse("%s does not hold %s between %s: choose a stretch of theirs", giver, s.Rotation, p.stretch(s.Rotation, from, until))
	}
	return out, nil
}

// answerSwap decides what an answer to a swap does, and whom it tells.
func (p *Policy) answerSwap(s Swap, state SwapState, by alerting.Actor, url string, now time.Time) (Swap, []oncall.Override, []Message, error) {
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
	to, verb := s.Asker, string(state)
	if state == SwapWithdrawn {
		to = s.Asked
	}
	if to == by.Name {
		return s, overrides, nil, nil
	}
	text := fmt.Sprintf("%s has %s the swap that %s asked of %s: %s, %s.\n", p.nameOf(by.Name), verb, p.nameOf(s.Asker), p.nameOf(s.Asked), s.Rotation, p.stretch(s.Rotation, s.From, s.Until))
	if state == SwapAccepted {
		text += fmt.Sprintf("%s takes it.\n", p.nameOf(s.Asked))
	}
	return s, overrides, p.messages(to, fmt.Sprintf("Swap %s: %s", verb, s.Rotation), text, url), nil
}

func (p *Policy) checkAnswer(s Swap, state SwapState, by alerting.Actor, now time.Time) error {
	_, person := p.Directory.People[by.Name]
	switch {
	case s.State != SwapAsked:
		return refuse("this swap was %s by %s already", s.State, s.AnsweredBy)
	case state != SwapAccepted && state != SwapDeclined && state != SwapWithdrawn:
		return refuse("a swap is accepted, declined or withdrawn, not %q", state)
	case state == SwapWithdrawn && person && by.Name != s.Asker:
		return refuse("only %s, who asked, can withdraw this swap", s.Asker)
	case state != SwapWithdrawn && person && by.Name != s.Asked:
		return refuse("only %s, who was asked, can answer this swap", s.Asked)
	case state == SwapAccepted && !s.Until.After(now):
		return refuse("it is too late: what was to be swapped is over")
	}
	return nil
}

func (p *Policy) askText(s Swap) string {
	text := fmt.Sprintf("%s asks you to take %s from %s.\n", p.nameOf(s.Asker), s.Rotation, p.stretch(s.Rotation, s.From, s.Until))
	if !s.ReturnFrom.IsZero() {
		text += fmt.Sprintf("In return %s takes it from %s.\n", p.nameOf(s.Asker), p.stretch(s.Rotation, s.ReturnFrom, s.ReturnUntil))
	}
	if s.Note != "" {
		text += "They say: " + s.Note + "\n"
	}
	return text + "Accept or decline it on the on-call page.\n"
}

// messages is a word to a person over email and slack, or over SMS if neither reaches them.
func (p *Policy) messages(to, subject, text, url string) []Message {
	person := p.Directory.People[to]
	over := person.over([]Channel{Email, Slack})
	if len(over) == 0 {
		over = person.over([]Channel{SMS})
	}
	if len(over) == 0 {
		return nil
	}
	return []Message{{Person: to, Channels: over, Subject: subject, Text: text, URL: url}}
}

// nameOf is a person's name, or the ID of whoever is not of the directory.
func (p *Policy) nameOf(id string) string {
	if person, ok := p.Directory.People[id]; ok && person.Name != "" {
		return person.Name
	}
	return id
}

// stretch is "Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin)" in a rotation's zone.
func (p *Policy) stretch(rotation string, from, until time.Time) string {
	zone := p.Directory.Rotations[rotation].Zone
	if zone == nil {
		zone = time.UTC
	}
	var b strings.Builder
	b.WriteString(dayTime(from.In(zone)))
	if !until.IsZero() {
		b.WriteString(" until " + dayTime(until.In(zone)))
	}
	return b.String() + " (" + zone.String() + ")"
}

func dayTime(t time.Time) string { return t.Format("Monday 2 January, 15:04") }
