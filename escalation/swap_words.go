package escalation

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/oncall"
)

// mostStretches is how many stretches of one side of a swap are said one by one.
const mostStretches = 3

// deal is a swap with what is really handed over: of each side the stretches that the other holds.
type deal struct {
	Swap

	taken, back []oncall.Override // by Asked, and by Asker
	by          alerting.Actor    // who asks or answers
	now         time.Time
}

// dealOf is a swap with the overrides that it means. Where it means none any more, it is what was asked for.
func (p *Policy) dealOf(s Swap, by alerting.Actor, now time.Time) deal {
	d := deal{Swap: s, by: by, now: now}
	overrides, err := p.swapped(s, now)
	if err != nil {
		d.taken = []oncall.Override{{Person: s.Asked, From: s.From, Until: s.Until}}
		if !s.ReturnFrom.IsZero() {
			d.back = []oncall.Override{{Person: s.Asker, From: s.ReturnFrom, Until: s.ReturnUntil}}
		}
		return d
	}
	for _, o := range overrides {
		if o.Person == s.Asked {
			d.taken = append(d.taken, o)
		} else {
			d.back = append(d.back, o)
		}
	}
	return d
}

// askMessages tell both sides of a swap that is asked, but whoever asks.
func (p *Policy) askMessages(s Swap, by alerting.Actor, url string, now time.Time) []Message {
	d := p.dealOf(s, by, now)
	asked := line{"A swap is asked of you: " + s.Rotation, alerting.Say("swap.subject_asked", "rotation", s.Rotation)}
	asker := line{"A swap is asked in your name: " + s.Rotation, alerting.Say("swap.subject_asked_for", "rotation", s.Rotation)}
	return slices.Concat(p.unlessBy(by, s.Asked, asked, p.askText(d), url), p.unlessBy(by, s.Asker, asker, p.askedForText(d), url))
}

// answerMessages tell both sides of a swap what became of it, but whoever answers. s is the swap as it is then.
func (p *Policy) answerMessages(d deal, url string) []Message {
	subject := line{fmt.Sprintf("Swap %s: %s", d.State, d.Rotation), alerting.Say("swap.subject_"+string(d.State), "rotation", d.Rotation)}
	asker := p.unlessBy(d.by, d.Asker, subject, p.askersText(d), url)
	asked := p.unlessBy(d.by, d.Asked, subject, p.askedsText(d), url)
	return slices.Concat(asker, asked)
}

func (p *Policy) unlessBy(by alerting.Actor, to string, subject line, lines []line, url string) []Message {
	if to == by.Name {
		return nil
	}
	return p.messages(to, subject, lines, url)
}

func (p *Policy) askText(d deal) []line {
	asker := p.nameOf(d.Asker)
	out := slices.Concat(p.takes(asker+" asks you to take", "", d, alerting.Say("swap.asked", "who", d.Asker)), p.inReturn(asker+" takes", d, alerting.Say("swap.return", "who", d.Asker)))
	if d.by.Name != d.Asker {
		out = append(out, line{fmt.Sprintf("%s asks in their name.", p.nameOf(d.by.Name)), alerting.Say("swap.asked_by", "by", d.by.Name)})
	}
	if d.Note != "" {
		out = append(out, line{"They say: " + d.Note, alerting.Say("swap.note", "text", d.Note)})
	}
	if p.Directory.People[d.Asked].NoAccount {
		return append(out, line{"You have no account to answer with: ask a manager to accept or decline it.", alerting.Say("swap.answer_no_account")})
	}
	return append(out, line{"Accept or decline it on the on-call page, or ask a manager.", alerting.Say("swap.answer")})
}

// askedForText tells somebody that another person has asked for a swap in their name.
func (p *Policy) askedForText(d deal) []line {
	by, asked := p.nameOf(d.by.Name), p.nameOf(d.Asked)
	out := p.takes(fmt.Sprintf("%s asks in your name: %s is to take", by, asked), "", d, alerting.Say("swap.asked_for", "by", d.by.Name, "who", d.Asked))
	out = append(out, p.inReturn("you take", d, alerting.Say("swap.you_return"))...)
	if p.Directory.People[d.Asker].NoAccount {
		return append(out, line{"If that is wrong, ask a manager to withdraw it.", alerting.Say("swap.wrong_no_account")})
	}
	return append(out, line{"If that is wrong, withdraw it on the on-call page, or ask a manager.", alerting.Say("swap.wrong")})
}

// askersText tells the asker of a swap what became of it.
func (p *Policy) askersText(d deal) []line {
	by, asked := p.nameOf(d.by.Name), p.nameOf(d.Asked)
	switch d.State {
	case SwapWithdrawn:
		return p.takes(fmt.Sprintf("%s has withdrawn for you: %s is no longer asked to take", by, asked), "", d,
			alerting.Say("swap.withdrawn_for_you", "by", d.by.Name, "who", d.Asked))
	case SwapDeclined:
		return slices.Concat(p.takes(asked+" does not take", ": your swap is declined", d, alerting.Say("swap.declined", "who", d.Asked)), p.answeredFor(d))
	}
	return slices.Concat(p.takes(asked+" takes", ": your swap is accepted", d, alerting.Say("swap.accepted", "who", d.Asked)),
		p.inReturn("you take", d, alerting.Say("swap.you_return")), p.answeredFor(d))
}

// answeredFor names whoever answers for who was asked.
func (p *Policy) answeredFor(d deal) []line {
	if d.by.Name == d.Asked {
		return nil
	}
	return []line{{
		fmt.Sprintf("%s has %s for %s.", p.nameOf(d.by.Name), d.State, p.nameOf(d.Asked)),
		alerting.Say("swap."+string(d.State)+"_by", "by", d.by.Name, "who", d.Asked),
	}}
}

// askedsText tells whoever was asked for a swap what became of it.
func (p *Policy) askedsText(d deal) []line {
	by, asker := p.nameOf(d.by.Name), p.nameOf(d.Asker)
	switch d.State {
	case SwapWithdrawn:
		out := p.takes(asker+" no longer asks you to take", ": the swap is withdrawn", d, alerting.Say("swap.withdrawn", "who", d.Asker))
		if d.by.Name != d.Asker {
			out = append(out, line{fmt.Sprintf("%s has withdrawn it for %s.", by, asker), alerting.Say("swap.withdrawn_by", "by", d.by.Name, "who", d.Asker)})
		}
		return out
	case SwapDeclined:
		return p.takes(by+" has declined for you: you do not take", ", as "+asker+" asked", d, alerting.Say("swap.declined_for_you", "by", d.by.Name, "who", d.Asker))
	}
	return slices.Concat(p.takes(by+" has accepted for you: you take", ", as "+asker+" asked", d, alerting.Say("swap.accepted_for_you", "by", d.by.Name, "who", d.Asker)),
		p.inReturn(asker+" takes", d, alerting.Say("swap.return", "who", d.Asker)))
}

// needsManager says that somebody who is asked cannot answer themselves; empty if they can.
func (p *Policy) needsManager(asked string) string {
	if !p.Directory.People[asked].NoAccount {
		return ""
	}
	return fmt.Sprintf("%s has no account to answer with: a manager has to accept or decline it.", p.nameOf(asked))
}

// alongside are two sentences of which either may be empty.
func alongside(a, b string) string { return strings.TrimSpace(a + " " + b) }

// takes is "Ben takes primary from Monday 30 November, 09:00 until Tuesday 1 December, 09:00 (Europe/Berlin)." with
// each further stretch on a line of its own; said is the first of these as data.
func (p *Policy) takes(who, end string, d deal, said alerting.Said) []line {
	return p.stretches(who+" "+d.Rotation, end, d, d.taken, said)
}

// inReturn is what the asker takes; empty if nothing.
func (p *Policy) inReturn(who string, d deal, said alerting.Said) []line {
	if len(d.back) == 0 {
		return nil
	}
	return p.stretches("In return "+who+" it", "", d, d.back, said)
}

func (p *Policy) stretches(begin, end string, d deal, all []oncall.Override, said alerting.Said) (out []line) {
	all = joined(all)
	for i, o := range all {
		if i == mostStretches && len(all) > i+1 {
			until := all[len(all)-1].Until
			return append(out, line{
				fmt.Sprintf("And %d more, the last until %s.", len(all)-i, p.stretch(d.Rotation, until, time.Time{}, d.now)),
				p.at(alerting.Say("swap.more", "count", strconv.Itoa(len(all)-i)), d.Rotation, time.Time{}, until, d.now),
			})
		}
		if i > 0 {
			begin, end, said = "And", "", alerting.Say("swap.and")
		}
		out = append(out, line{
			fmt.Sprintf("%s from %s%s.", begin, p.stretch(d.Rotation, o.From, o.Until, d.now), end),
			p.at(said, d.Rotation, o.From, o.Until, d.now),
		})
	}
	return out
}

// joined are overrides of one person in order, those that touch as one.
func joined(all []oncall.Override) (out []oncall.Override) {
	for _, o := range all {
		if last := len(out) - 1; last >= 0 && out[last].Until.Equal(o.From) {
			out[last].Until = o.Until
		} else {
			out = append(out, o)
		}
	}
	return out
}
