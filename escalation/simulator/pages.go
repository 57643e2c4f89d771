package simulator

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// pages keeps what is ordered: each once, and those that may not leave yet.
type pages struct {
	ordered map[pageKey]bool
	waiting []queued // by NotBefore; of the same, as they were ordered
}

// pageKey is what a page is unique by.
type pageKey struct {
	incident    int64
	round, step int
	person      string
	channel     escalation.Channel
}

// queued is a page that has been ordered.
type queued struct {
	escalation.Order
	incident int64
	round    int
	severity alerting.Severity
}

// add takes a page, unless it has been ordered before. It reports whether it did, and whether the page may leave
// at once; else it waits.
func (p *pages) add(q queued, now time.Time) (added, leaves bool) {
	k := pageKey{q.incident, q.round, q.Step, q.Person, q.Channel}
	if p.ordered[k] {
		return false, false
	}
	p.ordered[k] = true
	if !q.NotBefore.After(now) {
		return true, true
	}
	i, _ := slices.BinarySearchFunc(p.waiting, q, func(a, b queued) int {
		if a.NotBefore.After(b.NotBefore) {
			return 1
		}
		return -1
	})
	p.waiting = slices.Insert(p.waiting, i, q)
	return true, false
}

func (p *pages) next() (at time.Time, ok bool) {
	if len(p.waiting) == 0 {
		return at, false
	}
	return p.waiting[0].NotBefore, true
}

// due takes out the pages that may leave now.
func (p *pages) due(now time.Time) []queued {
	n := 0
	for n < len(p.waiting) && !p.waiting[n].NotBefore.After(now) {
		n++
	}
	out := slices.Clone(p.waiting[:n])
	p.waiting = slices.Delete(p.waiting, 0, n)
	return out
}

// send is what a dispatcher does with a page: it looks at the incident again, and sends or skips.
func (w *World) send(q queued) {
	e := Event{Kind: Page, Step: max(q.Step+1, 0), Role: q.Role, Person: q.Person, Channel: q.Channel, Says: q.Says, Reason: q.Reason.Text}
	switch q.Kind {
	case escalation.AssignStep:
		e.Kind = Assign
	case escalation.RemindStep:
		e.Kind = Remind
	case escalation.ClearStep:
		e.Kind = Clear
	}
	c := w.cases[q.incident]
	if q.Step >= 0 && q.Step < len(c.Plan.Steps) && q.round == c.Plan.Round && c.Plan.Steps[q.Step].Calendar != "" {
		e.Due = c.Plan.Steps[q.Step].Due
	}
	why, outcome := unneeded(q, *c), Accepts
	if why != "" {
		e.Kind, e.Reason = Skip, "not needed: "+why
	} else {
		e.Otherwise = w.policy.Otherwise(*c, q.Order, w.fates.inRound(q.incident, q.round), w.now)
	}
	if w.outcome != nil {
		outcome = w.outcome(q.Person, q.Channel)
	}
	e.Lost = outcome != Accepts
	w.fates.of(q).settle(outcome, why == "", w.now)
	w.tell(q.incident, e)
}
