package escalation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
)

// Reply is an answer that came back over a channel: a button, an SMS, a link. It is stored before the
// channel is told that it arrived, and applied once, however often it is delivered.
type Reply struct {
	ID       string        // the channel's own name for this delivery; the same reply again has the same
	Channel  Channel       // how it came
	Address  string        // who sent it: a Slack user ID, a telephone number
	From     string        // the network address that delivered it
	Incident int64         // 0 if it was left out
	Verb     Verb          // empty if the reply could not be understood
	For      time.Duration // for Snooze: from when it arrived
	Respond  string        // where the channel takes an answer to the sender (Slack's response_url)
}

// Answered is what came of a reply: the sentence for its sender, and what to store.
type Answered struct {
	Decision Decision
	Person   string // who sent it; empty if nobody of the directory did
	Text     string // for the sender, and for nobody else
}

// Sender finds the person who has an address on a channel.
func (p *Policy) Sender(c Channel, address string) (Person, bool) {
	if address == "" {
		return Person{}, false
	}
	for _, person := range p.Directory.People {
		if person.Address(c) == address {
			return person, true
		}
	}
	return Person{}, false
}

// Incidents is what a decision about a reply needs to read.
type Incidents struct {
	Told func(person string) ([]int64, error) // the unresolved ones that a person was paged for over the reply's channel
	Find func(id int64) (Case, error)         // one, locked; alerting.ErrNotFound
}

// Reply decides what a reply that arrived at a moment does now.
func (p *Policy) Reply(r Reply, in Incidents, arrived, now time.Time) (Answered, error) {
	person, ok := p.Sender(r.Channel, r.Address)
	if !ok {
		return Answered{Text: "Tocsin does not know you: no person of its directory has this " + addressWord(r.Channel) + ". Nothing was changed."}, nil
	}
	out := Answered{Person: person.ID}
	if r.Verb == "" {
		out.Text = "Tocsin did not understand that. Reply ACK, RES or ESC with the incident's number, as in ACK 412."
		return out, nil
	}
	id, problem, err := which(r, person.ID, in)
	if problem != "" || err != nil {
		out.Text = problem
		return out, err
	}
	c, err := in.Find(id)
	if err != nil {
		if errors.Is(err, alerting.ErrNotFound) {
			out.Text = fmt.Sprintf("There is no incident #%d. Nothing was changed.", id)
			return out, nil
		}
		return out, err
	}
	answer := Answer{Verb: r.Verb, By: alerting.Actor{Name: person.ID, Via: string(r.Channel), From: r.From}}
	if r.Verb == Snooze {
		answer.Until = arrived.Add(r.For)
	}
	d, err := p.Apply(c, answer, now)
	if refused, ok := errors.AsType[*alerting.Refused](err); ok {
		out.Text = sentence(refused.Text)
		return out, nil
	}
	out.Decision, out.Text = d, said(d)
	return out, err
}

// which incident a reply means: the one that it names, or the only one that its sender was told of.
func which(r Reply, person string, in Incidents) (id int64, problem string, err error) {
	if r.Incident != 0 {
		return r.Incident, "", nil
	}
	told, err := in.Told(person)
	switch {
	case err != nil:
		return 0, "", err
	case len(told) == 0:
		return 0, "You have no open incident. Nothing was changed.", nil
	case len(told) == 1:
		return told[0], "", nil
	}
	slices.Sort(told)
	numbers := make([]string, len(told))
	for i, id := range told {
		numbers[i] = fmt.Sprintf("#%d", id)
	}
	return 0, fmt.Sprintf("Which one? You were told of %s: reply with the number, as in ACK %d.", strings.Join(numbers, ", "), told[len(told)-1]), nil
}

// said tells the sender what their reply did: the last thing on the timeline that is not a step of the plan.
func said(d Decision) string {
	inc := d.Case.Incident
	head := fmt.Sprintf("#%d %s", inc.ID, inc.Title)
	if d.Note != "" {
		return head + ": " + d.Note + "."
	}
	for _, e := range slices.Backward(d.Entries) {
		if e.Kind != alerting.KindStepFired {
			return head + ": " + sentence(e.Text)
		}
	}
	return head + ": " + string(inc.State) + "."
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

func addressWord(c Channel) string {
	switch c {
	case SMS:
		return "telephone number"
	case Slack:
		return "Slack user"
	}
	return "address"
}
