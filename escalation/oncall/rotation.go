// Package oncall says who holds a role at an instant, and who comes next. All is pure: the instant is an
// argument, nothing reads a clock.
package oncall

import "time"

// Rotation passes a role from person to person by turns, in the order of People and round again.
//
// The first turn begins at Since, read on the clock of Zone. Turns of days hand off at that same local
// time, turns of hours after so many hours have passed. Where the local clock skips the time of a
// hand-off, it takes place at the moment of the skip; where the clock shows it twice, at the first.
//
// People, Turn and Since are the lowest layer, number 0; Layers[i] is number i+1, and each goes before those
// below it while its restriction lets it count. Imported, unless nil, stands in place of all of them, as
// layer 0. Overrides go before every layer. Together they are the rotation's final line.
type Rotation struct {
	Name   string
	People []string
	Turn   Turn
	Since  Civil          // local date and time in Zone at which the first person's first turn begins
	Zone   *time.Location // nil is UTC

	Layers    []Layer
	Shadows   []Layer    // who is told along; they hold nothing
	Overrides []Override // of this rotation; of two that overlap, the later in the list. Without a person: ignored
	Imported  []Shift    // of two that overlap, the later in the list
}

// HeldBy is the rotation as if one person, or nobody if that is empty, held it for a stretch, and nobody else ever.
func (r Rotation) HeldBy(person string, from, until time.Time) Rotation {
	return Rotation{Name: r.Name, Zone: r.Zone, Imported: []Shift{{Person: person, From: from, Until: until}}}
}

// base is the lowest layer.
func (r Rotation) base() Layer { return Layer{People: r.People, Turn: r.Turn, Since: r.Since} }

func (r Rotation) zone() *time.Location {
	if r.Zone == nil {
		return time.UTC
	}
	return r.Zone
}
