package replay_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
	"tocsin/escalation/policytest"
	"tocsin/escalation/simulator"
	"tocsin/escalation/simulator/replay"
)

// friday is 17:30 in Berlin on a Friday, when system-admin is on call.
var friday = time.Date(2026, 2, 6, 16, 30, 0, 0, time.UTC)

// recorder lives through a history under one policy and records it as storage does.
type recorder struct {
	t      testing.TB
	policy *escalation.Policy
	*simulator.World
	escalation.Record
}

func newRecorder(t testing.TB) *recorder {
	p := policytest.Manual(t)
	return &recorder{t: t, policy: p, World: simulator.New(p, friday)}
}

func (r *recorder) after(d time.Duration) { r.AdvanceTo(r.Now().Add(d)) }

func (r *recorder) receive(events ...alerting.Event) {
	r.World.Receive(events)
	for _, e := range events {
		r.Arrivals = append(r.Arrivals, escalation.RecordedArrival{At: r.Now(), Event: e, Incident: r.holder(e)})
	}
	r.after(0)
}

// holder is the incident that has an alert.
func (r *recorder) holder(e alerting.Event) (id int64) {
	for _, c := range r.World.Cases() {
		for _, al := range r.World.Alerts(c.Incident.ID) {
			if al.Source == e.Source && al.Fingerprint == e.Labels.Fingerprint() {
				id = c.Incident.ID
			}
		}
	}
	return id
}

func (r *recorder) answer(id int64, a escalation.Answer) {
	r.t.Helper()
	a.By = alerting.Actor{Name: "ada", Via: "test"}
	if _, err := r.World.Answer(id, a); err != nil {
		r.t.Fatal(err)
	}
	r.Answers = append(r.Answers, escalation.RecordedAnswer{At: r.Now(), Incident: id, Answer: a})
	r.after(0)
}

// record is all that happened until now.
func (r *recorder) record() escalation.Record {
	out := r.Record
	for _, c := range r.World.Cases() {
		out.Incidents = append(out.Incidents, c.Incident)
	}
	for _, e := range r.World.Story() {
		if e.Channel == "" || slices.Contains([]simulator.Kind{simulator.Remind, simulator.Clear, simulator.Place}, e.Kind) {
			continue // only what a plan's steps and people's answers tell is recorded as a page
		}
		p := escalation.RecordedPage{
			At: e.At, Leaves: e.At, Skipped: e.Kind == simulator.Skip, Incident: e.Incident, Round: e.Round, Step: e.Step - 1,
			Role: e.Role, Person: e.Person, Channel: e.Channel, Severity: e.Severity,
		}
		if e.Step > 0 {
			step := r.policy.Matrix[e.Severity].Steps[e.Step-1]
			p.Until, p.Kind = step.Until, step.Kind
		}
		out.Pages = append(out.Pages, p)
	}
	return out
}

// under is what would have been otherwise since friday under a policy that is changed so.
func (r *recorder) under(change func(*escalation.Policy)) replay.Result {
	return r.from(friday, change)
}

func (r *recorder) from(since time.Time, change func(*escalation.Policy)) replay.Result {
	p := policytest.Manual(r.t)
	change(p)
	return replay.Run(p, r.record(), since, r.Now().Add(time.Second))
}

func down(at time.Time, service string) alerting.Event {
	return policytest.Event(at, "alertname", "SystemDown", "service", service)
}

// told lists changes: "#1 -engineering-manager +devops-lead sms: why".
func told(out replay.Result) string {
	var b strings.Builder
	for _, inc := range out.Incidents {
		for _, group := range replay.Together(inc.Changes) {
			fmt.Fprintf(&b, "#%d", inc.ID)
			if p := group[0].Was; p != nil {
				fmt.Fprintf(&b, " -%s@%s", p.Person, p.At.Sub(friday))
			}
			if p := group[0].Now; p != nil {
				fmt.Fprintf(&b, " +%s@%s", p.Person, p.At.Sub(friday))
			}
			fmt.Fprintf(&b, " %v: %s\n", replay.Over(group), group[0].Because())
		}
	}
	return b.String()
}

func expect(t *testing.T, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.ReplaceAll(strings.TrimSpace(want), "\t", "") {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
