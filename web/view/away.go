package view

import (
	"slices"
	"time"

	"tocsin/escalation"
)

// told is who is told of what happens in a bar; empty: nobody.
func (b Bar) told() string {
	if b.Away {
		return b.Deputy
	}
	return b.Person
}

// same reports whether two bars say the same of other times.
func (b Bar) same(c Bar) bool {
	return b.Person == c.Person && b.Away == c.Away && b.Deputy == c.Deputy
}

// present cuts the bars of who holds a rotation where they are away, and says who is told there instead.
func (w week) present(bars []Bar, absences []escalation.Absence) []Bar {
	var out []Bar
	for _, b := range bars {
		cuts := slices.Concat([]time.Time{b.From}, ends(b, b.Person, absences), []time.Time{b.Until})
		slices.SortFunc(cuts, time.Time.Compare)
		cuts = slices.CompactFunc(cuts, time.Time.Equal)
		for i := range len(cuts) - 1 {
			part := w.bar(b.Person, cuts[i], cuts[i+1])
			if a, away := awayAt(absences, b.Person, cuts[i]); away {
				part.Away, part.Deputy = true, a.Deputy
			}
			if _, also := awayAt(absences, part.Deputy, cuts[i]); also {
				part.Deputy = "" // a deputy's deputy is not asked
			}
			out = append(out, part)
		}
	}
	return appendBars(nil, out)
}

// ends are the moments within a bar at which who is told may change: where a person's absences begin and
// end, and those of their deputies.
func ends(b Bar, person string, absences []escalation.Absence) (out []time.Time) {
	for _, a := range absences {
		if a.Person != person || !a.From.Before(b.Until) || !a.Until.After(b.From) {
			continue
		}
		for _, t := range []time.Time{a.From, a.Until} {
			if t.After(b.From) && t.Before(b.Until) {
				out = append(out, t)
			}
		}
		if person == b.Person && a.Deputy != "" && a.Deputy != person {
			out = append(out, ends(b, a.Deputy, absences)...)
		}
	}
	return out
}

// awayAt is a person's absence at a moment, the one that ends last.
func awayAt(absences []escalation.Absence, person string, at time.Time) (found escalation.Absence, ok bool) {
	for _, a := range absences {
		if a.Person == person && !at.Before(a.From) && at.Before(a.Until) && (!ok || a.Until.After(found.Until)) {
			found, ok = a, true
		}
	}
	return found, ok
}

// gapText says when nobody of the rotation is told, of the first gap and how many more there are.
func (m Month) gapText(s Shell) string {
	g := m.Gaps[0]
	text := "Nobody holds " + m.Rotation + " " + s.In(m.Zone).stretch(g.From, g.Until) + "."
	if g.Away {
		text = "Nobody of " + m.Rotation + " is told " + s.In(m.Zone).stretch(g.From, g.Until) + ": " + s.Name(g.Person) + " is away, and no deputy is there."
	}
	if n := len(m.Gaps) - 1; n == 1 {
		text += " There is 1 further gap in this month."
	} else if n > 1 {
		text += " There are " + plural(n, "further gap") + " in this month."
	}
	return text
}
