package simulator

import (
	"fmt"

	"tocsin/alerting"
	"tocsin/escalation"
)

// merge lets an incident go on in another. The refusal of one merged into itself is the machine's own.
func (w *World) merge(from int64, a escalation.Answer) (note string, err error) {
	into, gone := w.cases[a.Into], w.cases[from]
	if into == nil || gone == nil {
		return "", alerting.ErrNotFound
	}
	k, g, err := w.policy.Merge(*into, *gone, a, w.now)
	return w.keepBoth(k, g, err)
}

// split makes an incident of its own of some alerts.
func (w *World) split(id int64, a escalation.Answer) (note string, err error) {
	c := w.cases[id]
	if c == nil {
		return "", alerting.ErrNotFound
	}
	number := w.number + 1
	rest, off, err := w.policy.Split(*c, w.alerts.of(id), a, number, fmt.Sprintf("split/%d", number), w.now)
	return w.keepBoth(rest, off, err)
}

func (w *World) keepBoth(a, b escalation.Decision, err error) (note string, _ error) {
	if err != nil {
		return a.Note + b.Note, err
	}
	for _, d := range []escalation.Decision{a, b} {
		if d.Changed {
			w.keep(d)
		}
	}
	return a.Note + b.Note, nil
}
