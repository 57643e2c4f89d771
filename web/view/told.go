package view

import (
	"strings"

	"tocsin/escalation"
)

// toldBy is whom step i of the plan told over what, in people's names: "System Admin over SMS, email".
// It is empty for a step that told nobody.
func (p Incident) toldBy(s Shell, i int) string {
	var people []string
	over := map[string][]escalation.Channel{}
	for _, page := range p.Pages {
		if page.Round != p.Case.Plan.Round || page.Step != i {
			continue
		}
		if len(over[page.Person]) == 0 {
			people = append(people, page.Person)
		}
		over[page.Person] = append(over[page.Person], page.Channel)
	}
	for k, id := range people {
		people[k] = s.Name(id) + " over " + channels(over[id])
	}
	return strings.Join(people, "; ")
}
