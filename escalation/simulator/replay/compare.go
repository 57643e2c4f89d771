package replay

import (
	"slices"

	"tocsin/escalation"
)

// compare finds the pages of an incident that would have been otherwise. Pages that tell the same person
// over the same channel at the same moment are the same; then those of the same round, step, person and
// channel, which have moved; then those of the same round, step and channel, which tell somebody else.
func (i *Incident) compare(r *run, was, now []Page) (fewer, more, moved int) {
	same := func(a, b Page) bool {
		return a.Person == b.Person && a.Channel == b.Channel && near(a.At, b.At)
	}
	was, now, _ = pair(was, now, func(a, b Page) bool { return same(a, b) && a.Step == b.Step && a.Round == b.Round })
	was, now, _ = pair(was, now, same)
	was, now, later := pair(was, now, func(a, b Page) bool {
		return a.Round == b.Round && a.Step == b.Step && a.Person == b.Person && a.Channel == b.Channel
	})
	was, now, instead := pair(was, now, func(a, b Page) bool {
		return a.Round == b.Round && a.Step == b.Step && a.Channel == b.Channel
	})
	i.Changes = append(later, instead...)
	for k := range i.Changes {
		i.Changes[k].Why = i.Changes[k].Now.why
	}
	for _, p := range was {
		i.Changes = append(i.Changes, Change{Was: &p, Why: r.whyNot(*i, p)})
	}
	for _, p := range now {
		i.Changes = append(i.Changes, Change{Now: &p, Why: p.why})
	}
	slices.SortStableFunc(i.Changes, func(a, b Change) int { return a.At().Compare(b.At()) })
	return len(was) + len(instead), len(now) + len(instead), len(later)
}

// pair takes those pages out of both lists that belong together, the first that do.
func pair(was, now []Page, belong func(a, b Page) bool) (restWas, restNow []Page, pairs []Change) {
	restNow = slices.Clone(now)
	for _, a := range was {
		k := slices.IndexFunc(restNow, func(b Page) bool { return belong(a, b) })
		if k < 0 {
			restWas = append(restWas, a)
			continue
		}
		b := restNow[k]
		pairs = append(pairs, Change{Was: &a, Now: &b})
		restNow = slices.Delete(restNow, k, k+1)
	}
	return restWas, restNow, pairs
}

// Over are the channels of changes, in order of their names.
func Over(changes []Change) (over []escalation.Channel) {
	for _, c := range changes {
		p := c.Was
		if p == nil {
			p = c.Now
		}
		over = append(over, p.Channel)
	}
	slices.Sort(over)
	return over
}

// Together cuts changes into those that differ in nothing but the channel.
func Together(changes []Change) (out [][]Change) {
	for _, c := range changes {
		k := slices.IndexFunc(out, func(group []Change) bool { return alike(group[0], c) })
		if k < 0 {
			out = append(out, []Change{c})
			continue
		}
		out[k] = append(out[k], c)
	}
	return out
}

func alike(a, b Change) bool {
	return alikePage(a.Was, b.Was) && alikePage(a.Now, b.Now) && a.Because() == b.Because()
}

func alikePage(a, b *Page) bool {
	if a == nil || b == nil {
		return a == b
	}
	return near(a.At, b.At) && a.Round == b.Round && a.Step == b.Step && a.Person == b.Person
}
