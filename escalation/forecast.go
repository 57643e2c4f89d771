package escalation

import (
	"slices"
	"time"

	"tocsin/alerting"
)

// Forecast is what Foretell said of a plan when it began to wait, or was last touched since: for a pause, a
// snooze, or an acknowledgement that ends by itself. It is kept with the plan for those who have no policy at
// hand.
type Forecast struct {
	Config string    `json:"config"`          // hash of the configuration that it was made with
	Steps  []ToCome  `json:"steps,omitempty"` // that will fire, in order of time
	Made   time.Time `json:"made"`
}

// ToCome is a step that will fire if nobody acts.
type ToCome struct {
	At    time.Time `json:"at"`
	Round int       `json:"round"`
	Step  int       `json:"step"` // index in the plan of Round
	Kind  StepKind  `json:"kind"`
	Role  string    `json:"role"`
	Until Until     `json:"until"`
}

// waits reports whether the times of an incident's steps are not what will be: its plan is paused, or its
// acknowledgement ends by itself.
func (p Plan) waits(inc alerting.Incident) bool {
	return inc.State != alerting.StateResolved &&
		(!p.Pause.Until.IsZero() || !inc.SnoozedUntil.IsZero() || !(Case{Incident: inc, Plan: p}).quietAt().IsZero())
}

// foresee keeps with a plan that waits what is foretold of it: the steps of its round that will fire, and the
// first of the round after it. A plan that does not wait has none.
func (p *Policy) foresee(d *Decision, now time.Time) {
	plan := &d.Case.Plan
	plan.Forecast = Forecast{}
	if !plan.waits(d.Case.Incident) {
		return
	}
	forecast := Forecast{Config: p.Config, Made: now.UTC()}
	for _, f := range p.Foretell(d.Case, now) {
		if !f.Fires() {
			continue
		}
		forecast.Steps = append(forecast.Steps, ToCome{At: f.At.UTC(), Round: f.Round, Step: f.Index, Kind: f.Step.Kind, Role: f.Step.Role, Until: f.Step.Until})
		if f.Round > plan.Round {
			break
		}
	}
	plan.Forecast = forecast
}

// forecast is the plan's forecast, if it has one and still waits.
func (p Plan) forecast(inc alerting.Incident) (f Forecast, ok bool) {
	return p.Forecast, !p.Forecast.Made.IsZero() && p.waits(inc)
}

// Comes is when a step that has not fired will fire if nobody acts: its due time, unless the plan waits. Ok is
// false if it will not, as things stand. Step is its index.
func (p Plan) Comes(inc alerting.Incident, step int) (at time.Time, ok bool) {
	if f, waits := p.forecast(inc); waits {
		for _, s := range f.Steps {
			if s.Round == p.Round && s.Step == step {
				return s.At, true
			}
		}
		return time.Time{}, false
	}
	s := p.Steps[step]
	return s.DueAt, s.State == StepPending && Reached(inc, s.Until) == ""
}

// Owed is the step that somebody will be told by next if nobody acts, with the time as its DueAt. Of a plan that
// waits that is the first of its forecast, which may be of the round to come. It is nil if nothing is owed.
func (p Plan) Owed(inc alerting.Incident) *PlannedStep {
	f, waits := p.forecast(inc)
	switch {
	case !waits:
		return p.unforetold(inc)
	case len(f.Steps) == 0:
		return nil
	}
	first := f.Steps[0]
	if first.Round != p.Round || first.Step >= len(p.Steps) {
		return &PlannedStep{DueAt: first.At, Kind: first.Kind, Role: first.Role, Until: first.Until, State: StepPending}
	}
	step := p.Steps[first.Step]
	step.DueAt, step.State = first.At, StepPending
	return &step
}

// unforetold is Owed of a plan without a forecast. One that a former release paused fires nothing before the
// pause's end.
func (p Plan) unforetold(inc alerting.Incident) *PlannedStep {
	next := p.Next(inc)
	if next == nil || !next.DueAt.Before(p.Pause.Until) {
		return next
	}
	waits := *next
	waits.DueAt = p.Pause.Until
	return &waits
}

// OwedIndex is the index of Owed's step in the plan; -1 if there is none, or it is of the round to come.
func (p Plan) OwedIndex(inc alerting.Incident) int {
	f, waits := p.forecast(inc)
	if waits {
		if len(f.Steps) == 0 || f.Steps[0].Round != p.Round {
			return -1
		}
		return f.Steps[0].Step
	}
	return slices.IndexFunc(p.Steps, func(s PlannedStep) bool { return s.State == StepPending && Reached(inc, s.Until) == "" })
}
