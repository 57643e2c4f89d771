package cover

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
)

// large is an organisation of 400 people in four zones: 40 teams with a rotation of three layers each, as roles of
// 84 steps, and everybody with hours of their own, reached while on call only, or in business hours.
func large(t testing.TB) *escalation.Policy {
	t.Helper()
	p := policytest.Manual(t)
	for i := range 400 {
		zone, err := time.LoadLocation([]string{"Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney"}[i%4])
		if err != nil {
			t.Fatal(err)
		}
		own := &calendar.Calendar{Zone: zone, Workdays: p.Calendar.Workdays, Hours: []calendar.Span{{From: 8 * 60, To: 18*60 + i%60}}, Holidays: p.Calendar.Holidays}
		id := fmt.Sprintf("person-%d", i)
		reach := []escalation.Reach{escalation.ReachHours, escalation.ReachOnCall, escalation.ReachBusinessHours}[i%3]
		p.Directory.People[id] = escalation.Person{ID: id, Name: id, Phone: "+1", Email: id, Slack: id, Reach: reach, Hours: own, Calendar: own}
	}
	for team := range 40 {
		var people []string
		for i := range 10 {
			people = append(people, fmt.Sprintf("person-%d", team*10+i))
		}
		name := fmt.Sprintf("team-%d", team)
		p.Directory.Roles[name] = escalation.Role{People: people}
		p.Directory.Roles[name+"-on-call"] = escalation.Role{Rotation: name}
		r := p.Directory.Rotations["primary"]
		r.Name, r.People, r.Turn.Days, r.Turn.Hours = name, people, 0, 12
		r.Layers = slices.Grow(r.Layers, 2)[:2]
		for i := range r.Layers {
			r.Layers[i].Name, r.Layers[i].People, r.Layers[i].Turn.Days, r.Layers[i].Since = fmt.Sprint(i), people[i*5:i*5+5], 1, r.Since
		}
		r.Layers[0].Restriction.Hours = []calendar.Span{{From: 22 * 60, To: 30 * 60}}
		r.Layers[1].Restriction.Days = []time.Weekday{time.Saturday, time.Sunday}
		p.Directory.Rotations[name] = r
	}
	for i, sev := range alerting.Severities {
		row := p.Matrix[sev]
		row.Steps = nil
		for n := range 10 {
			after := calendar.Delay{Amount: time.Duration(n) * 5 * time.Minute}
			row.Steps = append(row.Steps,
				escalation.Step{After: after, Kind: escalation.PageStep, Role: fmt.Sprintf("team-%d-on-call", i*10+n), Until: escalation.UntilAcknowledged},
				escalation.Step{After: after, Kind: escalation.PageStep, Role: fmt.Sprintf("team-%d", i*10+n), Until: escalation.UntilAcknowledged})
		}
		row.Steps = append(row.Steps, escalation.Step{After: calendar.Delay{Kind: calendar.BusinessHours, Amount: time.Hour}, Kind: escalation.AssignStep, Role: "team-39", Until: escalation.UntilAssigned})
		p.Matrix[sev] = row
	}
	return p
}

// TestTheMachineIsAskedOncePerState counts rather than takes the time: the large organisation has 84 steps, and
// 60 days of theirs have some 50,000 stretches.
func TestTheMachineIsAskedOncePerState(t *testing.T) {
	from := time.Date(2026, 10, 12, 12, 0, 0, 0, time.UTC)
	for name, g := range map[string]struct {
		p    *escalation.Policy
		most int
	}{
		"the manual's": {policytest.Manual(t), 40},
		"large":        {large(t), 8_000},
	} {
		s := newSurvey(g.p, from, 60, nil)
		s.uncovered()
		if s.evaluations == 0 || s.evaluations > g.most {
			t.Errorf("%s: the machine was asked %d times, at most %d are needed", name, s.evaluations, g.most)
		}
		before := s.evaluations
		s.catchAll()
		if s.evaluations != before {
			t.Errorf("%s: it was asked %d times again", name, s.evaluations-before)
		}
	}
}

// BenchmarkFind has 60 days of the large organisation in 0.23 s on two shared cores, the manual's in 0.5 ms.
func BenchmarkFind(b *testing.B) {
	from := time.Date(2026, 10, 12, 12, 0, 0, 0, time.UTC)
	for name, p := range map[string]*escalation.Policy{"manual": policytest.Manual(b), "large": large(b)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Find(p, from, 60, nil)
			}
		})
	}
}

// busy is the manual's organisation with something of everything that changes who is told.
func busy(t testing.TB, from time.Time) *escalation.Policy {
	t.Helper()
	p := policytest.Manual(t)
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	own := func(spans ...calendar.Span) *calendar.Calendar {
		return &calendar.Calendar{Zone: tokyo, Workdays: p.Calendar.Workdays, Hours: spans}
	}
	d := p.Directory
	dba, sys, vp := d.People["database-admin"], d.People["system-admin"], d.People["vp-engineering"]
	dba.Calendar = own(calendar.Span{From: 9 * 60, To: 17 * 60})
	sys.Rules = map[alerting.Severity][]escalation.Rule{alerting.P1: {{Over: []escalation.Channel{escalation.SMS}}}}
	vp.Reach, vp.Hours, vp.Only = escalation.ReachHours, own(calendar.Span{From: 20 * 60, To: 28 * 60}), nil
	vp.Quiet = escalation.Quiet{Hours: own(calendar.Span{From: 22 * 60, To: 30 * 60}), Severities: []alerting.Severity{alerting.P2}}
	d.People["database-admin"], d.People["system-admin"], d.People["vp-engineering"] = dba, sys, vp
	d.Roles["senior-engineer"] = escalation.Role{People: []string{"system-admin", "database-admin", "vp-engineering"}}
	r := d.Rotations["primary"]
	r.Turn.Days, r.Turn.Hours = 0, 36
	r.Overrides = slices.Grow(r.Overrides, 1)[:1]
	r.Overrides[0].Rotation, r.Overrides[0].Person = "primary", "engineering-manager"
	r.Overrides[0].From, r.Overrides[0].Until = from.Add(50*time.Hour), from.Add(59*time.Hour)
	r.Layers = slices.Grow(r.Layers, 1)[:1]
	nights := &r.Layers[0]
	nights.Name, nights.People, nights.Turn.Days, nights.Since = "nights", []string{"vp-engineering", "database-admin"}, 1, r.Since
	nights.Restriction.Hours = []calendar.Span{{From: 22 * 60, To: 30 * 60}}
	d.Rotations["primary"] = r
	p.Directory.Absences = []escalation.Absence{
		{Person: "engineering-manager", From: from.Add(30 * time.Hour), Until: from.Add(100 * time.Hour), Deputy: "database-admin"},
		{Person: "database-admin", From: from.Add(80 * time.Hour), Until: from.Add(90 * time.Hour)},
	}
	return p
}

func TestWhatIsSaidOfAStretchHoldsAtEachMomentOfIt(t *testing.T) {
	from := time.Date(2026, 10, 20, 12, 0, 0, 0, time.UTC) // the clocks change on the 25th
	simple := policytest.Manual(t)
	admin := simple.Directory.People["system-admin"]
	admin.Reach = escalation.ReachAlways
	simple.Directory.People["system-admin"] = admin
	holdsAtEachMoment(t, newSurvey(simple, from, 10, nil))
	holdsAtEachMoment(t, newSurvey(busy(t, from), from, 10, nil))
}

func holdsAtEachMoment(t *testing.T, s *survey) {
	t.Helper()
	for _, a := range s.asks {
		if a.clock == calendar.BusinessDays {
			continue // looked at as the day opens only
		}
		step := escalation.Step{Kind: a.kind, Role: a.role}
		for _, m := range s.moments(a) {
			for at := m.from; at.Before(m.until); at = at.Add(13 * time.Minute) {
				want, got := s.p.Told(a.severity, step, at), m.telling
				if fmt.Sprint(names(want), s.most(want), want.CatchAll) != fmt.Sprint(names(got), s.most(got), got.CatchAll) {
					t.Fatalf("%s %s: from %s it tells %v, but at %s %v", a.severity, a.role, m.from, names(got), at, names(want))
				}
			}
		}
	}
}
