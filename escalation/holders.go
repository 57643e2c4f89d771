package escalation

import (
	"fmt"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation/oncall"
)

// holding is who holds a role at an instant.
type holding struct {
	people   []Person
	rotation string // by which they hold it; empty if they are its people
	why      string // the role's people, or the schedule's entry
	override int64  // the number of the override by which they hold it; 0 if none that is stored
}

// holders are the people who hold a role at an instant.
func (d Directory) holders(role string, at time.Time) holding {
	r, ok := d.Roles[role]
	if !ok {
		return holding{why: fmt.Sprintf("there is no role %q in this configuration", role)}
	}
	if r.Rotation == "" {
		h := holding{why: fmt.Sprintf("%s is %s", role, strings.Join(r.People, ", "))}
		for _, id := range r.People {
			h.people = append(h.people, d.person(id))
		}
		return h
	}
	shift := d.Rotations[r.Rotation].At(at)
	h := holding{rotation: r.Rotation, why: entryOf(r.Rotation, d.Rotations[r.Rotation], shift)}
	if shift.Person != "" {
		h.people = []Person{d.person(shift.Person)}
	}
	if shift.Override != nil {
		h.override = shift.Override.ID
	}
	return h
}

// person is one of the directory; one who is not there has no address.
func (d Directory) person(id string) Person {
	if p, ok := d.People[id]; ok {
		return p
	}
	return Person{ID: id, Name: id}
}

// entryOf is a schedule's entry in words: who holds the rotation, until when, and by which layer or override.
func entryOf(name string, r oncall.Rotation, s oncall.Shift) string {
	if s.Person == "" {
		switch {
		case s.Until.IsZero():
			return fmt.Sprintf("rotation %s is with nobody", name)
		case s.From.IsZero():
			return fmt.Sprintf("rotation %s has not begun: its first turn begins %s", name, clock(s.Until))
		}
		return fmt.Sprintf("rotation %s is with nobody until %s", name, clock(s.Until))
	}
	text := fmt.Sprintf("rotation %s is with %s", name, s.Person)
	if !s.Until.IsZero() {
		text += " until " + clock(s.Until)
	}
	switch {
	case s.Override != nil:
		text += ", by an override"
		if s.Override.By != "" {
			text += " that " + s.Override.By + " made"
		}
		text += andNote(s.Override.Note)
	case s.Layer > 0 && s.Layer <= len(r.Layers):
		text += fmt.Sprintf(", by layer %s", r.Layers[s.Layer-1].Name)
	}
	return text
}

func andNote(note string) string {
	if note = alerting.OneLine(note, 200); note == "" {
		return ""
	}
	return " (" + note + ")"
}

// onCall reports whether a person holds any rotation at an instant.
func (d Directory) onCall(person string, at time.Time) bool {
	for _, r := range d.Rotations {
		if id, _, _ := r.Holder(at); id == person {
			return true
		}
	}
	return false
}

// away is a person's absence at an instant, the one that ends last; ok is false if they are there.
func (d Directory) away(person string, at time.Time) (found Absence, ok bool) {
	for _, a := range d.Absences {
		if a.Person == person && !at.Before(a.From) && at.Before(a.Until) && (!ok || a.Until.After(found.Until)) {
			found, ok = a, true
		}
	}
	return found, ok
}

func (p *Policy) isAway(a Absence) string {
	return "is away until " + p.local(a.Until) + andNote(a.Note)
}

// local is a moment on the organisation's clock, for sentences.
func (p *Policy) local(t time.Time) string {
	return t.In(p.zone()).Format("Mon 2 Jan 2006 15:04 MST")
}

// unreachable says why a person who is not away is not told now; empty if they are. holds says that they
// hold the role by a rotation.
func (p *Policy) unreachable(person Person, sev alerting.Severity, holds bool, now time.Time) string {
	switch {
	case !person.Takes(sev):
		return notTold(person, sev)
	case person.Reach == ReachBusinessHours && !p.businessTime(person).Open(now):
		return "is reached in business hours only, and it is not business time"
	case person.Reach == ReachHours && !person.Hours.Open(now):
		return "is reached in hours of their own only, and it is " + now.In(person.Hours.Next(now).Location()).Format("15:04 on Monday") + " there"
	case person.Reach == ReachOnCall && !holds && !p.Directory.onCall(person.ID, now):
		return "is reached only while on call, and is not"
	}
	return ""
}

func notTold(person Person, sev alerting.Severity) string {
	return fmt.Sprintf("is told of %s only, and this is %s", join(person.Only), sev)
}

// businessTime is that of where a person is.
func (p *Policy) businessTime(person Person) *calendar.Calendar {
	if person.Calendar != nil {
		return person.Calendar
	}
	return p.Calendar
}
