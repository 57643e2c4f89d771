package escalation

import (
	"cmp"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
)

// Plan is the matrix's steps for one incident and round. It is stored in the incident (jsonb), so that
// an open incident keeps its plan when the configuration changes.
type Plan struct {
	Opened   Opening           `json:"opened,omitzero"` // what the incident was when it was opened; stays over all rounds
	Round    int               `json:"round"`
	Severity alerting.Severity `json:"severity"`
	From     time.Time         `json:"from"`   // what the steps count from
	Config   string            `json:"config"` // hash of the configuration that made it
	Channels []Channel         `json:"channels"`
	Steps    []PlannedStep     `json:"steps"`
	Asked    int               `json:"asked,omitempty"` // times that people asked for pages beside the steps
	// Escalated is the last time that somebody did not wait for the next step.
	Escalated Escalation `json:"escalated,omitzero"`

	// Since is the round in which the incident opened, or was last reopened. Plans of older releases do not have it.
	Since int `json:"since,omitempty"`
	// Heard are the incidents that were merged into it since then, and those merged into them: whoever was told of
	// them is told that this one is resolved.
	Heard []Heard `json:"heard,omitempty"`

	Start      time.Time     `json:"start,omitzero"` // the incident's opening or reopening; From, unless the severity changed
	AckTimeout time.Duration `json:"ack_timeout,omitzero"`
	Failover   time.Duration `json:"failover,omitzero"`
	Digest     string        `json:"digest,omitempty"`
	Remind     time.Duration `json:"remind,omitzero"`
	Reminded   Reminder      `json:"reminded,omitzero"` // the last reminder
	AllClear   bool          `json:"all_clear,omitempty"`
	Places     []string      `json:"places,omitempty"` // IDs of those that are told of the incident besides people
	// Quiet is until when the all clear waits for people who had quiet hours as it was resolved. Digests are the times
	// of the digests that came next, by person; the empty name is for the others, zero is that one left just then.
	Quiet    map[string]time.Time `json:"quiet,omitempty"`
	Digests  map[string]time.Time `json:"digests,omitempty"`
	RepeatAt time.Time            `json:"repeat_at,omitzero"` // when the row begins again unless somebody has acknowledged
	Repeats  int                  `json:"repeats,omitempty"`  // how often it may still begin again
	// RepeatAfter is the rule that gave RepeatAt, counted from the last step.
	RepeatAfter string `json:"repeat_after,omitempty"`
	Pause       Pause  `json:"pause,omitzero"`
	// Forecast is of a plan that waits, and is empty once it goes on.
	Forecast Forecast `json:"forecast,omitzero"`
	Varied   Varied   `json:"varied,omitempty"` // labels in which the incident's alerts differ
	Merged   Merging  `json:"merged,omitzero"`  // the last time that its incident was merged into another
	// Lacks is the configuration of which the timeline says what the incident names and it does not have.
	Lacks string `json:"lacks,omitempty"`
}

// Heard is an incident of which people have been told, from a round on.
type Heard struct {
	ID    int64 `json:"id"`
	Since int   `json:"since"`
}

// Merging is that somebody merged the plan's incident into another one.
type Merging struct {
	At time.Time `json:"at"`
	By string    `json:"by"`
}

// Pause is that nothing of a plan falls due for a while: somebody muted the incident, or a maintenance
// window lasts. Afterwards the first step that waited fires, and the rest keep their spacing.
type Pause struct {
	Until time.Time       `json:"until"`
	By    string          `json:"by"` // a person, or "tocsin" for a maintenance window
	Why   alerting.Reason `json:"why,omitzero"`
	// Window is the maintenance window's name; empty for a mute.
	Window string `json:"window,omitempty"`
}

// Opening is what an incident was when it was opened.
type Opening struct {
	Severity string `json:"severity"` // "P0"
	Name     string `json:"name"`     // alertname and service, or its title
}

// PlannedStep is one step with its due time and what became of it.
type PlannedStep struct {
	DueAt   time.Time       `json:"due_at"`
	After   string          `json:"after"` // the rule that gave DueAt, as the configuration writes it
	Kind    StepKind        `json:"kind"`
	Role    string          `json:"role"`
	Until   Until           `json:"until"`
	Says    string          `json:"says,omitempty"`
	State   StepState       `json:"state"`
	At      time.Time       `json:"at,omitzero"`        // when it was fired or skipped
	AskedBy string          `json:"asked_by,omitempty"` // who escalated, where somebody did not wait for DueAt
	Reason  alerting.Reason `json:"reason,omitzero"`    // why it was fired or skipped; empty while pending

	Due      string `json:"due,omitempty"`      // why DueAt, in words: "Monday 4 January, 09:00, next business day; ..."
	Calendar string `json:"calendar,omitempty"` // version of the calendar that gave DueAt; empty for wall time
	Nobody   bool   `json:"nobody,omitempty"`   // fired, and its role reached nobody

	said alerting.Said // Says as data, of a step beside the plan
}

// StepState is what became of a planned step.
type StepState string

// States of a planned step.
const (
	StepPending StepState = "pending"
	StepFired   StepState = "fired"
	StepSkipped StepState = "skipped"
)

// NewPlan counts the matrix's row for a severity from a moment. A step's business time is that of its role.
func (p *Policy) NewPlan(sev alerting.Severity, round int, from time.Time) Plan {
	row := p.Matrix[sev]
	plan := Plan{
		Round: round, Since: round, Severity: sev, From: from, Start: from, Config: p.Config, Channels: row.Channels,
		AckTimeout: row.AckTimeout, Failover: row.Failover, Digest: row.Digest, Remind: row.Remind, AllClear: row.AllClear,
		Steps: make([]PlannedStep, len(row.Steps)),
	}
	for _, place := range row.Places {
		plan.Places = append(plan.Places, place.ID)
	}
	var last time.Time
	for i, s := range row.Steps {
		plan.Steps[i] = p.planStep(s, from)
		if due := plan.Steps[i].DueAt; due.After(last) {
			last = due
		}
	}
	if row.Repeat.Times > 0 && len(row.Steps) > 0 {
		plan.Repeats, plan.RepeatAt = row.Repeat.Times, row.Repeat.After.Due(p.Calendar, last).UTC()
		plan.RepeatAfter = row.Repeat.After.String()
	}
	return plan
}

func (p *Policy) planStep(s Step, from time.Time) PlannedStep {
	c := p.calendarOf(s.Role)
	due := s.After.Due(c, from)
	step := PlannedStep{
		DueAt: due.UTC(), After: s.After.String(), Kind: s.Kind, Role: s.Role, Until: s.Until, Says: s.Says,
		State: StepPending,
	}
	step.Due = s.After.Words(c, from, due)
	if s.After.Kind != calendar.Wall {
		step.Calendar = c.Version()
		when := c.Moment(due, from)
		step.Due = when + p.inZone(c) + strings.TrimPrefix(step.Due, when)
	}
	return step
}

// calendarOf is the business time in which a role's steps count.
func (p *Policy) calendarOf(role string) *calendar.Calendar {
	if c := p.Directory.Roles[role].Calendar; c != nil {
		return c
	}
	return p.Calendar
}

// start is the incident's opening or reopening. Plans of older releases do not have it.
func (p Plan) start() time.Time {
	if p.Start.IsZero() {
		return p.From
	}
	return p.Start
}

// since is the round in which the incident opened, or was last reopened; as far as an older plan tells, this one.
func (p Plan) since() int { return cmp.Or(p.Since, p.Round) }

// Next is the step that is due next unless the incident's state makes it unnecessary; nil if no such
// step is left. It is what a page or a person is told ("manager at 10:15").
func (p Plan) Next(inc alerting.Incident) *PlannedStep {
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.State == StepPending && Reached(inc, s.Until) == "" {
			return s
		}
	}
	return nil
}

// NextAt is the earliest time at which the machine owes the incident something; zero if it owes nothing.
func (p Plan) NextAt(inc alerting.Incident) time.Time {
	if inc.State == alerting.StateResolved {
		return time.Time{}
	}
	if !p.Pause.Until.IsZero() {
		return p.Pause.Until
	}
	c := Case{Incident: inc, Plan: p}
	at := sooner(sooner(inc.SnoozedUntil, c.quietAt()), c.RemindAt())
	for _, s := range p.Steps {
		if s.State == StepPending {
			at = sooner(at, s.DueAt)
		}
	}
	if inc.State == alerting.StateOpen && p.Repeats > 0 {
		at = sooner(at, p.RepeatAt)
	}
	return at
}

// latest is the later of two moments.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// sooner is the earlier of two moments of which either may be none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
