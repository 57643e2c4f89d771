package view

import (
	"net/url"
	"slices"

	"tocsin/alerting"
	"tocsin/escalation"
)

// jumps are the steps that may be jumped to: those that have not fired.
func jumps(c escalation.Case) []int {
	var out []int
	for i, s := range c.Plan.Steps {
		if s.State != escalation.StepFired && c.Incident.State != alerting.StateResolved {
			out = append(out, i)
		}
	}
	return out
}

// splittable is how many alerts the form to split some off offers; the API takes any.
const splittable = 20

// asker is who is signed in, if that is somebody who may be paged.
func (p Incident) asker(s Shell) string {
	if slices.Contains(p.People, s.User) {
		return s.User
	}
	return ""
}

// WhyURL is the page that answers for a person; an empty one is to be chosen there.
func WhyURL(id int64, person string) string {
	address := IncidentURL(id) + "/why"
	if person != "" {
		address += "?person=" + url.QueryEscape(person)
	}
	return address
}
