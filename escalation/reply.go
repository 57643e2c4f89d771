package escalation

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	All      bool          // instead of Incident: each unresolved one that its sender was told of in the last 24 hours
	Verb     Verb          // empty if the reply could not be understood
	For      time.Duration // for Snooze: from when it arrived
	Person   string        // for Assign: an ID of the directory
	To       string        // for Assign without Person: that person's address on the channel
	Text     string        // for Note
	Respond  string        // where the channel takes an answer to the sender (Slack's response_url)
}

// Answered is what came of a reply: the sentence for its sender, and what to store.
type Answered struct {
	Decision Decision // says who asked for what also where nothing changed
	// All are, of a reply about all incidents, what becomes of those that change, in the order of their numbers;
	// Decision then changes nothing. They are stored together, or none is.
	All     []Decision
	Person  string          // who sent it; empty if nobody of the directory did
	Text    string          // for the sender, and for nobody else; in English
	Said    []alerting.Said // Text as data, sentence by sentence
	Outcome string          // for the audit log
}

// Sender finds the person who has an address on a channel. A configuration gives a telephone number and a
// Slack user to one person only.
func (p *Policy) Sender(c Channel, address string) (Person, bool) {
	if address == "" {
		return Person{}, false
	}
	for _, id := range slices.Sorted(maps.Keys(p.Directory.People)) {
		if person := p.Directory.People[id]; person.Address(c) == address {
			return person, true
		}
	}
	return Person{}, false
}

// Incidents is what a decision about a reply needs to read.
type Incidents struct {
	// Told are those that a person was paged for over the reply's channel, and that were unresolved in the
	// hour before it arrived: people answer what they have in hand.
	Told func(person string) ([]Told, error)
	// Recent are the numbers of the unresolved incidents that a person was paged for, over any channel, in the 24
	// hours before the reply arrived.
	Recent func(person string) ([]int64, error)
	Find   func(id int64) (Case, error) // one, locked; alerting.ErrNotFound
}

// Told is an incident that a person was paged for.
type Told struct {
	ID       int64
	Resolved bool
}

// Reply decides what a reply that arrived at a moment does now.
func (p *Policy) Reply(r Reply, in Incidents, arrived, now time.Time) (Answered, error) {
	by := alerting.Actor{Name: r.Address, Via: string(r.Channel), From: r.From}
	person, ok := p.Sender(r.Channel, r.Address)
	if !ok {
		text := "Tocsin does not know you: no person of its directory has this " + addressWord(r.Channel) + ". Nothing was changed."
		return unanswered(r, by, "unknown sender", text, alerting.Say("answer.unknown_sender", "channel", string(r.Channel))), nil
	}
	by.Name = person.ID
	out, err := p.replyOf(by, r, in, arrived, now)
	out.Person = person.ID
	return out, err
}

// replyOf decides what a person's reply does.
func (p *Policy) replyOf(by alerting.Actor, r Reply, in Incidents, arrived, now time.Time) (Answered, error) {
	if r.Verb == "" {
		return unanswered(r, by, "refused: not understood", "Tocsin did not understand that. Reply ACK, RES or ESC with the incident's number, as in ACK 412.", alerting.Say("answer.not_understood")), nil
	}
	if r.All {
		return p.replyToAll(by, r, in, now)
	}
	id, problem, why, err := which(r, by.Name, in)
	if problem != "" || err != nil {
		return unanswered(r, by, "refused: no number, and not one incident that could be meant", problem, why), err
	}
	c, err := in.Find(id)
	if errors.Is(err, alerting.ErrNotFound) {
		return unanswered(r, by, "refused: there is no such incident", fmt.Sprintf("There is no incident #%d. Nothing was changed.", id), alerting.Say("answer.no_incident", "id", strconv.FormatInt(id, 10))), nil
	}
	if err != nil {
		return Answered{}, err
	}
	answer := Answer{Verb: r.Verb, By: by, Person: r.Person, Text: r.Text}
	if r.Verb == Assign && r.Person == "" {
		to, ok := p.Sender(r.Channel, r.To)
		if !ok {
			text := "Nobody of Tocsin's directory has that " + addressWord(r.Channel) + ". Nothing was changed."
			return unanswered(r, by, "refused: unknown assignee", text, alerting.Say("answer.unknown_assignee", "channel", string(r.Channel))), nil
		}
		answer.Person = to.ID
	}
	if r.Verb == Snooze {
		answer.Until = arrived.Add(r.For)
	}
	d, err := p.Apply(c, answer, now)
	refused, isRefused := errors.AsType[*alerting.Refused](err)
	switch {
	case isRefused:
		return Answered{Decision: d, Text: sentence(refused.Text), Said: []alerting.Said{alerting.Say("answer.refused").About(refused.Said)}, Outcome: d.Outcome(err)}, nil
	case err != nil:
		return Answered{}, err
	}
	text, came := said(d)
	return Answered{Decision: d, Text: text, Said: []alerting.Said{came}, Outcome: d.Outcome(nil)}, nil
}

// unanswered is what comes of a reply that reaches no incident.
func unanswered(r Reply, by alerting.Actor, outcome, text string, said alerting.Said) Answered {
	return Answered{Decision: Decision{Answer: r.Verb, By: by}, Text: text, Said: []alerting.Said{said}, Outcome: outcome}
}

// which incident a reply means: the one that it names, or the only one that its sender was told of. One
// that was resolved just now may be the one that they mean, so it is not passed over for another.
func which(r Reply, person string, in Incidents) (id int64, problem string, said alerting.Said, err error) {
	if r.Incident != 0 {
		return r.Incident, "", said, nil
	}
	told, err := in.Told(person)
	switch {
	case err != nil:
		return 0, "", said, err
	case len(told) == 0:
		return 0, "You have no open incident. Nothing was changed.", alerting.Say("answer.none_open"), nil
	case len(told) == 1:
		return told[0].ID, "", said, nil
	}
	problem, said = whichOne(told)
	return 0, problem, said, nil
}

// whichOne asks for the number of one of several; its example is the newest that is not resolved.
func whichOne(told []Told) (string, alerting.Said) {
	slices.SortFunc(told, func(a, b Told) int { return cmp.Compare(a.ID, b.ID) })
	names, data := make([]string, len(told)), make([]string, len(told))
	example := told[len(told)-1].ID
	for i, t := range told {
		names[i] = fmt.Sprintf("#%d", t.ID)
		data[i] = names[i]
		if t.Resolved {
			data[i] += "\tresolved"
			names[i] += " (resolved)"
		}
	}
	for _, t := range slices.Backward(told) {
		if !t.Resolved {
			example = t.ID
			break
		}
	}
	return fmt.Sprintf("Which one? You were told of %s: reply with the number, as in ACK %d.", strings.Join(names, ", "), example),
		alerting.Say("answer.which", "told", strings.Join(data, "\n"), "id", strconv.FormatInt(example, 10))
}

// said tells the sender what their reply did: the last thing on the timeline that is not a step of the plan.
func said(d Decision) (string, alerting.Said) {
	inc := d.Case.Incident
	head := fmt.Sprintf("#%d %s", inc.ID, inc.Title)
	about := alerting.Say("answer.about", "id", strconv.FormatInt(inc.ID, 10), "title", inc.Title)
	if d.Note != "" {
		return head + ": " + d.Note + ".", about.About(d.said)
	}
	for _, e := range slices.Backward(d.Entries) {
		switch {
		case e.Kind == alerting.KindNote:
			return fmt.Sprintf("Noted on %s: %s", head, e.Text), alerting.Say("answer.noted", "id", strconv.FormatInt(inc.ID, 10), "title", inc.Title, "text", e.Text)
		case e.Kind != alerting.KindStepFired:
			return head + ": " + sentence(e.Text), about.About(e.Reason.Said)
		}
	}
	return head + ": " + string(inc.State) + ".", about.About(alerting.Say("answer.state_" + string(inc.State)))
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return upper(s) + "."
}

// upper is a sentence's beginning.
func upper(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

func addressWord(c Channel) string {
	switch c {
	case SMS, Voice:
		return "telephone number"
	case Slack:
		return "Slack user"
	}
	return "address"
}
