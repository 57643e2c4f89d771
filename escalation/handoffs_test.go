package escalation

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation/oncall"
)

// tellings keeps who was told last, and the words since a test read them.
type tellings struct {
	last map[string]Holding
	sent []Message
	open []Case
}

func (ts *tellings) Incidents(context.Context, alerting.Query) ([]Case, string, error) {
	return ts.open, "", nil
}

func (ts *tellings) TellHandoff(_ context.Context, rotation string, now Holding, words func(Holding, bool) []Message) error {
	was, known := ts.last[rotation]
	if known && was == now {
		return nil
	}
	ts.last[rotation] = now
	ts.sent = append(ts.sent, words(was, known)...)
	return nil
}

// want says what has been told since it was asked last, each as "person: text".
func (ts *tellings) want(t *testing.T, what string, want ...string) {
	t.Helper()
	var got []string
	for _, m := range ts.sent {
		got = append(got, m.Person+": "+m.Text)
	}
	ts.sent = nil
	if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
		t.Errorf("%s: told %q, want %q", what, got, want)
	}
}

// replica is a loop's work, and the looks that it takes.
func replica(t *testing.T, ts *tellings, p **Policy) (look func(at time.Time)) {
	h := &handoffs{store: ts, policy: func() *Policy { return *p }, url: func(path string) string { return "https://t" + path }}
	return func(at time.Time) {
		t.Helper()
		if err := h.tell(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAHandOffTellsBothOnceWhicheverReplicaComesFirst(t *testing.T) {
	p, zone := pair(t)
	told := &tellings{last: map[string]Holding{}}
	here, there := replica(t, told, &p), replica(t, told, &p)
	off := time.Date(2026, 11, 30, 9, 0, 0, 0, zone)
	both := []string{
		"ben: You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin).\nBefore you: Ada.\n",
		"ada: You are no longer on call for primary from Monday 30 November, 09:00 (Europe/Berlin) on.\nAfter you: Ben.\n",
	}
	for _, c := range []struct {
		after time.Duration
		want  []string
	}{{-time.Hour, nil}, {-time.Second, nil}, {0, both}, {time.Minute, nil}, {2 * time.Hour, nil}} {
		here(off.Add(c.after))
		there(off.Add(c.after + time.Second/2))
		told.want(t, c.after.String(), c.want...)
	}
	if next := p.nextHandoff(off.Add(-500 * time.Millisecond)); !next.Equal(off) {
		t.Errorf("it looks again at %s", next)
	}
	replica(t, told, &p)(off.Add(7*24*time.Hour + 30*time.Hour))
	told.want(t, "after an outage",
		"ada: You are on call for primary from Tuesday 8 December, 15:00 until Monday 14 December, 09:00 (Europe/Berlin).\nBefore you: Ben.\n",
		"ben: You are no longer on call for primary from Tuesday 8 December, 15:00 (Europe/Berlin) on.\nAfter you: Ada.\n")
}

func TestTheDeputyOfWhoeverIsAwayIsToldAndWhoIsAwayIsNot(t *testing.T) {
	p, zone := pair(t)
	day := func(d, hour int) time.Time { return time.Date(2026, 11, d, hour, 0, 0, 0, zone) }
	p.Directory.Absences = []Absence{{Person: "ben", From: day(29, 0), Until: day(32, 0), Deputy: "eve"}, {Person: "ada", From: day(44, 0), Until: day(50, 0)}}
	told := &tellings{last: map[string]Holding{}}
	look := replica(t, told, &p)
	look(day(29, 12))
	look(day(30, 9))
	told.want(t, "Ben is away",
		"eve: You are on call for primary from Monday 30 November, 09:00 until Wednesday 2 December, 00:00 (Europe/Berlin).\n"+
			"You stand in for Ben, who is away until Wednesday 2 December, 00:00 (Europe/Berlin).\nBefore you: Ada.\n",
		"ada: You are no longer on call for primary from Monday 30 November, 09:00 (Europe/Berlin) on.\nAfter you: Eve, who stands in for Ben.\n")
	look(day(32, 0))
	told.want(t, "Ben is back",
		"ben: You are on call for primary from Wednesday 2 December, 00:00 until Monday 7 December, 09:00 (Europe/Berlin).\nBefore you: Eve.\n",
		"eve: You are no longer on call for primary from Wednesday 2 December, 00:00 (Europe/Berlin) on.\nAfter you: Ben.\n")
	look(day(37, 9))
	told.sent = nil
	look(day(44, 0))
	told.want(t, "Ada leaves without a deputy")
}

func TestAnOverrideInForceAndAReloadAreToldNowAndReplicasThatDifferDoNotTellByTurns(t *testing.T) {
	p, zone := pair(t)
	told := &tellings{last: map[string]Holding{}}
	old := p
	here, there := replica(t, told, &p), replica(t, told, &old)
	now := time.Date(2026, 12, 29, 12, 0, 0, 0, zone)
	here(now)
	there(now)
	p = p.With(Roster{Overrides: []oncall.Override{{Rotation: "primary", Person: "eve", From: now, Until: now.Add(72 * time.Hour)}}})
	here(now.Add(time.Second))
	told.want(t, "an override",
		"eve: You are on call for primary from Tuesday 29 December, 12:00 until Friday 1 January 2027, 12:00 (Europe/Berlin).\nBefore you: Ben.\n",
		"ben: You are no longer on call for primary from Tuesday 29 December, 12:00 (Europe/Berlin) on.\nAfter you: Eve.\n")
	for range 3 {
		there(now.Add(2 * time.Second))
		here(now.Add(2 * time.Second))
	}
	told.want(t, "the other replica has not heard of it")
	reloaded := *old
	reloaded.Directory.Rotations = map[string]oncall.Rotation{}
	r := old.Directory.Rotations["primary"]
	r.People = []string{"ada"}
	reloaded.Directory.Rotations["primary"], reloaded.Directory.Rotations["secondary"] = r, r
	p = &reloaded
	here(now.Add(2 * time.Hour))
	told.want(t, "a reload",
		"ada: You are on call for primary from Tuesday 29 December, 14:00 (Europe/Berlin).\nBefore you: Eve.\n",
		"eve: You are no longer on call for primary from Tuesday 29 December, 14:00 (Europe/Berlin) on.\nAfter you: Ada.\n",
		"ada: You are on call for secondary from Tuesday 29 December, 14:00 (Europe/Berlin).\n")
}

func TestAHandOffNamesWhatIsOpenOfItsRotationTheWorstFirst(t *testing.T) {
	p, zone := pair(t)
	p.Directory.Roles = map[string]Role{"on-call": {Rotation: "primary"}, "other": {People: []string{"eve"}}}
	off := time.Date(2026, 11, 30, 9, 0, 0, 0, zone)
	open := func(id int64, sev alerting.Severity, role string) Case {
		return Case{
			Incident: alerting.Incident{ID: id, Severity: sev, State: alerting.StateOpen, Title: "Disk\nfull"},
			Plan:     Plan{Steps: []PlannedStep{{Role: role}}},
		}
	}
	one, two := open(8, alerting.P1, "on-call"), open(9, alerting.P0, "on-call")
	one.Incident.State, one.Incident.AcknowledgedBy = alerting.StateAcknowledged, "ada"
	two.Incident.Labels = alerting.Labels{"alertname": "SystemDown", "service": "backend"}
	var many []Case
	for id := range int64(7) {
		many = append(many, open(id+1, alerting.P2, "on-call"))
	}
	for want, cases := range map[string][]Case{
		"": {open(3, alerting.P0, "other")},
		"2 incidents are open: #9 P0 SystemDown backend, #8 P1 Disk full (acknowledged by Ada).\n":                                 {one, open(3, alerting.P0, "other"), two},
		"1 incident is open: #9 P0 SystemDown backend.\n":                                                                          {two},
		"7 incidents are open: #1 P2 Disk full, #2 P2 Disk full, #3 P2 Disk full, #4 P2 Disk full, #5 P2 Disk full, and 2 more.\n": many,
	} {
		told := &tellings{last: map[string]Holding{}, open: cases}
		look := replica(t, told, &p)
		look(off.Add(-time.Hour))
		look(off)
		told.want(t, want,
			"ben: You are on call for primary from Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin).\nBefore you: Ada.\n"+want,
			"ada: You are no longer on call for primary from Monday 30 November, 09:00 (Europe/Berlin) on.\nAfter you: Ben.\n")
	}
}
