package modeltest

import (
	"errors"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

func (r *run) actor() alerting.Actor {
	return alerting.Actor{Name: pick(r, "by", append(people(), "robot")...), Via: "test"}
}

// answer draws what somebody says about an incident.
func (r *run) answer() {
	n := len(r.model.incidents)
	if n == 0 {
		return
	}
	i := r.incident("incident")
	a := escalation.Answer{By: r.actor(), Text: "since"}
	var into *incident
	switch kind := r.draw(32, "verb"); {
	case kind < 5:
		a.Verb = escalation.Acknowledge
	case kind < 7:
		a.Verb = escalation.Resolve
	case kind < 9:
		a.Verb = escalation.Reopen
	case kind < 12:
		a.Verb = escalation.Escalate
	case kind < 15:
		a.Verb, a.Until = escalation.Snooze, r.until()
	case kind < 17:
		a.Verb, a.Person = escalation.Assign, pick(r, "person", append(people(), "nobody")...)
	case kind < 18:
		a.Verb = escalation.Note
	case kind < 21:
		a.Verb, a.Severity = escalation.SetSeverity, alerting.Severity(r.draw(4, "severity"))
	case kind < 23:
		a.Verb, a.Step = escalation.Jump, r.draw(8, "step")
	case kind < 26:
		a.Verb, a.Until = escalation.Mute, r.until()
	case kind < 27:
		a.Verb = escalation.Unmute
	case kind < 29:
		a.Verb, into = escalation.Merge, r.incident("into")
		a.Into = r.id(into)
	default:
		a.Verb, a.Alerts = escalation.Split, r.some(i)
	}
	r.say(i, a, into)
}

// incident is one of the newest few, more often the newest.
func (r *run) incident(what string) *incident {
	n := len(r.model.incidents)
	return r.model.incidents[n-1-r.draw(min(n, 4), what)]
}

func (r *run) id(i *incident) int64 { return r.world.Cases()[i.number].Incident.ID }

func (r *run) until() time.Time {
	return r.model.now.Add(pick(r, "until", -time.Minute, time.Minute, 5*time.Minute, 20*time.Minute, time.Hour, 7*time.Hour,
		24*time.Hour, 40*24*time.Hour))
}

// some are alerts of an incident, by the machine's fingerprints; perhaps one that is not there.
func (r *run) some(i *incident) (out []string) {
	for _, al := range r.world.Alerts(r.id(i)) {
		if r.draw(2, "splits off") == 0 {
			out = append(out, al.Fingerprint)
		}
	}
	if r.draw(10, "wrong") == 0 {
		out = append(out, "ffffffffffffffff")
	}
	return out
}

// say gives one answer to both.
func (r *run) say(i *incident, a escalation.Answer, into *incident) {
	r.note("#%d %s by %s %s %s %s step %d into %d alerts %v", i.number, a.Verb, a.By.Name, a.Until.Format("02 15:04:05"), a.Person, a.Severity, a.Step, a.Into, a.Alerts)
	_, err := r.world.Answer(r.id(i), a)
	var refusal *alerting.Refused
	if err != nil && !errors.As(err, &refusal) {
		r.t.Fatalf("the machine says %v", err)
	}
	if refused := r.model.answer(i, a, into); refused != (err != nil) {
		r.fail("the machine says %v; the model refuses: %v", err, refused)
	}
}
