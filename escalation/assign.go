package escalation

import (
	"fmt"
	"time"

	"tocsin/alerting"
)

// assignTo gives the incident to a person of the directory and tells them, unless they did it themselves.
func (p *Policy) assignTo(d *Decision, a Answer, now time.Time) error {
	inc := &d.Case.Incident
	person, ok := p.Directory.People[a.Person]
	switch {
	case inc.State == alerting.StateResolved:
		return &alerting.Refused{Text: fmt.Sprintf("incident #%d is resolved: reopen it first", inc.ID)}
	case !ok:
		return &alerting.Refused{Text: fmt.Sprintf("there is nobody called %q in the directory", a.Person)}
	case inc.Assignee == a.Person:
		d.Note = "already assigned to " + a.Person
		return nil
	}
	was := inc.Assignee
	inc.Assignee = a.Person
	text := fmt.Sprintf("Assigned to %s by %s", a.Person, a.By.Name)
	if was != "" {
		text += fmt.Sprintf(", taken over from %s", was)
	}
	d.note(now, alerting.KindAssigned, a.By, alerting.Because("answered over "+a.By.Via), "%s", text)
	if a.By.Name != a.Person {
		d.tell(person, a.By)
	}
	return nil
}

// tell pages one person beside the plan's steps, over the severity's channels. Its step number is
// negative, so that it is nobody's step.
func (d *Decision) tell(person Person, by alerting.Actor) {
	plan := &d.Case.Plan
	plan.Asked++
	over := person.over(plan.Channels)
	if len(over) == 0 {
		over = person.over(Channels)
	}
	for _, ch := range over {
		d.Pages = append(d.Pages, Order{
			Step: -plan.Asked, Kind: AssignStep, Role: "assignee", Person: person.ID, Channel: ch, Until: UntilResolved,
			Says:   "assigned to you by " + by.Name,
			Reason: alerting.Reason{Text: fmt.Sprintf("%s was assigned by %s, over %s", person.Name, by.Name, ch), Config: plan.Config},
		})
	}
}

// longestNote is how many characters a note may have.
const longestNote = 4000

func (d *Decision) addNote(a Answer, now time.Time) error {
	text := alerting.Prose(a.Text)
	switch n := len([]rune(text)); {
	case n == 0:
		return &alerting.Refused{Text: "the note is empty"}
	case n > longestNote:
		return &alerting.Refused{Text: fmt.Sprintf("the note has %d characters: %d is the most", n, longestNote)}
	}
	d.note(now, alerting.KindNote, a.By, alerting.Because("written over "+a.By.Via), "%s", text)
	return nil
}
