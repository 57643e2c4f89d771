package escalation

import (
	"fmt"
	"time"
)

func (p *Policy) askText(s Swap, now time.Time) string {
	text := fmt.Sprintf("%s asks you to take %s from %s.\n", p.nameOf(s.Asker), s.Rotation, p.stretch(s.Rotation, s.From, s.Until, now))
	if !s.ReturnFrom.IsZero() {
		text += fmt.Sprintf("In return %s takes it from %s.\n", p.nameOf(s.Asker), p.stretch(s.Rotation, s.ReturnFrom, s.ReturnUntil, now))
	}
	if s.Note != "" {
		text += "They say: " + s.Note + "\n"
	}
	return text + "Accept or decline it on the on-call page.\n"
}

// answerText tells the other side of a swap what became of it.
func (p *Policy) answerText(s Swap, now time.Time) string {
	asker, asked, stretch := p.nameOf(s.Asker), p.nameOf(s.Asked), p.stretch(s.Rotation, s.From, s.Until, now)
	switch s.State {
	case SwapWithdrawn:
		return fmt.Sprintf("%s no longer asks you to take %s from %s: the swap is withdrawn.\n", asker, s.Rotation, stretch)
	case SwapDeclined:
		return fmt.Sprintf("%s does not take %s from %s: your swap is declined.\n", asked, s.Rotation, stretch)
	}
	text := fmt.Sprintf("%s takes %s from %s: your swap is accepted.\n", asked, s.Rotation, stretch)
	if !s.ReturnFrom.IsZero() {
		text += fmt.Sprintf("In return you take it from %s.\n", p.stretch(s.Rotation, s.ReturnFrom, s.ReturnUntil, now))
	}
	return text
}
