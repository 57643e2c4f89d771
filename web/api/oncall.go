package api

import (
	"maps"
	"slices"
	"time"

	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// Duty is who holds a role at a moment, and who comes next.
type Duty struct {
	Role     string   `json:"role"`
	Rotation string   `json:"rotation" doc:"empty for a role that is people's"`
	People   []Holder `json:"people" doc:"who holds it; empty if nobody does"`
	Next     []Holder `json:"next" doc:"who takes over, from when; empty for a role that is people's"`
	Shadows  []string `json:"shadows" doc:"who is told along, by email and Slack only"`
}

// Holder is somebody who holds a role.
type Holder struct {
	Person    string     `json:"person"`
	From      *time.Time `json:"from" doc:"null if always"`
	Until     *time.Time `json:"until" doc:"not included; null if always"`
	Why       string     `json:"why" doc:"turn, layer or override"`
	Override  int64      `json:"override" doc:"the one that decides; 0 if none does"`
	AwayUntil *time.Time `json:"away_until" doc:"away at that moment; null if not"`
	Deputy    string     `json:"deputy" doc:"told in their place while they are away; empty if nobody is"`
}

// Duties are who holds each role at a moment, or only the one that is named, by the roles' names.
func Duties(p *escalation.Policy, at time.Time, role string) []Duty {
	var out []Duty
	for _, name := range slices.Sorted(maps.Keys(p.Directory.Roles)) {
		if role == "" || role == name {
			out = append(out, duty(p, name, at))
		}
	}
	return out
}

func duty(p *escalation.Policy, name string, at time.Time) Duty {
	role := p.Directory.Roles[name]
	d := Duty{Role: name, Rotation: role.Rotation, People: []Holder{}, Next: []Holder{}, Shadows: []string{}}
	r, ok := p.Directory.Rotations[role.Rotation]
	if !ok {
		for _, id := range role.People {
			d.People = append(d.People, absent(p, Holder{Person: id, Why: "the role names them"}, at))
		}
		return d
	}
	shift := r.At(at)
	if shift.Person != "" {
		d.People = append(d.People, absent(p, ofShift(r, shift), at))
	}
	if _, when := r.Next(at); !when.IsZero() {
		next := r.At(when)
		d.Next = append(d.Next, absent(p, ofShift(r, next), when))
	}
	d.Shadows = append(d.Shadows, r.ShadowsAt(at)...)
	return d
}

func ofShift(r oncall.Rotation, s oncall.Shift) Holder {
	h := Holder{Person: s.Person, From: moment(s.From), Until: moment(s.Until), Why: shiftWhy(r, s)}
	if s.Override != nil {
		h.Override = s.Override.ID
	}
	return h
}

// shiftWhy is why somebody holds a rotation, in words.
func shiftWhy(r oncall.Rotation, s oncall.Shift) string {
	switch {
	case s.Override != nil && s.Override.Note != "":
		return "override by " + s.Override.By + ": " + s.Override.Note
	case s.Override != nil:
		return "override by " + s.Override.By
	case s.Person == "":
		return "a gap: nobody holds it"
	case r.Imported != nil:
		return "their turn by the imported calendar"
	case s.Layer > 0 && s.Layer <= len(r.Layers) && r.Layers[s.Layer-1].Name != "":
		return "their turn in layer " + r.Layers[s.Layer-1].Name
	}
	return "their turn"
}

// absent adds to a holder whether they are away at that moment.
func absent(p *escalation.Policy, h Holder, at time.Time) Holder {
	for _, a := range p.Directory.Absences {
		if a.Person == h.Person && !at.Before(a.From) && at.Before(a.Until) {
			h.AwayUntil, h.Deputy = moment(a.Until), a.Deputy
			break
		}
	}
	return h
}
