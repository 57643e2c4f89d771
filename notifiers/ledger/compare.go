package ledger

import (
	"cmp"
	"fmt"
	"time"

	"tocsin/alerting"
)

// Page is a page as the outbox has it.
type Page struct {
	ID        int64
	CreatedAt time.Time
	Round     int
	Step      int
	Role      string
	Severity  int
	Reason    string // SHA-256 of it
	State     string
	Person    string
	Channel   string
	Attempts  []Attempt
}

// Attempt is an attempt as the outbox has it.
type Attempt struct {
	ID             string
	At             time.Time
	Outcome        string
	ProviderID     string
	Error          string
	Reported       string // how far its provider's reports have come
	PossibleRepeat bool
}

// Answer is a line of the audit log that the ledger must tell of.
type Answer struct {
	Audit  int64
	At     time.Time
	Actor  string
	Via    string
	Action string
}

// told is what a chain's entries say together.
type told struct {
	intended map[int64]Entry
	attempts map[string]*course
	answers  map[int64]Entry
	states   map[int64]string // of pages, by the last entry
	facts    map[int64]Facts  // by row
	findings []Finding
}

// course is what they say of one attempt.
type course struct {
	began     bool
	at        time.Time
	repeat    bool
	outcome   string
	id        string // the provider's
	err       string
	reported  string
	takenBack bool
}

// compare looks for pages, attempts and answers that the ledger does not tell of, or tells otherwise, and for what it
// tells of edits.
func compare(c Chain) []Finding {
	t := tell(c.Entries)
	var out []Finding
	pages := map[int64]Page{}
	for _, p := range c.Pages {
		pages[p.ID] = p
		out = append(out, t.comparePage(c.Incident, p)...)
	}
	out = append(out, comparePeople(c.Entries, pages)...)
	out = append(out, t.compareAttempts(c)...)
	out = append(out, t.compareAnswers(c)...)
	for i := range out {
		out[i].Stored = true
	}
	return append(t.findings, out...)
}

func tell(entries []Entry) told {
	t := told{intended: map[int64]Entry{}, attempts: map[string]*course{}, answers: map[int64]Entry{}, states: map[int64]string{}, facts: map[int64]Facts{}}
	for _, e := range inOrder(entries) {
		f, err := e.Facts()
		if err != nil {
			t.findings = append(t.findings, about(e, "%v", err))
			continue
		}
		t.facts[e.ID] = f
		t.states[e.Page] = stateAfter(t.states[e.Page], e, f)
		switch {
		case e.Kind == Edited:
			t.edited(e, f)
		case e.Kind == Intended:
			if _, twice := t.intended[e.Page]; twice {
				t.findings = append(t.findings, about(e, "its page was meant once and is told twice"))
			}
			t.intended[e.Page] = e
		case e.Kind == Answered:
			t.answers[f.Audit] = e
		case e.Attempt != "":
			t.attempt(e, f)
		}
	}
	return t
}

// edited tells of an edit. What it made of an attempt is then what was told last.
func (t *told) edited(e Entry, f Facts) {
	found := about(e, "%s", edit(e, f))
	found.Stored = true
	t.findings = append(t.findings, found)
	if e.Attempt != "" && f.Edit == "changed" {
		t.attempt(e, f)
	}
}

func (t *told) attempt(e Entry, f Facts) {
	a := t.attempts[e.Attempt]
	if a == nil {
		a = &course{outcome: "sending"}
		t.attempts[e.Attempt] = a
	}
	switch {
	case e.Kind == Tried && a.began:
		t.findings = append(t.findings, about(e, "its attempt began once and is told twice"))
	case e.Kind == Tried:
		a.began, a.at, a.repeat = true, e.At, f.PossibleRepeat
	case e.Kind == Skipped && f.Outcome == untried:
		a.takenBack = true
	default:
		a.outcome, a.id, a.err = f.Outcome, f.ProviderID, f.Error
		a.reported = cmp.Or(f.Report, a.reported)
	}
}

// untried is the outcome of an attempt whose claim was given back.
const untried = "untried"

func (t *told) comparePage(incident int64, p Page) []Finding {
	e, ok := t.intended[p.ID]
	if !ok {
		return []Finding{{Incident: incident, Page: p.ID, Text: "the ledger does not tell that it was meant"}}
	}
	f := t.facts[e.ID]
	var out []Finding
	differs := func(what string, told, now any) {
		if told != now {
			out = append(out, about(e, "its %s was told as %v, and is now %v", what, told, now))
		}
	}
	differs("role", f.Role, p.Role)
	differs("round", f.Round, p.Round)
	differs("step", f.Step, p.Step)
	differs("severity", alerting.Severity(f.Severity), alerting.Severity(p.Severity))
	differs("time", utc(e.At), utc(p.CreatedAt))
	if f.Reason != p.Reason {
		out = append(out, about(e, "its reason is another now than was told"))
	}
	if told := t.states[p.ID]; told != p.State {
		out = append(out, Finding{Incident: incident, Page: p.ID, Text: fmt.Sprintf("it was %q as told last, and is now %q", told, p.State)})
	}
	return out
}

// comparePeople looks for entries whose page is gone, or is another person's or channel's now.
func comparePeople(entries []Entry, pages map[int64]Page) (out []Finding) {
	gone := map[int64]bool{}
	for _, e := range inOrder(entries) {
		p, ok := pages[e.Page]
		switch {
		case e.Page == 0 || gone[e.Page]:
		case !ok:
			gone[e.Page] = true
			out = append(out, about(e, "its page is gone"))
		case p.Person != e.Person || p.Channel != e.Channel:
			out = append(out, about(e, "it tells of %s over %s, and the page is now for %s over %s", e.Person, e.Channel, p.Person, p.Channel))
		}
	}
	return out
}

func (t *told) compareAttempts(c Chain) (out []Finding) {
	there := map[string]bool{}
	for _, p := range c.Pages {
		for _, a := range p.Attempts {
			there[a.ID] = true
			if why := t.attempts[a.ID].differs(a); why != "" {
				out = append(out, Finding{Incident: c.Incident, Page: p.ID, Text: "attempt " + a.ID + ": " + why})
			}
		}
	}
	for _, e := range inOrder(c.Entries) {
		if e.Kind == Tried && !there[e.Attempt] && !t.attempts[e.Attempt].mayBeGone() {
			out = append(out, about(e, "its attempt %s is gone", e.Attempt))
		}
	}
	return out
}

// differs says how an attempt is otherwise than told; empty if it is not.
func (a *course) differs(now Attempt) string {
	switch {
	case a == nil || !a.began:
		return "the ledger does not tell that it began"
	case a.repeat != now.PossibleRepeat:
		return fmt.Sprintf("it was told with possible_repeat %v, and is now %v", a.repeat, now.PossibleRepeat)
	case a.outcome != now.Outcome:
		return fmt.Sprintf("it came to %q as told last, and is now %q", a.outcome, now.Outcome)
	case a.id != now.ProviderID:
		return fmt.Sprintf("its provider's id was %q as told last, and is now %q", a.id, now.ProviderID)
	case a.err != now.Error:
		return fmt.Sprintf("its error was %.80q as told last, and is now %.80q", a.err, now.Error)
	case a.reported != now.Reported:
		return fmt.Sprintf("its provider had reported %q as told last, and now %q", a.reported, now.Reported)
	case !a.at.Equal(now.At):
		return fmt.Sprintf("it began at %s as told, and now at %s", utc(a.at), utc(now.At))
	}
	return ""
}

// mayBeGone reports whether it was given back before anything came of it.
func (a *course) mayBeGone() bool { return a.takenBack && a.outcome == "sending" }

func (t *told) compareAnswers(c Chain) (out []Finding) {
	there := map[int64]bool{}
	for _, a := range c.Answers {
		there[a.Audit] = true
		e, ok := t.answers[a.Audit]
		if !ok {
			out = append(out, Finding{Incident: c.Incident, Text: fmt.Sprintf("the ledger does not tell of the answer in line %d of the audit log (%s by %s)", a.Audit, a.Action, a.Actor)})
			continue
		}
		if e.Channel != a.Via || !e.At.Equal(a.At) {
			out = append(out, about(e, "it tells of an answer by %s at %s, and line %d of the audit log now of one by %s at %s",
				e.Channel, utc(e.At), a.Audit, a.Via, utc(a.At)))
		}
		if f := t.facts[e.ID]; e.Person != a.Actor || f.Action != a.Action {
			out = append(out, about(e, "it tells that %s did %q, and line %d of the audit log now says that %s did %q", e.Person, f.Action, a.Audit, a.Actor, a.Action))
		}
	}
	for _, e := range inOrder(c.Entries) {
		if f := t.facts[e.ID]; e.Kind == Answered && f.Audit != 0 && !there[f.Audit] {
			out = append(out, about(e, "line %d of the audit log, which it tells of, is gone", f.Audit))
		}
	}
	return out
}
