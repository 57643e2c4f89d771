package notifiers

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Budget is how often each channel may interrupt one person. A channel that is not in it may do so as often as
// there is something to say.
type Budget map[escalation.Channel]Rate

// Rate is at most N messages in any stretch of Per. The zero Rate is no limit.
type Rate struct {
	N   int
	Per time.Duration
}

// DefaultBudget is what people are spared where the configuration says nothing else.
func DefaultBudget() Budget {
	return Budget{
		escalation.SMS:   {6, time.Minute},
		escalation.Voice: {2, time.Minute},
		escalation.Slack: {20, time.Minute},
		escalation.URL:   {20, time.Minute},
		escalation.Email: {30, time.Minute},
	}
}

const (
	// gather is how long P0 pages wait for each other after one has left, so that they are with the provider
	// within 5 s.
	gather = 4500 * time.Millisecond
	// margin is added to a rate's stretch: messages that leave a little later than they were claimed are still
	// no closer together than the rate says.
	margin = 500 * time.Millisecond
	// gathering is why P0 pages wait.
	gathering = "another P0 left just before: those that follow leave together, within 5 s"
	// bundlePages is how many pages one message carries at most.
	bundlePages = 2000
)

// Limited reports whether there is a limit.
func (r Rate) Limited() bool { return r.N > 0 && r.Per > 0 }

// Of is the rate that a lane keeps. P0 over email interrupts nobody, and does not gather.
func (b Budget) Of(l Lane) Rate {
	if l.Urgent && l.Channel == escalation.Email {
		return Rate{}
	}
	return b[l.Channel]
}

// Memory is how far back the rate looks.
func (r Rate) Memory() time.Duration { return max(r.Per, time.Minute) + margin }

// Waiting is a page that is due, as far as a budget looks at it. All that are weighed together are of one
// person, channel and lane.
type Waiting struct {
	Severity alerting.Severity
	Kind     escalation.StepKind
	Since    time.Time // when it was made
	Bundle   int64     // pages of the same number left together before, and do so again
	Alone    bool      // a message that belongs to no incident: it joins no other
	Digest   bool      // it leaves with the others that are due with it
	Again    bool      // it may have arrived before: its replica died, or the answer was lost
}

// Leaving is what a budget lets go.
type Leaving struct {
	Messages [][]int   // what leaves now, the worst first: each message's pages by index, the worst first
	Rest     []int     // what waits
	Until    time.Time // until when
	Why      string    // why it waits, in words
}

// Weigh says which pages leave at now, in which messages. left is when messages left before, within Memory.
//
// P0 leave at once, all that are due in one message; after that they gather for 5 s, unless one is to be sent
// again, which waits for nobody. Of the rest each leaves by itself while the rate allows it; what it does not
// allow joins one message, which leaves when it does: one for what asks for somebody, one for reminders and one for
// all clears, so that none reads as another. The worst leave first, then the oldest.
func (r Rate) Weigh(urgent bool, left []time.Time, due []Waiting, now time.Time) Leaving {
	if len(due) == 0 {
		return Leaving{}
	}
	units := unitsOf(due)
	switch {
	case !r.Limited():
		return Leaving{Messages: ranked(due, units)}
	case urgent:
		return gathered(left, due, units, now)
	}
	free, _ := r.room(left, now)
	if len(units) > free {
		units = joined(due, units)
	}
	units = ranked(due, units)
	n := min(free, len(units))
	l := Leaving{Messages: units[:n:n], Rest: slices.Concat(units[n:]...)}
	if len(l.Rest) > 0 {
		l.Why = fmt.Sprintf("%d messages in %s are what the storm budget allows", r.N, r.Per)
		_, l.Until = r.room(append(slices.Clone(left), slices.Repeat([]time.Time{now}, n)...), now)
	}
	return l
}

// gathered are P0 pages: one message, unless one left so recently that others may still join. What is sent again
// has waited long enough, and takes the others along.
func gathered(left []time.Time, due []Waiting, units [][]int, now time.Time) Leaving {
	all := ranked(due, [][]int{slices.Concat(units...)})
	again := slices.ContainsFunc(due, func(w Waiting) bool { return w.Again })
	if len(left) > 0 && !again {
		if until := slices.MaxFunc(left, time.Time.Compare).Add(gather); until.After(now) {
			return Leaving{Rest: all[0], Until: until, Why: gathering}
		}
	}
	return Leaving{Messages: chunked(all[0])}
}

// Within is what leaves where only so many messages may: P0 pages that would wait for a slot, though others of the same
// person hang, join the last message that has one. Without a budget each waits for its own.
func (l Leaving) Within(slots int) Leaving {
	if slots > 0 && len(l.Messages) > slots {
		last := slices.Concat(l.Messages[slots-1:]...)
		l.Messages = append(slices.Clone(l.Messages[:slots-1]), last[:min(len(last), bundlePages)])
	}
	return l
}

// room is how many messages may leave at now, and when one more may.
func (r Rate) room(left []time.Time, now time.Time) (free int, next time.Time) {
	since := now.Add(-r.Per - margin)
	recent := slices.DeleteFunc(slices.Clone(left), func(at time.Time) bool { return !at.After(since) })
	slices.SortFunc(recent, time.Time.Compare)
	free = max(r.N-len(recent), 0)
	if len(recent) < r.N {
		return free, now
	}
	return free, recent[len(recent)-r.N].Add(r.Per + margin)
}

// unit is what pages have in common that leave together: what they ask, and the message that carried them before.
type unit struct {
	kind   escalation.StepKind
	bundle int64
}

// unitOf says with which others a page leaves in any case; ok is false if it leaves by itself. A digest holds all
// that was due with it, whatever it asks.
func (w Waiting) unitOf() (u unit, ok bool) {
	switch {
	case w.Alone:
		return unit{}, false
	case w.Digest:
		return unit{bundle: -1}, true
	}
	return unit{w.asks(), w.Bundle}, w.Bundle != 0
}

// asks is the kind of message that a page may join: reminders and all clears join their like alone.
func (w Waiting) asks() escalation.StepKind {
	if w.Kind == escalation.RemindStep || w.Kind == escalation.ClearStep {
		return w.Kind
	}
	return escalation.PageStep
}

// unitsOf are the pages that leave together in any case.
func unitsOf(due []Waiting) [][]int {
	var units [][]int
	of := map[unit]int{}
	for i, w := range due {
		u, shared := w.unitOf()
		k, known := of[u]
		if !shared || !known {
			k = len(units)
			units = append(units, nil)
		}
		if shared {
			of[u] = k
		}
		units[k] = append(units[k], i)
	}
	return units
}

// joined makes one unit of all that may join, or as few as can carry them.
func joined(due []Waiting, units [][]int) [][]int {
	var out [][]int
	rest := map[escalation.StepKind][]int{}
	for _, u := range units {
		switch first := due[u[0]]; {
		case first.Alone:
			out = append(out, u)
		case first.Digest:
			rest[digestKind] = append(rest[digestKind], u...)
		default:
			rest[first.asks()] = append(rest[first.asks()], u...)
		}
	}
	for _, kind := range []escalation.StepKind{escalation.PageStep, escalation.RemindStep, escalation.ClearStep, digestKind} {
		slices.SortStableFunc(rest[kind], byRank(due))
		out = append(out, chunked(rest[kind])...)
	}
	return out
}

// digestKind is that of a digest among the units that are joined.
const digestKind escalation.StepKind = "digest"

func chunked(pages []int) [][]int { return slices.Collect(slices.Chunk(pages, bundlePages)) }

// ranked puts the worst and oldest first, within each message and among them.
func ranked(due []Waiting, units [][]int) [][]int {
	for _, u := range units {
		slices.SortStableFunc(u, byRank(due))
	}
	slices.SortStableFunc(units, func(a, b []int) int { return byRank(due)(a[0], b[0]) })
	return units
}

func byRank(due []Waiting) func(a, b int) int {
	return func(a, b int) int {
		return cmp.Or(cmp.Compare(due[a].Severity, due[b].Severity), due[a].Since.Compare(due[b].Since))
	}
}
