package modeltest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
	"tocsin/escalation/simulator"
)

// run is one sequence of events, told to the machine and to the model alike.
type run struct {
	t       *rapid.T
	configs []configuration
	world   *simulator.World
	model   *model
	current int // configuration
	starts  map[string]time.Time
	seen    int             // events of the story
	log     []func() string // what has happened, written only where something fails
}

func (r *run) draw(n int, what string) int { return rapid.IntRange(0, n-1).Draw(r.t, what) }

func pick[T any](r *run, what string, of ...T) T { return of[r.draw(len(of), what)] }

func (r *run) note(format string, args ...any) {
	now := r.model.now
	r.log = append(r.log, func() string { return now.Format("Mon 02 15:04:05 ") + fmt.Sprintf(format, args...) })
}

// event draws one event and tells both of it.
func (r *run) event() {
	switch kind := r.draw(100, "event"); {
	case kind < 25:
		r.alerts()
	case kind < 50:
		r.time()
	case kind < 54:
		r.outage()
	case kind < 57:
		r.manual()
	case kind < 60:
		r.configure()
	case kind < 64:
		r.roster()
	case kind < 67:
		r.provider()
	default:
		r.answer()
	}
}

func (r *run) alerts() {
	var batch []arrival
	for range 1 + r.draw(4, "more")/2 {
		batch = append(batch, r.arrival())
	}
	events := make([]alerting.Event, len(batch))
	for k, a := range batch {
		events[k] = a.event()
		r.note("alert %s %s ends %v", a.labels, a.starts.Format(time.TimeOnly), !a.ends.IsZero())
	}
	r.world.Receive(events)
	r.model.receive(batch)
}

func (r *run) arrival() arrival {
	a := arrival{service: pick(r, "service", "db", "web"), sev: alerting.Severity(r.draw(4, "severity")), starts: r.model.now}
	a.labels = alerting.Labels{"service": a.service, "sev": a.sev.String(), "instance": pick(r, "instance", "0", "1")}
	a.fingerprint = a.labels.Fingerprint()
	known, ok := r.starts[a.fingerprint]
	switch when := r.draw(8, "episode"); {
	case !ok:
	case when < 5:
		a.starts = known
	case when < 6:
		a.starts = known.Add(-time.Hour)
	}
	r.starts[a.fingerprint] = a.starts
	if r.draw(3, "ends") == 0 {
		a.ends = a.starts.Add(time.Duration(r.draw(3, "length")) * 45 * time.Minute).Add(time.Second)
	}
	return a
}

func (a arrival) event() alerting.Event {
	e := alerting.Event{Source: "apps", Status: alerting.Firing, Labels: a.labels, StartsAt: a.starts, EndsAt: a.ends}
	if !a.ends.IsZero() {
		e.Status = alerting.Resolved
	}
	e.Group = e.Labels.Only([]string{"service"})
	return e
}

func (r *run) step(what string) time.Duration {
	return pick(r, what, 0, 10*time.Second, 29*time.Second, time.Minute, 5*time.Minute, 10*time.Minute, 15*time.Minute,
		30*time.Minute, time.Hour, 3*time.Hour, 9*time.Hour, 24*time.Hour, 75*time.Hour)
}

func (r *run) time() {
	to := r.model.now.Add(r.step("time"))
	r.note("until %s", to.Format("Mon 02 15:04:05"))
	r.world.AdvanceTo(to)
	r.model.advance(to)
}

// outage lets time pass in which nothing is done.
func (r *run) outage() {
	to := r.model.now.Add(r.step("outage"))
	r.note("outage until %s", to.Format("Mon 02 15:04:05"))
	r.world.Sleep(to)
	r.model.now = to
}

func (r *run) manual() {
	service, sev := pick(r, "service", "db", "web"), alerting.Severity(r.draw(4, "severity"))
	r.note("opened by hand: %s %s", service, sev)
	about := alerting.Labels{"service": service}
	if _, err := r.world.Open(escalation.Manual{Title: "by hand", Severity: sev, Labels: about, By: r.actor()}); err != nil {
		r.t.Fatal(err)
	}
	r.model.begin(fmt.Sprint("manual/", len(r.model.incidents)), about, sev)
}

func (r *run) configure() {
	r.current = r.draw(len(r.configs), "configuration")
	r.note("configuration %s", r.configs[r.current].policy.Config)
	r.model.configuration = r.configs[r.current]
	r.world.SetPolicy(r.model.policy.With(r.model.roster))
}

// provider changes what comes of pages over a channel, for one person or for all.
func (r *run) provider() {
	who := pick(r, "whose", append(people(), "", "")...) + " " + string(pick(r, "channel", escalation.Channels...))
	outcome := pick(r, "outcome", simulator.Accepts, simulator.Silent, simulator.Fails)
	r.note("pages of %q: %d", who, outcome)
	r.model.outcomes[who] = outcome
}

func people() []string { return []string{"ada", "bob", "cyd", "dan", "eve", "fay", "gus", "hal"} }

// roster lets somebody be away, or stand in.
func (r *run) roster() {
	from := r.model.now.Add(r.step("from") / 2)
	until := from.Add(r.step("for") * 2)
	roster := &r.model.roster
	roster.Absences, roster.Overrides = slices.Clone(roster.Absences), slices.Clone(roster.Overrides)
	person := pick(r, "person", people()...)
	if r.draw(2, "away") == 0 {
		deputy := pick(r, "deputy", append(people(), "")...)
		roster.Absences = append(roster.Absences, escalation.Absence{Person: person, From: from, Until: until, Deputy: deputy})
		r.note("%s is away until %s, deputy %s", person, until.Format("Mon 02 15:04:05"), deputy)
	} else {
		rotation := pick(r, "rotation", "primary", "secondary")
		roster.Overrides = append(roster.Overrides, oncall.Override{Rotation: rotation, Person: person, From: from, Until: until})
		r.note("%s takes %s from %s until %s", person, rotation, from.Format("Mon 02 15:04:05"), until.Format("Mon 02 15:04:05"))
	}
	r.world.SetPolicy(r.model.policy.With(*roster))
}
