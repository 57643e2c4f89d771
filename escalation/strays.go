package escalation

import (
	"fmt"
	"slices"
	"time"
)

// Strays are sentences about what of the roster is passed over, because the configuration does not have the
// person or rotation that it names: overrides and absences, not over by now, that were made before these were
// dropped. The order is that of the roster.
func (p *Policy) Strays(now time.Time) []string {
	var out []string
	for _, o := range p.Roster.Overrides {
		if !o.Until.After(now) {
			continue
		}
		_, rotation := p.Directory.Rotations[o.Rotation]
		_, person := p.Directory.People[o.Person]
		switch what := fmt.Sprintf("the override of %s by %s until %s is passed over", o.Rotation, o.Person, p.local(o.Until)); {
		case !rotation:
			out = append(out, fmt.Sprintf("%s: there is no rotation %q", what, o.Rotation))
		case !person:
			out = append(out, fmt.Sprintf("%s: there is nobody called %q in the directory", what, o.Person))
		}
	}
	for _, a := range p.Roster.Absences {
		if !a.Until.After(now) {
			continue
		}
		what := fmt.Sprintf("the absence of %s until %s", a.Person, p.local(a.Until))
		if _, ok := p.Directory.People[a.Person]; !ok {
			out = append(out, fmt.Sprintf("%s is passed over: there is nobody called %q in the directory", what, a.Person))
		} else if _, ok := p.Directory.People[a.Deputy]; !ok && a.Deputy != "" {
			out = append(out, fmt.Sprintf("%s has no deputy: there is nobody called %q in the directory", what, a.Deputy))
		}
	}
	return slices.Compact(out)
}
