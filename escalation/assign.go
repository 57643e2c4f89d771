package escalation

import (
	"fmt"
	"strconv"
	"time"

	"tocsin/alerting"
)

// assignTo gives the incident to a person of the directory and tells them, unless they did it themselves.
func (p *Policy) assignTo(d *Decision, a Answer, now time.Time) error {
	inc := &d.Case.Incident
	person, ok := p.Directory.People[a.Person]
	switch {
	case inc.State == alerting.StateResolved:
		return refusedResolved(*inc, "assign", "incident #%d is resolved: reopen it first")
	case !ok:
		return &alerting.Refused{Text: fmt.Sprintf("there is nobody called %q in the directory", a.Person), Said: alerting.Say("answer.unknown_person", "text", a.Person)}
	case inc.Assignee == a.Person:
		d.Note, d.said = "already assigned to "+a.Person, alerting.Say("answer.already_assigned", "who", a.Person)
		return nil
	}
	was := inc.Assignee
	inc.Assignee = a.Person
	text := fmt.Sprintf("Assigned to %s by %s", a.Person, a.By.Name)
	said := alerting.Say("entry.assigned_by", "who", a.Person, "by", a.By.Name, "other", was)
	if was != "" {
		text += fmt.Sprintf(", taken over from %s", was)
	}
	if away, ok := p.Directory.away(a.Person, now); ok {
		text += ", who " + p.isAway(away)
		said = said.With("until", moment(away.Until))
	}
	d.note(now, alerting.KindAssigned, a.By, answered(a.By).As(said), "%s", text)
	if a.By.Name != a.Person {
		p.tell(d, person, AssignStep, "assigned to you by "+a.By.Name, alerting.Say("why.assigned", "by", a.By.Name), fmt.Sprintf("%s was assigned by %s", person.Name, a.By.Name), now)
	}
	if former, ok := p.Directory.People[was]; ok && a.By.Name != was {
		p.tell(d, former, PageStep, fmt.Sprintf("handed over from you to %s by %s", a.Person, a.By.Name), alerting.Say("why.handed_over", "who", a.Person, "by", a.By.Name), fmt.Sprintf("%s had it until %s handed it over", former.Name, a.By.Name), now)
	}
	return nil
}

// tell pages one person beside the plan's steps, over the channels of the severity or of their own rules.
// Its step number is negative, so that it is nobody's step.
func (p *Policy) tell(d *Decision, person Person, kind StepKind, says string, said alerting.Said, why string, now time.Time) {
	plan := &d.Case.Plan
	plan.Asked++
	r := recipient{person: person, sends: p.sendsAnyhow(person, plan.Severity, plan.route(true), now), why: why}
	s := PlannedStep{Kind: kind, Role: "assignee", Until: UntilResolved, Says: says, said: said}
	for _, o := range r.orders(-plan.Asked, s, *plan, now) {
		o.Reason.Rule = ""
		d.Pages = append(d.Pages, o)
	}
}

// longestNote is how many characters a note may have.
const longestNote = 4000

func (d *Decision) addNote(a Answer, now time.Time) error {
	text := alerting.Prose(a.Text)
	switch n := len([]rune(text)); {
	case n == 0:
		return &alerting.Refused{Text: "the note is empty", Said: alerting.Say("answer.note_empty")}
	case n > longestNote:
		return &alerting.Refused{Text: fmt.Sprintf("the note has %d characters: %d is the most", n, longestNote), Said: alerting.Say("answer.note_long", "count", strconv.Itoa(n), "more", strconv.Itoa(longestNote))}
	}
	d.note(now, alerting.KindNote, a.By, alerting.Because("written over "+a.By.Via), "%s", text)
	return nil
}
