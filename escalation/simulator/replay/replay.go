package replay

import (
	"cmp"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

// Result is what would have been otherwise from Since until before Until.
type Result struct {
	Since, Until time.Time
	Compared     int   // incidents that were replayed
	Was, Now     Count // as recorded, and under this configuration
	Fewer, More  int   // pages that would not have left, and that would have left in addition
	Moved        int   // pages that would have left at another time
	Incidents    []Incident
	Lost         []Lost
	// Unknown are incidents of which it is not recorded how they began, so that they cannot be replayed.
	Unknown []int64
}

// Count counts pages, each channel by itself.
type Count struct {
	Pages int
	Night int // from 22:00 to 07:00 where the person is
	Off   int // outside the person's business hours
	// Missed are deadlines: steps after a plan's first one that told somebody because nobody had acknowledged.
	Missed int
}

// Incident is what would have been otherwise of one.
type Incident struct {
	ID       int64 // as recorded; 0: it was not there
	Title    string
	Opened   time.Time
	Was, Now alerting.Severity
	Why      alerting.Reason // of the severity now
	// Gone is that there would be no such incident. Joins is then the one that its alerts would have joined;
	// 0: none.
	Gone    bool
	Joins   int64
	Changes []Change
	Missed  [2]int // deadlines as recorded, and under this configuration

	key int64 // what its pages are kept by: ID, or the simulated number below 0
}

// Reclassified reports whether the incident would have another severity.
func (i Incident) Reclassified() bool { return !i.Gone && i.ID != 0 && i.Was != i.Now }

func (i Incident) differs() bool {
	return i.Gone || i.ID == 0 || i.Reclassified() || len(i.Changes) > 0 || i.Missed[0] != i.Missed[1]
}

// Change is a page that would have been otherwise: Was is nil for one in addition, Now for one that would
// not have left. If both are there, it would have left at another time, or told somebody else.
type Change struct {
	Was, Now *Page
	Why      string // there would be no such page; else why Now tells whom it tells
}

// At is when the first page of a change leaves.
func (c Change) At() time.Time {
	switch {
	case c.Was == nil:
		return c.Now.At
	case c.Now == nil || c.Was.At.Before(c.Now.At):
		return c.Was.At
	}
	return c.Now.At
}

// Page is one that left, or would have.
type Page struct {
	At       time.Time
	Round    int
	Step     int // of the plan, counted from 1; 0: beside it
	Kind     escalation.StepKind
	Role     string
	Person   string
	Channel  escalation.Channel
	Severity alerting.Severity
	Night    bool // between 22:00 and 07:00 where the person is
	Off      bool // outside the person's business hours
	why      string
	missed   bool // of a step that came because nobody had acknowledged
}

// Lost is an answer that would have found no incident, or been refused.
type Lost struct {
	At       time.Time
	Incident int64 // as recorded
	Verb     escalation.Verb
	By       string
	Why      string
}

// Run replays a record under policy p and compares what left from since until before until. The record
// reaches back to the opening of each incident that was unresolved in that time, and on at least until
// that time's end; where it goes on to their ends, severities that changed later are compared too.
func Run(p *escalation.Policy, rec escalation.Record, since, until time.Time) Result {
	out := Result{Since: since, Until: until}
	r := newRun(p, rec, since, until)
	out.Lost = r.lost
	out.Unknown = r.unknown
	was := recordedPages(p, rec, r.asked, since, until)
	now := r.pagesIn(since, until)
	for _, inc := range r.incidents() {
		was, now := was[inc.key], now[inc.key]
		out.Was.add(was)
		out.Now.add(now)
		inc.Missed = [2]int{missed(was), missed(now)}
		fewer, more, moved := inc.compare(r, was, now)
		out.Fewer, out.More, out.Moved = out.Fewer+fewer, out.More+more, out.Moved+moved
		if inc.ID != 0 {
			out.Compared++
		}
		if inc.differs() {
			out.Incidents = append(out.Incidents, inc)
		}
	}
	return out
}

func (c *Count) add(pages []Page) {
	c.Pages += len(pages)
	c.Missed += missed(pages)
	for _, p := range pages {
		if p.Night {
			c.Night++
		}
		if p.Off {
			c.Off++
		}
	}
}

// missed counts the deadlines that pages of one incident tell were missed.
func missed(pages []Page) int {
	steps := map[[2]int]bool{}
	for _, p := range pages {
		if p.missed {
			steps[[2]int{p.Round, p.Step}] = true
		}
	}
	return len(steps)
}

func sortPages(pages []Page) {
	slices.SortStableFunc(pages, func(a, b Page) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Step, b.Step), cmp.Compare(a.Person, b.Person), cmp.Compare(a.Channel, b.Channel))
	})
}
