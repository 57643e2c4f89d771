package escalation

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
)

// Fate is what has become of a page of an incident's present round.
type Fate struct {
	Step     int // index in the plan; negative: beside it
	Person   string
	Channel  Channel
	AcceptBy time.Time // when its channel should have accepted it (WhenRefused: never); zero: nobody looks, or somebody has looked
	Accepted bool      // sent or delivered
	Failed   bool      // for good
	Why      string    // what is known of one that was not accepted, as in "unknown"; empty: nothing

	// What the page says of itself, needed where Step is negative.
	Kind  StepKind
	Role  string
	Until Until
	Says  string
	Said  alerting.Said // Says as data, where it is not the matrix's
}

// Failover decides which other way those pages go whose channel has not accepted them in time, or that failed
// for good: over the person's next channel, and where none of theirs is left, to the next person. pages are all
// of the present round, also those that were accepted. Whoever stores the decision takes AcceptBy from the pages
// that were late by then, for good, so that none goes another way twice.
func (p *Policy) Failover(c Case, pages []Fate, now time.Time) Decision {
	d := undecided(c)
	tried := make([]Fate, len(pages))
	for i, f := range pages {
		tried[i] = f.of(c.Plan)
	}
	slices.SortStableFunc(tried, func(a, b Fate) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Person, b.Person), cmp.Compare(slices.Index(Channels, a.Channel), slices.Index(Channels, b.Channel)))
	})
	gone := map[telling]bool{} // whose channels are all lost, and in whose place somebody else has been told
	for _, f := range slices.Clone(tried) {
		if !f.late(now) || Unneeded(f.queued(c), c) != "" {
			continue
		}
		if ch, ok := p.nextChannel(c.Plan, f, tried); ok {
			tried = p.anotherChannel(&d, f, ch, tried, now)
		} else if !gone[f.telling()] && allLost(f, tried, now) {
			gone[f.telling()] = true
			tried = p.anotherPerson(&d, f, tried, now)
		}
	}
	return d
}

// whenRefused is the AcceptBy of a page whose channel may take its time, and which goes another way only if it fails
// for good.
func whenRefused() time.Time { return time.Date(9000, time.January, 1, 0, 0, 0, 0, time.UTC) }

// WhenRefused reports whether an AcceptBy is that of a page which is looked at only if it fails for good.
func WhenRefused(acceptBy time.Time) bool { return !acceptBy.Before(whenRefused()) }

// telling is a step that tells a person.
type telling struct {
	step   int
	person string
}

func (f Fate) telling() telling { return telling{f.Step, f.Person} }

// late reports whether a page is to go another way now.
func (f Fate) late(now time.Time) bool { return !f.AcceptBy.IsZero() && f.lost(now) }

// lost reports whether nothing is to be hoped for of a page any more.
func (f Fate) lost(now time.Time) bool { return !f.Accepted && (f.Failed || !f.AcceptBy.After(now)) }

// of fills in what the plan knows of a page.
func (f Fate) of(plan Plan) Fate {
	if f.Step >= 0 && f.Step < len(plan.Steps) {
		s := plan.Steps[f.Step]
		f.Kind, f.Role = cmp.Or(f.Kind, s.Kind), cmp.Or(f.Role, s.Role)
		f.Says = cmp.Or(f.Says, s.Says)
		if s.AskedBy != "" {
			f.Until = UntilResolved
		}
		f.Until = cmp.Or(f.Until, s.Until)
	}
	f.Kind, f.Role, f.Until = cmp.Or(f.Kind, PageStep), cmp.Or(f.Role, "assignee"), cmp.Or(f.Until, UntilResolved)
	return f
}

func (f Fate) queued(c Case) Queued {
	return Queued{Round: c.Incident.Round, Step: f.Step, Kind: f.Kind, Person: f.Person, Until: f.Until}
}

// how says what went wrong with a page: "not accepted within 10 s (unknown)".
func (f Fate) how(plan Plan) string {
	text := "not accepted within " + seconds(plan.Failover)
	if f.Failed {
		text = "failed"
	}
	if why := alerting.OneLine(f.Why, 200); why != "" {
		text += " (" + why + ")"
	}
	return text
}

// trouble is how as a sentence about the channel: "sms was not accepted within 10 s (unknown)".
func (f Fate) trouble(plan Plan) string {
	if f.Failed {
		return string(f.Channel) + " " + f.how(plan)
	}
	return string(f.Channel) + " was " + f.how(plan)
}

// seconds is "10 s", or a longer time as the configuration writes it.
func seconds(d time.Duration) string {
	if d < time.Minute && d%time.Second == 0 {
		return fmt.Sprintf("%d s", d/time.Second)
	}
	return calendar.Delay{Amount: d}.String()
}

// allLost reports whether none of the pages of a step to a person has been accepted, or may still be.
func allLost(f Fate, tried []Fate, now time.Time) bool {
	return !slices.ContainsFunc(tried, func(o Fate) bool { return o.telling() == f.telling() && !o.lost(now) })
}

// anotherChannel orders a page to the same person over their next channel.
func (p *Policy) anotherChannel(d *Decision, f Fate, ch Channel, tried []Fate, now time.Time) []Fate {
	plan := d.Case.Plan
	person := p.Directory.People[f.Person]
	why := fmt.Sprintf("%s; %s instead", f.trouble(plan), ch)
	r := recipient{person: person, sends: []send{person.Quiet.hold(send{channel: ch}, plan.Severity, now)}, why: why}
	return p.goAnotherWay(d, f, f.Role, r, fmt.Sprintf("%s instead of %s: %s", ch, f.Channel, f.how(plan)), why, map[string]string{"instead_of_channel": string(f.Channel)}, tried, now)
}

// anotherPerson orders pages to the next person, or says that nobody is left.
func (p *Policy) anotherPerson(d *Decision, f Fate, tried []Fate, now time.Time) []Fate {
	lost := fmt.Sprintf("%s, and no channel of %s is left", f.trouble(d.Case.Plan), f.Person)
	r, role, ok := p.nextPerson(d.Case, f, tried, now)
	if !ok {
		p.noteFailover(d, f, lost+"; there is nobody else to tell", alerting.Say("entry.failover_nobody", "who", f.Person, "channel", string(f.Channel)), now)
		return tried
	}
	why := fmt.Sprintf("%s; %s instead", lost, r.person.ID)
	r.why = why + ", " + r.why
	if f.Step >= 0 && f.Step < len(d.Case.Plan.Steps) {
		f.Said = alerting.Said{}
		f.Says = d.Case.Plan.Steps[f.Step].Says // and not that a role reached nobody, if it was the last resort
	}
	return p.goAnotherWay(d, f, role, r, fmt.Sprintf("%s instead of %s: no channel of theirs accepted it", r.person.ID, f.Person), why, map[string]string{"instead_of_person": f.Person}, tried, now)
}

// goAnotherWay orders r's pages in place of a late one and notes it; of says instead of what, for their reasons. It returns tried with them.
func (p *Policy) goAnotherWay(d *Decision, f Fate, role string, r recipient, instead, why string, of map[string]string, tried []Fate, now time.Time) []Fate {
	kind := f.Kind
	if r.person.ID != f.Person {
		kind = PageStep // it is given to nobody by that
	}
	s := PlannedStep{Kind: kind, Role: role, Until: f.Until, Says: f.Says, said: f.Said}
	for _, o := range r.orders(f.Step, s, d.Case.Plan, now) {
		o.Instead, o.Reason.Rule, o.Reason.Values = instead, failoverRule(d.Case.Plan), of
		d.Pages = append(d.Pages, o)
		tried = append(tried, Fate{Step: o.Step, Person: o.Person, Channel: o.Channel, AcceptBy: o.AcceptBy})
	}
	p.noteFailover(d, f, why, failedOver(f, d.Pages[len(d.Pages)-len(r.sends):]), now)
	return tried
}

// failedOver says that pages go out in the place of one.
func failedOver(f Fate, pages []Order) alerting.Said {
	return alerting.Say("entry.failover", "who", f.Person, "channel", string(f.Channel), "people", people(pages))
}

func (p *Policy) noteFailover(d *Decision, f Fate, why string, said alerting.Said, now time.Time) {
	reason := alerting.Reason{
		Text: why, Rule: failoverRule(d.Case.Plan), Config: d.Case.Plan.Config,
		Values: map[string]string{"person": f.Person, "channel": string(f.Channel)},
	}
	if !WhenRefused(f.AcceptBy) {
		reason.Values["accept_by"] = clock(f.AcceptBy)
	}
	d.note(now, alerting.KindFailover, alerting.Tocsin, reason, "%s: %s", f.Person, why)
}

func failoverRule(plan Plan) string { return fmt.Sprintf("matrix.%s.failover", plan.Severity) }
