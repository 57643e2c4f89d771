package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/escalation/simulator"
)

// difference is what is said of a scenario that does not come true, line by line.
type difference struct {
	start   time.Time
	zone    *time.Location
	lines   []differs
	differs bool
}

type differs struct {
	at   time.Time
	text string
}

// add adds a line; any sign but a blank is a difference.
func (d *difference) add(sign string, at time.Time, text string) {
	d.differs = d.differs || sign != " "
	d.lines = append(d.lines, differs{at, fmt.Sprintf("%s %s  %s", sign, since(at, d.start, d.zone), text)})
}

// compare finds for each expectation what meets it; each happening meets one. It is nil if nothing differs.
func (r Runner) compare(s Scenario, story []simulator.Event) []string {
	d := difference{start: s.At, zone: r.Zone}
	happened := happenings(story)
	met := make([]bool, len(happened))
	for _, x := range s.Expect {
		if x.Kind == State {
			d.addState(x, story)
			continue
		}
		i := firstMet(x, happened, met)
		if i < 0 {
			d.add("-", x.At, fmt.Sprintf("%s [line %d]", x, x.Line))
			continue
		}
		met[i] = true
		d.add(" ", x.At, x.String())
	}
	for i, h := range happened {
		if !met[i] {
			d.addBesides(h, s)
		}
	}
	if !d.differs {
		return nil
	}
	slices.SortStableFunc(d.lines, func(a, b differs) int { return a.at.Compare(b.at) })
	out := make([]string, len(d.lines))
	for i, l := range d.lines {
		out[i] = strings.TrimRight(l.text, " ")
	}
	return out
}

// addState adds how an incident stands, where that is expected.
func (d *difference) addState(x Expectation, story []simulator.Event) {
	if is := stateAt(story, x.Incident, x.At); is != x.State {
		d.add("-", x.At, fmt.Sprintf("%s, but it is %s [line %d]", x, cmp.Or(string(is), "not there yet"), x.Line))
		return
	}
	d.add(" ", x.At, x.String())
}

// addBesides adds what happened and meets no expectation. An answer that was refused is always a difference:
// the scenario says that somebody gave it.
func (d *difference) addBesides(h happening, s Scenario) {
	told := tells(h.Kind)
	switch {
	case h.Kind == simulator.Refused, told && s.NothingElse:
		d.add("+", h.At, h.String())
	case d.differs && (told || s.speaksOf(h.Kind)):
		d.add("~", h.At, h.String())
	}
}

// speaksOf reports whether a scenario expects a kind of thing that is shown only where it is spoken of.
func (s Scenario) speaksOf(k simulator.Kind) bool {
	return k != simulator.Skip && k != simulator.Opened &&
		slices.ContainsFunc(s.Expect, func(x Expectation) bool { return x.Kind == k })
}

func firstMet(x Expectation, happened []happening, taken []bool) int {
	for i, h := range happened {
		if !taken[i] && x.met(h) {
			return i
		}
	}
	return -1
}
