package escalation

import (
	"fmt"
	"time"
)

// farthestHandoff is how far ahead people are told when they hand off again.
const farthestHandoff = 60 * 24 * time.Hour

// handoffMessages are the words to whoever takes a rotation over, with what is open of it, and to whoever hands
// it off. Who is away is told nothing.
func (p *Policy) handoffMessages(rotation string, from, to Holding, open []Case, url string, now time.Time) []Message {
	if from == to {
		return nil
	}
	begin, end := p.dutyAt(rotation, now)
	var out []Message
	if to.Person != "" {
		text := fmt.Sprintf("You are on call for %s from %s.\n", rotation, p.stretch(rotation, begin, end, now))
		if to.Holder != "" {
			text += p.standsIn(to.Holder, rotation, now)
		}
		if from.Person != "" && from.Person != to.Person && from.Person != to.Holder {
			text += fmt.Sprintf("Before you: %s.\n", p.nameOf(from.Person))
		}
		text += p.openText(open)
		out = append(out, p.messages(to.Person, "You are on call: "+rotation, text, url)...)
	}
	if _, away := p.Directory.away(from.Person, now); from.Person != "" && from.Person != to.Person && !away {
		text := fmt.Sprintf("You are no longer on call for %s from %s on.\nAfter you: %s.\n", rotation, p.stretch(rotation, begin, time.Time{}, now), p.afterYou(to))
		out = append(out, p.messages(from.Person, "You are off call: "+rotation, text, url)...)
	}
	return out
}

// standsIn is "You stand in for Ben, who is away until Friday 4 December, 00:00 (Europe/Berlin).".
func (p *Policy) standsIn(holder, rotation string, now time.Time) string {
	absence, _ := p.Directory.away(holder, now)
	return fmt.Sprintf("You stand in for %s, who is away until %s.\n", p.nameOf(holder), p.stretch(rotation, absence.Until, time.Time{}, now))
}

func (p *Policy) afterYou(to Holding) string {
	switch {
	case to.Person != "" && to.Holder != "":
		return fmt.Sprintf("%s, who stands in for %s", p.nameOf(to.Person), p.nameOf(to.Holder))
	case to.Person != "":
		return p.nameOf(to.Person)
	case to.Holder != "":
		return fmt.Sprintf("nobody, as %s is away", p.nameOf(to.Holder))
	}
	return "nobody"
}

// dutyAt is since when and until when whoever answers for a rotation does; until is zero if that is far. Who
// was told of something else before, as before a reload, learns of it from now on.
func (p *Policy) dutyAt(rotation string, now time.Time) (from, until time.Time) {
	at := p.answers(rotation, now)
	back := p.Duties(rotation, now.Add(-time.Hour), now.Add(time.Nanosecond))
	from = now
	for i := len(back) - 1; i >= 0 && (Holding{back[i].Person, back[i].Holder}) == at; i-- {
		from = back[i].From
	}
	if !from.After(now.Add(-time.Hour)) {
		from = now.Truncate(time.Minute)
	}
	for _, d := range p.Duties(rotation, now, now.Add(farthestHandoff)) {
		if (Holding{d.Person, d.Holder}) != at {
			return from, d.From
		}
	}
	return from, time.Time{}
}
