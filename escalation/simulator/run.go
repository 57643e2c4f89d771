package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Request is a question: what would happen.
type Request struct {
	At      time.Time
	Alerts  []Delivery         // what comes in
	Manual  *escalation.Manual // instead of alerts: what somebody opens
	Answers []Answer           // what people do about each incident that there is by then
	Lost    []Loss             // pages that are assumed not to be accepted
	For     time.Duration      // how far to look; 0: Week
}

// Delivery is what one request of a source would bring.
type Delivery struct {
	After  time.Duration // from Request.At
	Events []alerting.Event
	Manual *escalation.Manual // instead of events: what somebody opens
}

// Week is how far Run looks unless it is told otherwise.
const Week = 7 * 24 * time.Hour

// longestRun is how far Run may look.
const longestRun = 366 * 24 * time.Hour

// mostEvents is how long a story Run tells; a configuration that repeats without an end makes a longer one.
const mostEvents = 10_000

// ErrNoIncident says that there is nothing to tell.
var ErrNoIncident = errors.New("no incident opens: of these alerts none fires")

// Result is what would happen.
type Result struct {
	Opened Opening           // the first incident as it opened
	Cases  []escalation.Case // all incidents as they stand in the end
	Story  []Event           // in order of time
	Until  time.Time         // how far it was looked
	Next   time.Time         // when more is owed after Until; zero if nothing is
	Cut    bool              // the story was too long and ends before Until
}

// Opening is an incident as it opens.
type Opening struct {
	Incident int64
	Severity alerting.Severity
	Title    string
	Reason   alerting.Reason
}

// Run answers a request with policy p. What is due at an answer's own moment happens before the answer.
// The error is ErrNoIncident, or a sentence about the request.
func Run(p *escalation.Policy, r Request) (Result, error) {
	if r.For == 0 {
		r.For = Week
	}
	if err := r.check(p); err != nil {
		return Result{}, err
	}
	w := New(p, r.At)
	w.Assume(silent(r.Lost))
	var out Result
	for _, act := range r.acts() {
		if act.after > r.For {
			break
		}
		w.advance(r.At.Add(act.after), &out)
		if err := act.do(w); err != nil {
			return Result{}, err
		}
		if out.Opened.Incident == 0 && len(w.order) > 0 {
			inc := w.cases[w.order[0]].Incident
			out.Opened = Opening{Incident: inc.ID, Severity: inc.Severity, Title: inc.Title, Reason: inc.Reason}
		}
	}
	out.Until = r.At.Add(r.For)
	w.advance(out.Until, &out)
	out.Next, _ = w.NextAt()
	out.Cases, out.Story = w.Cases(), w.story
	if out.Opened.Incident == 0 {
		return out, ErrNoIncident
	}
	return out, nil
}

func (r Request) check(p *escalation.Policy) error {
	switch {
	case r.Manual == nil && len(r.Alerts) == 0:
		return errors.New("there is no alert: say what comes in")
	case r.For < 0 || r.For > longestRun:
		return errors.New("the time to look at is at most a year")
	}
	for _, a := range r.Answers {
		if err := r.checkAnswer(p, a); err != nil {
			return fmt.Errorf("the answer %q: %w", a, err)
		}
	}
	for _, l := range r.Lost {
		if _, ok := p.Directory.People[l.Person]; l.Person != "" && !ok {
			return fmt.Errorf("what fails, %q: there is nobody called %q under people", l, l.Person)
		}
	}
	return nil
}

// checkAnswer refuses what nobody could do, rather than to pass over it.
func (r Request) checkAnswer(p *escalation.Policy, a Answer) error {
	for _, person := range []string{a.Person, a.By} {
		if _, ok := p.Directory.People[person]; person != "" && !ok {
			return fmt.Errorf("there is nobody called %q under people", person)
		}
	}
	if a.After > r.For {
		return fmt.Errorf("it comes after the end of what is looked at, which is %s: look further", r.For)
	}
	_, err := a.until(r.At.Add(a.After), businessTime(p))
	return err
}

// advance lets time pass until t, unless the story grows too long.
func (w *World) advance(t time.Time, out *Result) {
	for !out.Cut {
		at, ok := w.NextAt()
		if !ok || at.After(t) {
			break
		}
		w.AdvanceTo(at)
		out.Cut = len(w.story) > mostEvents
	}
	if !out.Cut {
		w.AdvanceTo(t)
	}
}

// act is one thing that comes from outside.
type act struct {
	after time.Duration
	do    func(*World) error
}

// acts are what a request brings, in order of time: what opens first, then what people do.
func (r Request) acts() []act {
	var all []act
	if r.Manual != nil {
		all = append(all, act{0, Delivery{Manual: r.Manual}.arrive})
	}
	for _, d := range r.Alerts {
		all = append(all, act{d.After, d.arrive})
	}
	for _, a := range r.Answers {
		all = append(all, act{a.After, func(w *World) error { w.answerAll(a); return nil }})
	}
	slices.SortStableFunc(all, func(x, y act) int { return cmp.Compare(x.after, y.after) })
	return all
}

// arrive is a delivery that comes in.
func (d Delivery) arrive(w *World) error {
	if d.Manual != nil {
		_, err := w.Open(*d.Manual)
		return err
	}
	w.Receive(d.Events)
	return nil
}
