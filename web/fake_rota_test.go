package web

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

// rota is what people changed in these tests: rotas in memory, without the checks of the real one but one.
type rota struct {
	roster   escalation.Roster
	swaps    []escalation.Swap
	versions map[string]int64
	last     int64
	made     int // changes
	warning  string
}

func (w *world) AddOverride(_ context.Context, o oncall.Override, by alerting.Actor) (oncall.Override, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !o.From.Before(o.Until) {
		return o, &alerting.Refused{Text: "the override ends before it begins"}
	}
	w.rota.last++
	o.ID, o.By, o.Warning = w.rota.last, by.Name, w.rota.warning
	w.rota.roster.Overrides = append(w.rota.roster.Overrides, o)
	w.rota.made++
	return o, nil
}

func (w *world) RemoveOverride(_ context.Context, id int64, _ alerting.Actor) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.rota.roster.Overrides, func(o oncall.Override) bool { return o.ID == id })
	if i < 0 {
		return alerting.ErrNotFound
	}
	w.rota.roster.Overrides = slices.Delete(slices.Clone(w.rota.roster.Overrides), i, i+1)
	w.rota.made++
	return nil
}

func (w *world) AddAbsence(_ context.Context, a escalation.Absence, by alerting.Actor) (escalation.Absence, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rota.last++
	a.ID, a.By = w.rota.last, by.Name
	w.rota.roster.Absences = append(w.rota.roster.Absences, a)
	w.rota.made++
	return a, nil
}

func (w *world) RemoveAbsence(_ context.Context, id int64, _ alerting.Actor) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.rota.roster.Absences, func(a escalation.Absence) bool { return a.ID == id })
	if i < 0 {
		return alerting.ErrNotFound
	}
	w.rota.roster.Absences = slices.Delete(slices.Clone(w.rota.roster.Absences), i, i+1)
	w.rota.made++
	return nil
}

func (w *world) AskSwap(_ context.Context, s escalation.Swap, by alerting.Actor) (escalation.Swap, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rota.last++
	s.ID, s.By, s.At, s.State = w.rota.last, by.Name, time.Now(), escalation.SwapAsked
	w.rota.swaps = slices.Insert(w.rota.swaps, 0, s)
	w.rota.made++
	return s, nil
}

func (w *world) AnswerSwap(_ context.Context, id int64, state escalation.SwapState, by alerting.Actor) (escalation.Swap, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.rota.swaps, func(s escalation.Swap) bool { return s.ID == id })
	if i < 0 {
		return escalation.Swap{}, alerting.ErrNotFound
	}
	s := &w.rota.swaps[i]
	if before := map[bool]escalation.SwapState{true: escalation.SwapAccepted, false: escalation.SwapAsked}[state == escalation.SwapUndone]; s.State != before {
		return *s, &alerting.Refused{Text: "the swap was " + string(s.State) + " by " + s.AnsweredBy}
	}
	s.State, s.AnsweredAt, s.AnsweredBy = state, time.Now(), by.Name
	switch state {
	case escalation.SwapAccepted:
		w.rota.last++
		w.rota.roster.Overrides = append(w.rota.roster.Overrides, oncall.Override{ID: w.rota.last, Rotation: s.Rotation, Person: s.Asked, From: s.From, Until: s.Until, By: s.By, Swap: s.ID})
	case escalation.SwapUndone:
		w.rota.roster.Overrides = slices.DeleteFunc(slices.Clone(w.rota.roster.Overrides), func(o oncall.Override) bool { return o.Swap == id })
	}
	w.rota.made++
	return *s, nil
}

func (w *world) Swaps(context.Context) ([]escalation.Swap, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.rota.swaps), nil
}

func (w *world) Roster(ctx context.Context) (escalation.Roster, error) {
	return w.RosterSince(ctx, time.Now())
}

func (w *world) RosterSince(_ context.Context, since time.Time) (escalation.Roster, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.rota.roster
	r.Overrides = slices.DeleteFunc(slices.Clone(r.Overrides), func(o oncall.Override) bool { return !o.Until.After(since) })
	r.Absences = slices.DeleteFunc(slices.Clone(r.Absences), func(a escalation.Absence) bool { return !a.Until.After(since) })
	return r, nil
}

func (w *world) Version(_ context.Context, kind, name string) (int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rota.versions[kind+"/"+name], nil
}

func (w *world) Revoke(_ context.Context, kind, name string, _ alerting.Actor) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rota.versions[kind+"/"+name]++
	w.rota.made++
	return nil
}

// policy is the manual's organisation, with a layer for nights and somebody who learns.
func policy() *escalation.Policy {
	berlin, err := time.LoadLocation("Europe/Berlin")
	holidays, regionErr := calendar.Region("de")
	week, parseErr := oncall.ParseTurn("1 week")
	if err := cmp.Or(err, regionErr, parseErr); err != nil {
		panic(err)
	}
	since := oncall.Civil{Year: 2026, Month: 1, Day: 5, Hour: 9}
	person := func(id, name string) escalation.Person {
		return escalation.Person{ID: id, Name: name, Email: id + "@example.com", Phone: "+15005550001", Slack: "U0" + id, Reach: escalation.ReachAlways}
	}
	people := map[string]escalation.Person{}
	for _, p := range []escalation.Person{
		person("system-admin", "System Admin"), person("devops-lead", "DevOps Lead"), person("database-admin", "Database Admin"),
		person("engineering-manager", "Engineering Manager"), person("vp-engineering", "VP Engineering"),
	} {
		people[p.ID] = p
	}
	return &escalation.Policy{
		Config: "9f31c04b77aa",
		Calendar: &calendar.Calendar{
			Zone: berlin, Workdays: []time.Weekday{1, 2, 3, 4, 5}, Hours: []calendar.Span{{From: 540, To: 1020}}, Holidays: holidays,
			Closed: []calendar.Date{{Year: 2026, Month: 12, Day: 24}, {Year: 2026, Month: 12, Day: 31}},
		},
		Matrix: matrix(),
		Directory: escalation.Directory{
			People: people, CatchAll: "devops-lead",
			Roles: map[string]escalation.Role{
				"on-call": {Rotation: "primary"}, "engineer": {Rotation: "primary"}, "manager": {People: []string{"engineering-manager"}},
				"senior-engineer": {People: []string{"devops-lead", "database-admin"}}, "executive": {People: []string{"vp-engineering"}},
			},
			Rotations: map[string]oncall.Rotation{
				"primary": {
					Name: "primary", Zone: berlin, People: []string{"system-admin", "devops-lead"}, Turn: week, Since: since,
					Layers: []oncall.Layer{{
						Name: "nights", People: []string{"database-admin", "engineering-manager"}, Turn: oncall.Turn{Days: 7}, Since: since,
						Restriction: oncall.Restriction{Days: []time.Weekday{5, 6}, Hours: []calendar.Span{{From: 20 * 60, To: 32 * 60}}},
					}},
					Shadows: []oncall.Layer{{Name: "learning", People: []string{"vp-engineering"}, Turn: oncall.Turn{Days: 7}, Since: since}},
				},
				"secondary": {Name: "secondary", Zone: time.UTC, People: []string{"devops-lead", "system-admin"}, Turn: oncall.Turn{Days: 1}, Since: since},
			},
		},
	}
}

func matrix() escalation.Matrix {
	page := func(after, role string, until escalation.Until) escalation.Step {
		d, err := calendar.ParseDelay(after)
		if err != nil {
			panic(err)
		}
		return escalation.Step{After: d, Kind: escalation.PageStep, Role: role, Until: until}
	}
	all := []escalation.Channel{escalation.SMS, escalation.Email, escalation.Slack}
	return escalation.Matrix{
		alerting.P0: {Channels: all, Steps: []escalation.Step{
			page("0m", "on-call", escalation.UntilAcknowledged), page("15m", "manager", escalation.UntilAcknowledged), page("1h", "executive", escalation.UntilResolved),
		}},
		alerting.P2: {Channels: all[1:], Steps: []escalation.Step{page("next business day", "on-call", escalation.UntilAcknowledged)}},
	}
}
