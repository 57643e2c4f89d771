package escalation

import (
	"cmp"
	"fmt"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
)

// Reminder is the last time that somebody was told that an acknowledged incident is still open.
type Reminder struct {
	At   time.Time `json:"at"`
	Step int       `json:"step"` // of its pages: negative, as they are beside the plan
}

// lastWord is when a person last said or did something about what is acknowledged.
func (c Case) lastWord() time.Time {
	if inc := c.Incident; inc.HeardAt.After(inc.AcknowledgedAt) {
		return inc.HeardAt
	}
	return c.Incident.AcknowledgedAt
}

// RemindAt is when somebody is told next that it is still open; zero if nobody is.
func (c Case) RemindAt() time.Time {
	inc, plan := c.Incident, c.Plan
	if inc.State != alerting.StateAcknowledged || !inc.SnoozedUntil.IsZero() || plan.Remind <= 0 {
		return time.Time{}
	}
	from := c.lastWord()
	if plan.Reminded.At.After(from) {
		from = plan.Reminded.At
	}
	return from.Add(plan.Remind)
}

// reminds reports whether somebody is to be told now that it is still open.
func (c Case) reminds(now time.Time) bool {
	at := c.RemindAt()
	return !at.IsZero() && !at.After(now)
}

// remind tells whoever has an acknowledged incident that it is still open.
func (p *Policy) remind(d *Decision, now time.Time) {
	if !d.Case.reminds(now) {
		return
	}
	plan := &d.Case.Plan
	why := alerting.Reason{
		Text: fmt.Sprintf("acknowledged by %s, still open, and no word or act of a person for %s", d.Case.Incident.AcknowledgedBy, calendar.Delay{Amount: plan.Remind}),
		Rule: fmt.Sprintf("matrix.%s.remind", plan.Severity), Config: plan.Config,
	}
	plan.Asked++
	plan.Reminded = Reminder{At: now, Step: -plan.Asked}
	r, ok := p.whomToRemind(d.Case, now)
	if !ok {
		d.note(now, alerting.KindReminded, alerting.Tocsin, why.As(alerting.Say("entry.reminded_nobody")), "Nobody can be reminded: %s", why.Text)
		return
	}
	r.why += ": " + why.Text
	s := PlannedStep{Kind: RemindStep, Role: "assignee", Until: UntilResolved}
	for _, o := range r.orders(-plan.Asked, s, *plan, now) {
		o.Reason.Rule = why.Rule
		d.Pages = append(d.Pages, o)
	}
	d.note(now, alerting.KindReminded, alerting.Tocsin, why.As(alerting.Say("entry.reminded", "who", r.person.ID)), "Reminded %s: %s", r.person.ID, why.Text)
}

// whomToRemind is the assignee, or who acknowledged; their deputy while they are away; or catch_all, or
// while they are away theirs, where none of these is there. As an assignment, it reaches them whatever their reach.
func (p *Policy) whomToRemind(c Case, now time.Time) (r recipient, ok bool) {
	inc, via := c.Incident, c.Plan.route(false)
	who := cmp.Or(inc.Assignee, inc.AcknowledgedBy)
	why := who + " has the incident"
	if absence, away := p.Directory.away(who, now); away {
		why = fmt.Sprintf("%s stands in for %s, who %s", absence.Deputy, who, p.isAway(absence))
		who = absence.Deputy
	}
	sends := p.sendsAnyhow(p.Directory.People[who], c.Plan.Severity, via, now)
	if len(sends) == 0 || p.isAwayAt(who, now) {
		r = p.lastResort(c.Plan.Severity, via, now)
		r.why += fmt.Sprintf(", and %s cannot be told", cmp.Or(inc.Assignee, inc.AcknowledgedBy))
		return r, len(r.sends) > 0
	}
	return recipient{person: p.Directory.People[who], sends: sends, why: why}, len(sends) > 0
}

// noReminder says why a reminder that waits need not leave any more; empty if it must.
func (c Case) noReminder(step int) string {
	inc, plan := c.Incident, c.Plan
	switch {
	case inc.State == alerting.StateResolved || !inc.SnoozedUntil.IsZero():
		return Reached(inc, UntilAcknowledged)
	case inc.State != alerting.StateAcknowledged:
		return "it is open again"
	case c.lastWord().After(plan.Reminded.At):
		return "a person said or did something at " + clock(c.lastWord())
	case step != plan.Reminded.Step:
		return "a later reminder says the same"
	}
	return plan.Pause.Why.Text
}
