package escalation

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
)

// replyToAll acknowledges each unresolved incident that a person was told of lately. Nothing else can be done to
// all at once.
func (p *Policy) replyToAll(by alerting.Actor, r Reply, in Incidents, now time.Time) (Answered, error) {
	if r.Verb != Acknowledge {
		text := "Only ACK can be said of all incidents at once. Reply with a number, as in RES 412."
		return unanswered(r, by, "refused: only an acknowledgement is for all", text, alerting.Say("answer.only_ack_all")), nil
	}
	ids, err := in.Recent(by.Name)
	if err != nil {
		return Answered{}, err
	}
	out := unanswered(r, by, "nothing: told of no open incident", "You were told of no open incident in the last 24 hours. Nothing was changed.", alerting.Say("answer.none_recent"))
	var done []string
	var not []line
	for _, id := range slices.Sorted(slices.Values(ids)) { // locked in the order of their numbers
		d, why, err := p.acknowledgeOne(by, id, in, now)
		if err != nil {
			return Answered{}, err
		}
		if d.Changed {
			out.All = append(out.All, d)
		}
		if why.text == "" {
			done = append(done, fmt.Sprintf("#%d", id))
		} else {
			about := alerting.Say("answer.about", "id", strconv.FormatInt(id, 10)).About(why.said)
			not = append(not, line{fmt.Sprintf("#%d: %s.", id, why.text), about})
		}
	}
	if len(ids) > 0 {
		out.Text, out.Said = saidOfAll(done, not)
		out.Outcome = fmt.Sprintf("acknowledged %d of %d", len(done), len(ids))
	}
	return out, nil
}

// acknowledgeOne is one of the incidents that a reply is about; why says what kept it from being acknowledged.
func (p *Policy) acknowledgeOne(by alerting.Actor, id int64, in Incidents, now time.Time) (d Decision, why line, err error) {
	c, err := in.Find(id)
	if errors.Is(err, alerting.ErrNotFound) {
		return d, line{"there is no such incident", alerting.Say("answer.missing")}, nil
	}
	if err != nil {
		return d, why, err
	}
	d, err = p.Apply(c, Answer{Verb: Acknowledge, By: by}, now)
	if refused, is := errors.AsType[*alerting.Refused](err); is {
		return Decision{}, line{refused.Text, refused.Said}, nil
	}
	return d, line{d.Note, d.said}, err
}

// saidOfAll is the sentence for a sender: "Acknowledged 2 incidents: #3, #5. #4: already acknowledged by bob at ...."
// The count comes first, for an SMS may be cut after it.
func saidOfAll(done []string, not []line) (string, []alerting.Said) {
	data := alerting.Say("answer.acknowledged", "count", strconv.Itoa(len(done)), "list", strings.Join(done, "\n"))
	switch len(done) {
	case 0:
	case 1:
		not = slices.Insert(not, 0, line{"Acknowledged " + done[0] + ".", data})
	default:
		not = slices.Insert(not, 0, line{fmt.Sprintf("Acknowledged %d incidents: %s.", len(done), strings.Join(done, ", ")), data})
	}
	texts, said := make([]string, len(not)), make([]alerting.Said, len(not))
	for i, l := range not {
		texts[i], said[i] = l.text, l.said
	}
	return strings.Join(texts, " "), said
}
