package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// Over reports whether nothing of the swap lies ahead.
func (s Swap) Over(now time.Time) bool { return !s.Until.After(now) && !s.ReturnUntil.After(now) }

// MayBeUndoneBy reports whether a person is one of the two who swapped, or asked in the asker's name.
func (s Swap) MayBeUndoneBy(name string) bool {
	return name != "" && (name == s.Asker || name == s.Asked || name == s.By)
}

// undoSwap decides to take back an accepted swap: what lies ahead of both halves is as it was before, and both
// sides are told, but for whoever did it.
func (p *Policy) undoSwap(s Swap, by alerting.Actor, url string, now time.Time) (Swap, []Message, error) {
	_, person := p.Directory.People[by.Name]
	switch {
	case s.State == SwapUndone:
		return s, nil, refuse("this swap was undone by %s already", s.AnsweredBy)
	case s.State != SwapAccepted:
		return s, nil, refuse("this swap is %s: only one that was accepted can be undone", s.State)
	case person && !by.Manages && !s.MayBeUndoneBy(by.Name):
		return s, nil, refuse("only %s, %s or a manager can undo this swap", s.Asker, s.Asked)
	case s.Over(now):
		return s, nil, refuse("it is too late: what was swapped is over")
	}
	s.State, s.AnsweredAt, s.AnsweredBy = SwapUndone, now, by.Name
	var told []Message
	for _, to := range []string{s.Asker, s.Asked} {
		if to != by.Name {
			told = append(told, p.messages(to, line{"Swap undone: " + s.Rotation, alerting.Say("swap.subject_undone", "rotation", s.Rotation)}, p.undoText(s, now), url)...)
		}
	}
	return s, told, nil
}

// undoText says what is given back of a swap that was undone.
func (p *Policy) undoText(s Swap, now time.Time) []line {
	out := []line{{
		fmt.Sprintf("%s has undone the swap of %s between %s and %s.", p.nameOf(s.AnsweredBy), s.Rotation, p.nameOf(s.Asked), p.nameOf(s.Asker)),
		alerting.Say("swap.undone", "by", s.AnsweredBy, "rotation", s.Rotation, "who", s.Asked, "other", s.Asker),
	}}
	for _, half := range []struct {
		who         string
		from, until time.Time
	}{{s.Asker, s.From, s.Until}, {s.Asked, s.ReturnFrom, s.ReturnUntil}} {
		if half.until.After(now) {
			from := notBefore(half.from, now)
			out = append(out, line{
				fmt.Sprintf("%s no longer gives it away from %s.", p.nameOf(half.who), p.stretch(s.Rotation, from, half.until, now)),
				p.at(alerting.Say("swap.keeps", "who", half.who), s.Rotation, from, half.until, now),
			})
		}
	}
	return out
}
