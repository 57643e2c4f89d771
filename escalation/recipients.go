package escalation

import (
	"fmt"
	"strings"
	"time"

	"tocsin/alerting"
)

// recipient is a person whom a step tells, over which channels, and why.
type recipient struct {
	person   Person
	channels []Channel
	why      string
}

func (r recipient) order(step int, s PlannedStep, ch Channel, config string) Order {
	return Order{
		Step: step, Kind: s.Kind, Role: s.Role, Person: r.person.ID, Channel: ch, Until: s.Until, Says: s.Says,
		Reason: alerting.Reason{Text: fmt.Sprintf("%s, over %s", r.why, ch), Rule: "roles." + s.Role, Config: config},
	}
}

// recipients says who a step tells at now. Whoever is passed over stands in the reason with the first
// clause that failed. If nobody is left, it is the directory's catch_all, whenever they may be reached.
// An assignment tells only whom it assigns.
func (p *Policy) recipients(c Case, s PlannedStep, now time.Time) ([]recipient, alerting.Reason) {
	sev, channels := c.Plan.Severity, c.Plan.Channels
	people, holds, why := p.Directory.holders(s.Role, now)
	reason := alerting.Reason{Text: why, Values: map[string]string{"role": s.Role, "at": clock(now)}}
	var out []recipient
	for _, person := range people {
		if miss := p.unreachable(person, sev, holds, now); miss != "" {
			reason.Tried = append(reason.Tried, alerting.Tried{Rule: "people." + person.ID, Why: miss})
			continue
		}
		over := person.over(channels)
		if len(over) == 0 {
			reason.Tried = append(reason.Tried, alerting.Tried{Rule: "people." + person.ID, Why: "has no address for " + join(channels)})
			continue
		}
		out = append(out, recipient{person, over, fmt.Sprintf("%s holds %s: %s", person.Name, s.Role, why)})
	}
	if s.Kind == AssignStep && c.Incident.Assignee != "" {
		out = only(out, c.Incident.Assignee)
	} else if s.Kind == AssignStep && len(out) > 1 {
		out = out[:1]
	}
	if len(out) > 0 {
		return out, reason
	}
	return p.catchAll(s.Role, channels, reason)
}

func (p *Policy) catchAll(role string, channels []Channel, reason alerting.Reason) ([]recipient, alerting.Reason) {
	missed := make([]string, len(reason.Tried))
	for i, t := range reason.Tried {
		missed[i] = strings.TrimPrefix(t.Rule, "people.") + " " + t.Why
	}
	why := fmt.Sprintf("%s reaches nobody", role)
	if len(missed) > 0 {
		why += " (" + strings.Join(missed, "; ") + ")"
	}
	person, ok := p.Directory.People[p.Directory.CatchAll]
	over := person.over(channels)
	if len(over) == 0 {
		over = person.over(Channels)
	}
	if !ok || len(over) == 0 {
		reason.Text = why + ", and there is no catch_all who can be told"
		return nil, reason
	}
	reason.Text = why + ": catch_all is told instead"
	return []recipient{{person, over, fmt.Sprintf("%s is catch_all: %s", person.Name, why)}}, reason
}

// holders are the people who hold a role at an instant; holds reports whether they do so by a rotation.
func (d Directory) holders(role string, at time.Time) (people []Person, holds bool, why string) {
	r, ok := d.Roles[role]
	if !ok {
		return nil, false, fmt.Sprintf("there is no role %q in this configuration", role)
	}
	if r.Rotation == "" {
		for _, id := range r.People {
			people = append(people, d.People[id])
		}
		return people, false, fmt.Sprintf("%s is %s", role, strings.Join(r.People, ", "))
	}
	id, _, until := d.Rotations[r.Rotation].Holder(at)
	if id == "" {
		return nil, true, fmt.Sprintf("rotation %s has not begun", r.Rotation)
	}
	return []Person{d.People[id]}, true, fmt.Sprintf("rotation %s is with %s until %s", r.Rotation, id, clock(until))
}

// unreachable says why a person is not told now; empty if they are.
func (p *Policy) unreachable(person Person, sev alerting.Severity, holds bool, now time.Time) string {
	switch {
	case !person.Takes(sev):
		return fmt.Sprintf("is told of %s only, and this is %s", join(person.Only), sev)
	case person.Reach == ReachBusinessHours && !p.Calendar.Open(now):
		return "is reached in business hours only, and it is not business time"
	case person.Reach == ReachOnCall && !holds && !p.Directory.onCall(person.ID, now):
		return "is reached only while on call, and is not"
	}
	return ""
}

func (d Directory) onCall(person string, at time.Time) bool {
	for _, r := range d.Rotations {
		if id, _, _ := r.Holder(at); id == person {
			return true
		}
	}
	return false
}

func (p Person) over(channels []Channel) []Channel {
	var out []Channel
	for _, c := range channels {
		if p.Address(c) != "" {
			out = append(out, c)
		}
	}
	return out
}

func only(rs []recipient, person string) []recipient {
	for _, r := range rs {
		if r.person.ID == person {
			return []recipient{r}
		}
	}
	return rs
}

func join[T ~string | alerting.Severity](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}
