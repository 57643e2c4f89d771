package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
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
		lines := []line{{
			fmt.Sprintf("You are on call for %s from %s.", rotation, p.stretch(rotation, begin, end, now)),
			p.at(alerting.Say("handoff.begins"), rotation, begin, end, now),
		}}
		if to.Holder != "" {
			lines = append(lines, p.standsIn(to.Holder, rotation, now))
		}
		if from.Person != "" && from.Person != to.Person && from.Person != to.Holder {
			lines = append(lines, line{fmt.Sprintf("Before you: %s.", p.nameOf(from.Person)), alerting.Say("handoff.before", "who", from.Person)})
		}
		lines = append(lines, p.openText(open)...)
		subject := line{"You are on call: " + rotation, alerting.Say("handoff.subject_begins", "rotation", rotation)}
		out = append(out, p.messages(to.Person, subject, lines, url)...)
	}
	if _, away := p.Directory.away(from.Person, now); from.Person != "" && from.Person != to.Person && !away {
		subject := line{"You are off call: " + rotation, alerting.Say("handoff.subject_ends", "rotation", rotation)}
		ends := line{
			fmt.Sprintf("You are no longer on call for %s from %s on.", rotation, p.stretch(rotation, begin, time.Time{}, now)),
			p.at(alerting.Say("handoff.ends"), rotation, begin, time.Time{}, now),
		}
		out = append(out, p.messages(from.Person, subject, []line{ends, p.afterYou(to)}, url)...)
	}
	return out
}

// standsIn is "You stand in for Ben, who is away until Friday 4 December, 00:00 (Europe/Berlin).".
func (p *Policy) standsIn(holder, rotation string, now time.Time) line {
	absence, _ := p.Directory.away(holder, now)
	return line{
		fmt.Sprintf("You stand in for %s, who is away until %s.", p.nameOf(holder), p.stretch(rotation, absence.Until, time.Time{}, now)),
		p.at(alerting.Say("handoff.stands_in", "who", holder), rotation, time.Time{}, absence.Until, now),
	}
}

// afterYou is "After you: Ben.", or who else there is.
func (p *Policy) afterYou(to Holding) line {
	switch {
	case to.Person != "" && to.Holder != "":
		return line{
			fmt.Sprintf("After you: %s, who stands in for %s.", p.nameOf(to.Person), p.nameOf(to.Holder)),
			alerting.Say("handoff.after_standing", "who", to.Person, "other", to.Holder),
		}
	case to.Person != "":
		return line{fmt.Sprintf("After you: %s.", p.nameOf(to.Person)), alerting.Say("handoff.after", "who", to.Person)}
	case to.Holder != "":
		return line{fmt.Sprintf("After you: nobody, as %s is away.", p.nameOf(to.Holder)), alerting.Say("handoff.after_away", "who", to.Holder)}
	}
	return line{"After you: nobody.", alerting.Say("handoff.after_nobody")}
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
