package escalation

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tocsin/alerting"
)

// replyToAll acknowledges each unresolved incident that a person was told of lately. Nothing else can be done to
// all at once.
func (p *Policy) replyToAll(by alerting.Actor, r Reply, in Incidents, now time.Time) (Answered, error) {
	if r.Verb != Acknowledge {
		return unanswered(r, by, "refused: only an acknowledgement is for all", "Only ACK can be said of all incidents at once. Reply with a number, as in RES 412."), nil
	}
	ids, err := in.Recent(by.Name)
	if err != nil {
		return Answered{}, err
	}
	out := unanswered(r, by, "nothing: told of no open incident", "You were told of no open incident in the last 24 hours. Nothing was changed.")
	var done, not []string
	for _, id := range slices.Sorted(slices.Values(ids)) { // locked in the order of their numbers
		d, why, err := p.acknowledgeOne(by, id, in, now)
		if err != nil {
			return Answered{}, err
		}
		if d.Changed {
			out.All = append(out.All, d)
		}
		if why == "" {
			done = append(done, fmt.Sprintf("#%d", id))
		} else {
			not = append(not, fmt.Sprintf("#%d: %s.", id, why))
		}
	}
	if len(ids) > 0 {
		out.Text, out.Outcome = saidOfAll(done, not), fmt.Sprintf("acknowledged %d of %d", len(done), len(ids))
	}
	return out, nil
}

// acknowledgeOne is one of the incidents that a reply is about; why says what kept it from being acknowledged.
func (p *Policy) acknowledgeOne(by alerting.Actor, id int64, in Incidents, now time.Time) (d Decision, why string, err error) {
	c, err := in.Find(id)
	if errors.Is(err, alerting.ErrNotFound) {
		return d, "there is no such incident", nil
	}
	if err != nil {
		return d, "", err
	}
	d, err = p.Apply(c, Answer{Verb: Acknowledge, By: by}, now)
	if refused, is := errors.AsType[*alerting.Refused](err); is {
		return Decision{}, refused.Text, nil
	}
	return d, d.Note, err
}

// saidOfAll is the sentence for a sender: "Acknowledged 2 incidents: #3, #5. #4: already acknowledged by bob at ...."
// The count comes first, for an SMS may be cut after it.
func saidOfAll(done, not []string) string {
	switch len(done) {
	case 0:
	case 1:
		not = slices.Insert(not, 0, "Acknowledged "+done[0]+".")
	default:
		not = slices.Insert(not, 0, fmt.Sprintf("Acknowledged %d incidents: %s.", len(done), strings.Join(done, ", ")))
	}
	return strings.Join(not, " ")
}
