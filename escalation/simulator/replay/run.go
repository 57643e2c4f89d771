package replay

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// run is a replay under way: a simulated world, and which of its incidents stands for which recorded one.
type run struct {
	policy       *escalation.Policy
	world        *simulator.World
	recorded     map[int64]alerting.Incident
	since, until time.Time
	asked        map[moment]bool

	read  int                           // events of the story that have been looked at
	holds map[escalation.AlertKey]int64 // alert -> the recorded incident that has it
	has   map[int64]map[escalation.AlertKey]bool
	index map[escalation.AlertKey]int64 // alert -> the simulated incident that has it
	home  map[int64]int64               // simulated incident -> the recorded one that it stands for
	stand map[int64]int64               // recorded incident -> the newest simulated one that stands for it

	pages   map[int64][]Page          // by recorded incident
	stands  map[int64][]int64         // recorded incident -> all simulated ones that stand for it in the end
	stories map[int64]story           // what happened to each simulated incident
	plans   map[round]escalation.Plan // the last of each round
	whole   map[int64]bool            // recorded incidents whose beginning is recorded
	lost    []Lost
	unknown []int64
}

// round is one of a simulated incident.
type round struct {
	incident int64
	number   int
}

func newRun(p *escalation.Policy, rec escalation.Record, since, until time.Time) *run {
	start := since
	for _, m := range moments(rec) {
		if m.Before(start) {
			start = m
		}
	}
	r := &run{
		policy: p, world: simulator.New(p, start), since: since, until: until, asked: asking(rec),
		recorded: map[int64]alerting.Incident{}, whole: map[int64]bool{}, pages: map[int64][]Page{}, plans: map[round]escalation.Plan{},
		holds: map[escalation.AlertKey]int64{}, has: map[int64]map[escalation.AlertKey]bool{}, index: map[escalation.AlertKey]int64{},
		home: map[int64]int64{}, stand: map[int64]int64{},
	}
	for _, inc := range rec.Incidents {
		r.recorded[inc.ID] = inc
	}
	r.play(rec)
	r.end()
	return r
}

// end sorts what has happened by incident.
func (r *run) end() {
	r.stands, r.stories = map[int64][]int64{}, map[int64]story{}
	for _, c := range r.world.Cases() {
		id := c.Incident.ID
		r.stands[r.home[id]] = append(r.stands[r.home[id]], id)
	}
	for _, e := range r.world.Story() {
		r.stories[e.Incident] = append(r.stories[e.Incident], e)
	}
	r.findUnknown()
}

// moments are the times at which something came, in order, each once.
func moments(rec escalation.Record) []time.Time {
	var all []time.Time
	for _, a := range rec.Arrivals {
		all = append(all, a.At)
	}
	for _, a := range rec.Answers {
		all = append(all, a.At)
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// play lets all happen at its time. What is due at the moment of an alert or an answer comes before it.
func (r *run) play(rec escalation.Record) {
	arrivals, answers := rec.Arrivals, rec.Answers
	for _, now := range moments(rec) {
		r.advance(now)
		n := count(arrivals, func(a escalation.RecordedArrival) bool { return a.At.Equal(now) })
		if n > 0 {
			r.receive(arrivals[:n])
			arrivals = arrivals[n:]
			r.advance(now)
		}
		for len(answers) > 0 && answers[0].At.Equal(now) {
			r.answer(answers[0])
			answers = answers[1:]
			r.advance(now)
		}
	}
	r.advance(r.until.Add(-1))
}

// count is how many of a list's first elements fulfil a condition.
func count[T any](list []T, ok func(T) bool) int {
	n := 0
	for n < len(list) && ok(list[n]) {
		n++
	}
	return n
}

// advance lets time pass, and looks at what happens as it does.
func (r *run) advance(t time.Time) {
	for {
		next, ok := r.world.NextAt()
		if !ok || next.After(t) {
			break
		}
		r.world.AdvanceTo(next)
		r.follow()
	}
	r.world.AdvanceTo(t)
}

// follow looks at what has happened since it last did: pages that left, and alerts that changed hands. It
// returns the incidents that it happened to.
func (r *run) follow() (touched []int64) {
	story := r.world.Story()
	for _, e := range story[r.read:] {
		if e.Channel != "" && (e.Kind == simulator.Page || e.Kind == simulator.Assign) {
			r.left(e)
		}
		if e.Incident != 0 && !slices.Contains(touched, e.Incident) {
			touched = append(touched, e.Incident)
		}
	}
	r.read = len(story)
	for _, id := range touched {
		if c, ok := r.world.Case(id); ok {
			r.plans[round{id, c.Plan.Round}] = c.Plan
		}
	}
	return touched
}

// left keeps a page that leaves.
func (r *run) left(e simulator.Event) {
	page := Page{
		At: e.At, Round: e.Round, Step: e.Step, Kind: kindOf(e.Kind), Role: e.Role, Person: e.Person, Channel: e.Channel, Severity: e.Severity, why: e.Reason,
	}
	c, _ := r.world.Case(e.Incident)
	id := r.home[e.Incident]
	asked := r.asked[at(id, e.At)] || e.Step > 0 && e.Step <= len(c.Plan.Steps) && c.Plan.Steps[e.Step-1].AskedBy != ""
	page.missed = e.Step > 1 && !asked && c.Incident.State == alerting.StateOpen
	place(r.policy, &page)
	r.pages[id] = append(r.pages[id], page)
}

// kindOf is the kind of step that a page of the story is of.
func kindOf(k simulator.Kind) escalation.StepKind {
	if k == simulator.Assign {
		return escalation.AssignStep
	}
	return escalation.PageStep
}

// pagesIn are the pages that left in a stretch of time.
func (r *run) pagesIn(since, until time.Time) map[int64][]Page {
	out := map[int64][]Page{}
	for id, pages := range r.pages {
		for _, p := range pages {
			if !p.At.Before(since) && p.At.Before(until) {
				out[id] = append(out[id], p)
			}
		}
		sortPages(out[id])
	}
	return out
}
