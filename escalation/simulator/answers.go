package simulator

import (
	"errors"
	"fmt"
	"slices"

	"tocsin/alerting"
	"tocsin/escalation"
)

// answerAll gives an answer to the incident that it names, or to every incident that there is. What is refused,
// or changes nothing, is told.
func (w *World) answerAll(a Answer) {
	all := w.meantBy(a)
	if len(all) == 0 {
		w.tellAnswer(0, a, orSomebody(a.By), "", w.noneMeant(a))
	}
	for _, id := range all {
		by := a.By
		if by == "" {
			by = w.firstTold(id)
		}
		note, err := w.Answer(id, a.at(w.now, by, businessTime(w.policy)))
		if errors.Is(err, alerting.ErrNotFound) {
			err = w.missing(id, a)
		}
		w.tellAnswer(id, a, by, note, err)
	}
}

// meantBy are the incidents that an answer is about. A merge without a number is about all that do not go on
// in another yet, but for the one that they go on in.
func (w *World) meantBy(a Answer) []int64 {
	if a.Incident != 0 {
		return []int64{a.Incident}
	}
	return slices.DeleteFunc(slices.Clone(w.order), func(id int64) bool {
		return a.Verb == escalation.Merge && (id == a.Into || w.cases[id].Incident.MergedInto != 0)
	})
}

// noneMeant says why an answer without a number is about no incident.
func (w *World) noneMeant(a Answer) error {
	if len(w.order) == 0 {
		return errors.New("there is no incident yet that it could be about")
	}
	return fmt.Errorf("incident #%d cannot be merged into itself, and there is no other that goes on by itself", a.Into)
}

func (w *World) missing(id int64, a Answer) error {
	if w.cases[id] != nil {
		id = a.Into
	}
	return fmt.Errorf("there is no incident #%d at this time", id)
}

// tellAnswer tells what came of an answer, unless the timeline does.
func (w *World) tellAnswer(id int64, a Answer, by, note string, err error) {
	e := Event{Kind: Unchanged, Verb: a.Verb, Person: by, Says: a.String(), Reason: note}
	if err != nil {
		e.Kind, e.Reason = Refused, err.Error()
	}
	if e.Reason != "" {
		w.tell(id, e)
	}
}

// firstTold is the person whom a page about an incident reached first: who would answer, if nothing else is said.
func (w *World) firstTold(id int64) string {
	for _, e := range w.story {
		if e.Incident == id && e.Channel != "" && !e.Lost && (e.Kind == Page || e.Kind == Assign) {
			return e.Person
		}
	}
	return orSomebody("")
}

func orSomebody(by string) string {
	if by == "" {
		return "somebody"
	}
	return by
}
