package api

import (
	"maps"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// Duty is who holds a role at a moment, and who comes next.
type Duty struct {
	Role     string   `json:"role"`
	Rotation string   `json:"rotation" doc:"empty for a role that is people's"`
	Zone     string   `json:"timezone" doc:"the rotation's; empty for a role that is people's"`
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

	Phone      string     `json:"phone" doc:"masked for who may not answer incidents; empty if none is known"`
	NoSMSSince *time.Time `json:"no_sms_since" doc:"when they were last heard to want no SMS, as by STOP; null if they get SMS"`

	// Unreachable is asked of the machine, of a page about a P0.
	Unreachable string `json:"unreachable" doc:"why neither they nor their deputy are told of a P0 at that moment, beyond that they are away; empty if they are"`
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
			d.People = append(d.People, absent(p, name, Holder{Person: id, Why: "the role names them"}, at))
		}
		return d
	}
	d.Zone = zoneName(r)
	shift := r.At(at)
	if shift.Person != "" {
		d.People = append(d.People, absent(p, name, ofShift(r, shift), at))
	}
	if _, when := r.Next(at); !when.IsZero() {
		next := r.At(when)
		d.Next = append(d.Next, absent(p, name, ofShift(r, next), when))
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

func zoneName(r oncall.Rotation) string {
	if r.Zone == nil {
		return time.UTC.String()
	}
	return r.Zone.String()
}

// absent adds to a holder of a role whether they are away at that moment, and why they are not reached.
func absent(p *escalation.Policy, role string, h Holder, at time.Time) Holder {
	var until time.Time
	for _, a := range p.Directory.Absences {
		if a.Person == h.Person && !at.Before(a.From) && at.Before(a.Until) && a.Until.After(until) {
			until = a.Until
			h.AwayUntil, h.Deputy = moment(a.Until), a.Deputy
		}
	}
	h.Unreachable = unreachable(p, role, h, at)
	return h
}

// unreachable is why the machine would pass over a holder, and their deputy, if it paged the role about a
// P0. A P0 that has no row in the matrix tells nobody, and says nothing of people.
func unreachable(p *escalation.Policy, role string, h Holder, at time.Time) string {
	if len(p.Matrix[alerting.P0].Channels) == 0 || h.Person == "" {
		return ""
	}
	answers := h.Person
	if h.AwayUntil != nil {
		answers = h.Deputy
	}
	told := p.Told(alerting.P0, escalation.Step{Kind: escalation.PageStep, Role: role, Until: escalation.UntilAcknowledged}, at)
	for _, t := range told.Reason.Tried {
		switch {
		case answers == "" || t.Rule != "people."+answers:
		case answers == h.Person:
			return t.Why
		default:
			return answers + " " + t.Why
		}
	}
	return ""
}
