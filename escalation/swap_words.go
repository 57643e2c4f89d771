package escalation

import (
	"fmt"
	"slices"
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
	return slices.Concat(
		p.unlessBy(by, s.Asked, "A swap is asked of you: "+s.Rotation, p.askText(d), url),
		p.unlessBy(by, s.Asker, "A swap is asked in your name: "+s.Rotation, p.askedForText(d), url))
}

// answerMessages tell both sides of a swap what became of it, but whoever answers. s is the swap as it is then.
func (p *Policy) answerMessages(d deal, url string) []Message {
	subject := fmt.Sprintf("Swap %s: %s", d.State, d.Rotation)
	asker := p.unlessBy(d.by, d.Asker, subject, p.askersText(d), url)
	asked := p.unlessBy(d.by, d.Asked, subject, p.askedsText(d), url)
	return slices.Concat(asker, asked)
}

func (p *Policy) unlessBy(by alerting.Actor, to, subject, text, url string) []Message {
	if to == by.Name {
		return nil
	}
	return p.messages(to, subject, text, url)
}

func (p *Policy) askText(d deal) string {
	asker := p.nameOf(d.Asker)
	text := p.takes(asker+" asks you to take", d, d.taken, "") + p.inReturn(asker+" takes", d)
	if d.by.Name != d.Asker {
		text += fmt.Sprintf("%s asks in their name.\n", p.nameOf(d.by.Name))
	}
	if d.Note != "" {
		text += "They say: " + d.Note + "\n"
	}
	if p.Directory.People[d.Asked].NoAccount {
		return text + "You have no account to answer with: ask a manager to accept or decline it.\n"
	}
	return text + "Accept or decline it on the on-call page, or ask a manager.\n"
}

// askedForText tells somebody that another person has asked for a swap in their name.
func (p *Policy) askedForText(d deal) string {
	by, asked := p.nameOf(d.by.Name), p.nameOf(d.Asked)
	text := p.takes(fmt.Sprintf("%s asks in your name: %s is to take", by, asked), d, d.taken, "") + p.inReturn("you take", d)
	if p.Directory.People[d.Asker].NoAccount {
		return text + "If that is wrong, ask a manager to withdraw it.\n"
	}
	return text + "If that is wrong, withdraw it on the on-call page, or ask a manager.\n"
}

// askersText tells the asker of a swap what became of it.
func (p *Policy) askersText(d deal) string {
	by, asked := p.nameOf(d.by.Name), p.nameOf(d.Asked)
	switch d.State {
	case SwapWithdrawn:
		return p.takes(fmt.Sprintf("%s has withdrawn for you: %s is no longer asked to take", by, asked), d, d.taken, "")
	case SwapDeclined:
		return p.takes(asked+" does not take", d, d.taken, ": your swap is declined") + p.answeredFor(d)
	}
	return p.takes(asked+" takes", d, d.taken, ": your swap is accepted") + p.inReturn("you take", d) + p.answeredFor(d)
}

// answeredFor names whoever answers for who was asked.
func (p *Policy) answeredFor(d deal) string {
	if d.by.Name == d.Asked {
		return ""
	}
	return fmt.Sprintf("%s has %s for %s.\n", p.nameOf(d.by.Name), d.State, p.nameOf(d.Asked))
}

// askedsText tells whoever was asked for a swap what became of it.
func (p *Policy) askedsText(d deal) string {
	by, asker := p.nameOf(d.by.Name), p.nameOf(d.Asker)
	switch d.State {
	case SwapWithdrawn:
		text := p.takes(asker+" no longer asks you to take", d, d.taken, ": the swap is withdrawn")
		if d.by.Name != d.Asker {
			text += fmt.Sprintf("%s has withdrawn it for %s.\n", by, asker)
		}
		return text
	case SwapDeclined:
		return p.takes(by+" has declined for you: you do not take", d, d.taken, ", as "+asker+" asked")
	}
	return p.takes(by+" has accepted for you: you take", d, d.taken, ", as "+asker+" asked") + p.inReturn(asker+" takes", d)
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
// each further stretch on a line of its own.
func (p *Policy) takes(who string, d deal, all []oncall.Override, end string) string {
	return p.stretches(who+" "+d.Rotation, d, all, end)
}

// inReturn is what the asker takes; empty if nothing.
func (p *Policy) inReturn(who string, d deal) string {
	if len(d.back) == 0 {
		return ""
	}
	return p.stretches("In return "+who+" it", d, d.back, "")
}

func (p *Policy) stretches(begin string, d deal, all []oncall.Override, end string) string {
	all = joined(all)
	text := ""
	for i, o := range all {
		if i == mostStretches && len(all) > i+1 {
			return text + fmt.Sprintf("And %d more, the last until %s.\n", len(all)-i, p.stretch(d.Rotation, all[len(all)-1].Until, time.Time{}, d.now))
		}
		if i > 0 {
			begin, end = "And", ""
		}
		text += fmt.Sprintf("%s from %s%s.\n", begin, p.stretch(d.Rotation, o.From, o.Until, d.now), end)
	}
	return text
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
