package api

import (
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/notifiers"
)

// Detail is an incident with all that belongs to it.
type Detail struct {
	Incident
	Alerts   []Alert `json:"alerts" doc:"the newest episode of each fingerprint"`
	Plan     []Step  `json:"plan"`
	PlanMade Made    `json:"plan_made"`
	Pages    []Page  `json:"pages" doc:"oldest first"`
	Timeline []Entry `json:"timeline" doc:"oldest first"`
}

// Made is what a plan was made from, and what it owes beside its steps.
type Made struct {
	Config     string     `json:"config" doc:"hash of the configuration that made it"`
	From       time.Time  `json:"from" doc:"what the steps count from"`
	AckTimeout float64    `json:"ack_timeout" doc:"seconds without a word or act of a person after which an acknowledgement ends; 0: never"`
	RepeatAt   *time.Time `json:"repeat_at" doc:"when the steps begin again unless somebody has acknowledged; null if never"`
	Repeats    int        `json:"repeats" doc:"how often they may still begin again"`
}

func ofMade(p escalation.Plan) Made {
	return Made{Config: p.Config, From: p.From.UTC(), AckTimeout: p.AckTimeout.Seconds(), RepeatAt: moment(p.RepeatAt), Repeats: p.Repeats}
}

// Alert is one alert of an incident.
type Alert struct {
	Fingerprint  string            `json:"fingerprint"`
	Source       string            `json:"source"`
	Status       alerting.Status   `json:"status" enum:"firing,resolved,suppressed"`
	Severity     alerting.Severity `json:"severity" enum:"P0,P1,P2,P3"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     *time.Time        `json:"starts_at" doc:"by the sender's clock"`
	EndsAt       *time.Time        `json:"ends_at" doc:"by the sender's clock"`
	FirstSeen    time.Time         `json:"first_seen"`
	LastSeen     time.Time         `json:"last_seen"`
	Count        int64             `json:"count" doc:"deliveries of this episode"`
	GeneratorURL string            `json:"generator_url"`
	Reason       string            `json:"reason"`
	ReasonDetail Reason            `json:"reason_detail"`
}

// Step is a step of the plan.
type Step struct {
	DueAt        time.Time            `json:"due_at"`
	FiresAt      *time.Time           `json:"fires_at" doc:"when it will fire if nobody acts: due_at, unless the plan waits for the end of a pause or snooze; null if it has fired, or will be skipped"`
	After        string               `json:"after" doc:"the rule that gave due_at"`
	Due          string               `json:"due" doc:"why due_at, in words"`
	Calendar     string               `json:"calendar" doc:"version of the calendar that gave due_at; empty for wall time"`
	Kind         escalation.StepKind  `json:"kind" enum:"page,assign"`
	Role         string               `json:"role"`
	Until        escalation.Until     `json:"until" enum:"acknowledged,assigned,resolved"`
	Says         string               `json:"says,omitempty"`
	Channels     []escalation.Channel `json:"channels"`
	State        escalation.StepState `json:"state" enum:"pending,fired,skipped"`
	At           *time.Time           `json:"at" doc:"when it was fired or skipped"`
	Reason       string               `json:"reason"`
	ReasonDetail Reason               `json:"reason_detail"`
}

// Page is one message to one person over one channel.
type Page struct {
	ID        int64               `json:"id"`
	Person    string              `json:"person"`
	Role      string              `json:"role"`
	Channel   escalation.Channel  `json:"channel"`
	State     notifiers.PageState `json:"state" enum:"queued,sending,sent,delivered,failed,unknown,skipped"`
	Round     int                 `json:"round"`
	Step      int                 `json:"step" doc:"index in the plan"`
	CreatedAt time.Time           `json:"created_at"`
	Reason    string              `json:"reason"`
	Attempts  []Attempt           `json:"attempts"`
}

// Attempt is one try at sending a page.
type Attempt struct {
	At             time.Time         `json:"at"`
	FinishedAt     *time.Time        `json:"finished_at"`
	Outcome        notifiers.Outcome `json:"outcome" enum:"sending,sent,delivered,failed,unknown,skipped"`
	ProviderID     string            `json:"provider_id"`
	Error          string            `json:"error"`
	PossibleRepeat bool              `json:"possible_repeat" doc:"the attempt before it may have arrived"`
}

// Entry is one line of the timeline.
type Entry struct {
	At           time.Time     `json:"at"`
	Kind         alerting.Kind `json:"kind"`
	Actor        string        `json:"actor"`
	Via          string        `json:"via"`
	Text         string        `json:"text"`
	Reason       string        `json:"reason"`
	ReasonDetail Reason        `json:"reason_detail"`
}

// OfDetail is an incident with all that belongs to it.
func OfDetail(c escalation.Case, alerts []alerting.Alert, pages []notifiers.Page, timeline []alerting.Entry) Detail {
	return Detail{
		Incident: OfCase(c), Alerts: each(alerts, ofAlert), Plan: ofPlan(c), PlanMade: ofMade(c.Plan),
		Pages: each(pages, ofPage), Timeline: each(timeline, ofEntry),
	}
}

func ofAlert(a alerting.Alert) Alert {
	return Alert{
		Fingerprint: a.Fingerprint, Source: a.Source, Status: a.Status, Severity: a.Severity,
		Labels: object(a.Labels), Annotations: object(a.Annotations),
		StartsAt: moment(a.StartsAt), EndsAt: moment(a.EndsAt),
		FirstSeen: a.FirstSeen.UTC(), LastSeen: a.LastSeen.UTC(), Count: a.Count,
		GeneratorURL: a.GeneratorURL, Reason: a.Reason.Text, ReasonDetail: ofReason(a.Reason),
	}
}

func ofPlan(c escalation.Case) []Step {
	p := c.Plan
	steps := make([]Step, len(p.Steps))
	for i, s := range p.Steps {
		steps[i] = Step{
			DueAt: s.DueAt.UTC(), After: s.After, Due: s.Due, Calendar: s.Calendar, Kind: s.Kind, Role: s.Role, Until: s.Until, Says: s.Says,
			Channels: each(p.Channels, func(c escalation.Channel) escalation.Channel { return c }),
			State:    s.State, At: moment(s.At), Reason: stepReason(s), ReasonDetail: ofReason(s.Reason),
		}
		if at, ok := p.Comes(c.Incident, i); ok {
			steps[i].FiresAt = moment(at)
		}
	}
	return steps
}

// stepReason is why a step was fired or skipped, or what it waits for.
func stepReason(s escalation.PlannedStep) string {
	if s.State == escalation.StepPending {
		return "due at its time, unless " + string(s.Until) + " by then"
	}
	return s.Reason.Text
}

func ofPage(p notifiers.Page) Page {
	return Page{
		ID: p.ID, Person: p.Person, Role: p.Role, Channel: p.Channel, State: p.State, Round: p.Round, Step: p.Step,
		CreatedAt: p.CreatedAt.UTC(), Reason: p.Reason.Text, Attempts: each(p.Attempts, ofAttempt),
	}
}

func ofAttempt(a notifiers.Attempt) Attempt {
	return Attempt{
		At: a.At.UTC(), FinishedAt: moment(a.FinishedAt), Outcome: a.Outcome,
		ProviderID: a.ProviderID, Error: a.Error, PossibleRepeat: a.PossibleRepeat,
	}
}

func ofEntry(e alerting.Entry) Entry {
	return Entry{
		At: e.At.UTC(), Kind: e.Kind, Actor: e.Actor.Name, Via: e.Actor.Via, Text: e.Text,
		Reason: e.Reason.Text, ReasonDetail: ofReason(e.Reason),
	}
}
