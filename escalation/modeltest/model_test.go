package modeltest

import (
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/simulator"
)

// model says what the machine owes, by the rules of its README. It shares the configuration's data with the
// machine, and no decision.
type model struct {
	configuration
	roster    escalation.Roster
	now       time.Time
	incidents []*incident // as they opened
	latest    map[string]*incident
	alerts    map[string]*alert // by fingerprint, the newest episode
	waiting   []page
	left      []page // pages that have left
	// outcomes are what comes of pages, by "PERSON channel" and, for everybody, " channel".
	outcomes map[string]simulator.Outcome
}

func newModel(c configuration, now time.Time) *model {
	return &model{configuration: c, now: now, latest: map[string]*incident{}, alerts: map[string]*alert{}, outcomes: map[string]simulator.Outcome{}}
}

// incident is one with its plan. Times are zero where there is none.
type incident struct {
	number          int // in the order of opening, from 0
	key             string
	labels          []alerting.Labels // of each alert that opened, joined or raised it
	lost            []string          // labels whose values are not all known
	sev             alerting.Severity
	state           alerting.State
	assignee, acked string
	round           int
	count           int       // fingerprints that it has seen
	mergedAt        time.Time // where it was unresolved until then
	merged          *incident

	began, ackedAt, heard, snoozed, ended time.Time

	steps      []planned
	over       []escalation.Channel
	ackTimeout time.Duration
	repeatAt   time.Time
	repeat     calendar.Delay // from the last step
	repeats    int
	paused     time.Time
	muted      bool // the pause is a person's
	askedAt    time.Time
	asked      int // pages beside the steps
	told       map[page]bool

	failover, remind time.Duration
	digest           string
	allClear         bool
	asks             bool // what is told now was asked for
	reminded         time.Time
	reminder         int     // step of the last reminder
	sent             []*sent // all pages of the round
	former           []*sent // and those of the rounds before, since it began
}

// planned is a step of a plan.
type planned struct {
	escalation.Step
	due     time.Time
	state   escalation.StepState
	dropped bool // skipped by a person
	asked   bool // fired because a person asked
	firedAt time.Time
	nobody  bool // its role reached nobody
}

func (s planned) pending() bool { return s.state == escalation.StepPending }

// page is one message. At and its incident's round are not part of what it is known by.
type page struct {
	at       int64 // nanoseconds
	incident int
	round    int
	step     int // counted from 1; 0 and below: beside the plan
	assigns  bool
	person   string
	channel  escalation.Channel
	says     string
	until    escalation.Until
	asked    bool
	kind     escalation.StepKind // of those that are no step's; else empty
}

// begin opens an incident.
func (m *model) begin(key string, l alerting.Labels, sev alerting.Severity) *incident {
	i := &incident{number: len(m.incidents), labels: []alerting.Labels{l}, key: key, sev: sev, state: alerting.StateOpen, began: m.now, told: map[page]bool{}}
	m.incidents = append(m.incidents, i)
	m.latest[key] = i
	m.plan(i, m.now)
	return i
}

// plan begins a round that counts from a moment.
func (m *model) plan(i *incident, from time.Time) {
	row := m.policy.Matrix[i.sev]
	i.round++
	i.steps, i.over, i.ackTimeout, i.asked = make([]planned, len(row.Steps)), row.Channels, row.AckTimeout, 0
	i.paused, i.muted, i.askedAt, i.repeatAt, i.repeats = time.Time{}, false, time.Time{}, time.Time{}, 0
	i.failover, i.remind, i.digest, i.allClear = row.Failover, row.Remind, row.Digest, row.AllClear
	i.reminded, i.reminder, i.former, i.sent = time.Time{}, 0, append(i.former, i.sent...), nil
	var last time.Time
	for k, s := range row.Steps {
		i.steps[k] = planned{Step: s, due: after(s.After, m.calendar(s.Role), from), state: escalation.StepPending}
		if i.steps[k].due.After(last) {
			last = i.steps[k].due
		}
	}
	if row.Repeat.Times > 0 && len(row.Steps) > 0 {
		i.repeatAt, i.repeat, i.repeats = after(row.Repeat.After, m.policy.Calendar, last), row.Repeat.After, row.Repeat.Times
	}
}

// calendar is the business time of a role's steps.
func (m *model) calendar(role string) *calendar.Calendar {
	if c := m.policy.Directory.Roles[role].Calendar; c != nil {
		return c
	}
	return m.policy.Calendar
}

// reached reports whether an incident has what a step waits for.
func (i *incident) reached(u escalation.Until) bool {
	switch {
	case i.state == alerting.StateResolved:
		return true
	case u == escalation.UntilAssigned:
		return i.assignee != ""
	case u == escalation.UntilAcknowledged:
		return i.state == alerting.StateAcknowledged
	}
	return false
}

// quietAt is when an acknowledgement ends by itself: the snooze's end, or too long without a word.
func (i *incident) quietAt() time.Time {
	switch {
	case i.state != alerting.StateAcknowledged:
		return time.Time{}
	case !i.snoozed.IsZero():
		return i.snoozed
	case i.ackTimeout == 0:
		return time.Time{}
	}
	return latest(i.ackedAt, i.heard).Add(i.ackTimeout)
}

// moments are when the machine owes the incident a look.
func (i *incident) moments() (all []time.Time) {
	if i.state == alerting.StateResolved {
		return nil
	}
	if !i.paused.IsZero() {
		return []time.Time{i.paused}
	}
	all = append(all, i.quietAt(), i.remindAt())
	for _, s := range i.steps {
		if s.pending() {
			all = append(all, s.due)
		}
	}
	if i.state == alerting.StateOpen && i.repeats > 0 {
		all = append(all, i.repeatAt)
	}
	return slices.DeleteFunc(all, time.Time.IsZero)
}

// owed is when the first step that would fire as things stand is due. Of a plan that waits, for the end of a pause
// or of an acknowledgement, it is zero.
func (i *incident) owed() time.Time {
	for _, s := range i.steps {
		if i.paused.IsZero() && i.quietAt().IsZero() && s.pending() && !i.reached(s.Until) {
			return s.due
		}
	}
	return time.Time{}
}

// advance lets time pass until t; what is overdue happens now.
func (m *model) advance(t time.Time) {
	for {
		next, found := m.next()
		if !found || next.After(t) {
			break
		}
		m.now = latest(m.now, next)
		for _, i := range m.incidents {
			if slices.ContainsFunc(i.moments(), func(at time.Time) bool { return !at.After(m.now) }) {
				m.look(i)
			}
		}
		m.release()
		for _, i := range m.incidents {
			m.goAnotherWay(i)
		}
	}
	m.now = latest(m.now, t)
}

func (m *model) next() (next time.Time, found bool) {
	take := func(at time.Time) {
		if !found || at.Before(next) {
			next, found = at, true
		}
	}
	for _, i := range m.incidents {
		for _, at := range append(i.moments(), i.lateAt()...) {
			take(at)
		}
	}
	for _, p := range m.waiting {
		take(time.Unix(0, p.at))
	}
	return next, found
}
