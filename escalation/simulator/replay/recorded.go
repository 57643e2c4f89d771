package replay

import (
	"time"

	"tocsin/escalation"
)

// sameMoment is how late the service may be and a page still be the same as that of a replay, which never is.
const sameMoment = 30 * time.Second

// recordedPages are the pages that left in a stretch of time, by incident. asked are the moments at which
// somebody asked for a step.
func recordedPages(p *escalation.Policy, rec escalation.Record, asked map[moment]bool, since, until time.Time) map[int64][]Page {
	out := map[int64][]Page{}
	calm := acknowledgements(rec, asked)
	for _, q := range rec.Pages {
		if q.Skipped || q.Leaves.Before(since) || !q.Leaves.Before(until) {
			continue
		}
		page := Page{
			At: q.Leaves, Round: q.Round, Step: max(q.Step+1, 0), Kind: q.Kind, Role: q.Role, Person: q.Person, Channel: q.Channel, Severity: q.Severity,
		}
		page.missed = q.Step > 0 && !asked[at(q.Incident, q.At)] && !calm.acknowledged(q.Incident, q.At)
		place(p, &page)
		out[q.Incident] = append(out[q.Incident], page)
	}
	for _, pages := range out {
		sortPages(pages)
	}
	return out
}

// moment is a time in the life of a recorded incident.
type moment struct {
	incident int64
	at       int64 // nanoseconds
}

func at(incident int64, t time.Time) moment { return moment{incident, t.UnixNano()} }

// spells are, for each incident, the moments at which it became acknowledged or open, in order.
type spells map[int64][]spell

type spell struct {
	at           time.Time
	acknowledged bool
}

// acknowledgements reads from a record when incidents were acknowledged. That one was open again is
// told by a page that waits for an acknowledgement and that nobody asked for.
func acknowledgements(rec escalation.Record, asked map[moment]bool) spells {
	out := spells{}
	answers := rec.Answers
	take := func(a escalation.RecordedAnswer) {
		if a.Answer.Verb == escalation.Acknowledge || a.Answer.Verb == escalation.Snooze {
			out.add(a.Incident, spell{a.At, true})
		}
	}
	for _, q := range rec.Pages {
		for len(answers) > 0 && answers[0].At.Before(q.At) {
			take(answers[0])
			answers = answers[1:]
		}
		if q.Until == escalation.UntilAcknowledged && q.Step >= 0 && !asked[at(q.Incident, q.At)] {
			out.add(q.Incident, spell{q.At, false})
		}
	}
	for _, a := range answers {
		take(a)
	}
	return out
}

func (s spells) add(incident int64, next spell) { s[incident] = append(s[incident], next) }

// acknowledged reports whether an incident was acknowledged just before a moment.
func (s spells) acknowledged(incident int64, t time.Time) (acknowledged bool) {
	for _, sp := range s[incident] {
		if sp.at.After(t) || sp.at.Equal(t) && sp.acknowledged {
			break
		}
		acknowledged = sp.acknowledged
	}
	return acknowledged
}

// asking are the moments at which somebody asked for a step, so that its page says nothing of a deadline.
func asking(rec escalation.Record) map[moment]bool {
	out := map[moment]bool{}
	for _, a := range rec.Answers {
		if a.Answer.Verb == escalation.Escalate || a.Answer.Verb == escalation.Jump {
			out[at(a.Incident, a.At)] = true
		}
	}
	return out
}
