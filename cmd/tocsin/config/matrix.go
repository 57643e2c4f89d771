package config

import (
	"fmt"
	"slices"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// Matrix says for each severity what is owed and when.
type Matrix struct {
	P0 Row `json:"P0" jsonschema:"required" jsonschema_description:"Critical: system completely down, revenue impact."`
	P1 Row `json:"P1" jsonschema:"required" jsonschema_description:"High: major functionality impaired, user impact."`
	P2 Row `json:"P2" jsonschema:"required" jsonschema_description:"Medium: minor functionality issues, workaround available."`
	P3 Row `json:"P3" jsonschema:"required" jsonschema_description:"Low: cosmetic issues, no user impact."`
}

// Row is the matrix for one severity.
type Row struct {
	Meaning    string               `json:"meaning" jsonschema_description:"What the severity means, in the organisation's words."`
	Channels   []escalation.Channel `json:"channels" jsonschema:"required" jsonschema_description:"Over which channels its steps tell people."`
	AckTimeout time.Duration        `json:"ack_timeout" jsonschema:"example=30m" jsonschema_description:"Acknowledged, then no word or act of a person for so long: open again. Left out: never."`
	Failover   time.Duration        `json:"failover" jsonschema:"example=10s" jsonschema_description:"A page that its channel has not accepted for so long goes over the person's next channel, and then to the next person. Left out: 10s for P0, 0 (never) for the rest. A P0 or P1 that fails for good does so with 0 too."`
	Digest     string               `json:"digest" jsonschema:"example=09:00" jsonschema_description:"P2 and P3: pages over email, slack and url wait for this time of day, in the reader's zone, and leave as one message. Left out: they leave at once."`
	Remind     time.Duration        `json:"remind" jsonschema:"example=4h" jsonschema_description:"Acknowledged, then no word of a person for so long: whoever has it is told that it is still open, and again after each such time. Left out: never."`
	AllClear   bool                 `json:"all_clear" jsonschema:"default=true" jsonschema_description:"Whether those who were told of an incident are told that it is resolved."`
	Webhook    []Secret             `json:"webhook" jsonschema_description:"Addresses that signed posts go to when such an incident opens, changes and is resolved. May hold secrets."`
	URL        []Secret             `json:"url" jsonschema_description:"Addresses at services that shoutrrr knows, which are told the same. May hold secrets."`
	Repeat     Repeat               `json:"repeat" jsonschema_description:"Begins the steps again, where the last has passed and nobody has acknowledged. Left out: they are gone through once."`
	Steps      []Step               `json:"steps" jsonschema:"required" jsonschema_description:"What is owed. An empty list: nobody is told."`
}

// Repeat begins a row again.
type Repeat struct {
	After calendar.Delay `json:"after" jsonschema:"required,example=30m" jsonschema_description:"How long after the last step."`
	Times int            `json:"times" jsonschema:"required,example=3" jsonschema_description:"How often at most; up to 100."`
}

// Step is one line of the matrix; it pages a role or assigns to one.
type Step struct {
	After  calendar.Delay   `json:"after" jsonschema:"required,example=15m,example=2 business hours,example=next business day" jsonschema_description:"When it is due, from the incident's opening: wall time (15m, 2d), business time (2 business hours; 0 is the next moment of it) or days (next business day, 2 business days)."`
	Page   string           `json:"page" jsonschema_description:"The role that is paged. A step has page or assign."`
	Assign string           `json:"assign" jsonschema_description:"The role that the incident is assigned to, and who is told."`
	Until  escalation.Until `json:"until" jsonschema:"default=acknowledged" jsonschema_description:"What makes the step unnecessary."`
	Says   string           `json:"says" jsonschema:"example=initial response overdue" jsonschema_description:"Why this page comes, in the message."`

	place value // for warnings
}

// Role is the role that the step names.
func (s Step) role() string { return s.Page + s.Assign }

// bySeverity are the rows, worst first: the i-th is that of alerting.Severity(i).
func (m *Matrix) bySeverity() []*Row { return []*Row{&m.P0, &m.P1, &m.P2, &m.P3} }

// readMatrix reads the rows; a file without the section has the operations manual's, as far as it has
// the roles.
func readMatrix(v value) Matrix {
	var m Matrix
	left := v.empty()
	if left {
		v = v.r.manual("matrix")
	}
	var fields []field
	for i, row := range m.bySeverity() {
		name := alerting.Severity(i).String()
		fields = append(fields, required("the matrix needs a row for each of P0, P1, P2 and P3; steps: [] tells nobody",
			key(name, row, func(v value) Row { return readRow(v, left) })))
	}
	v.object(fields...)
	if left {
		v.warnOfManual(&m)
	}
	return m
}

func readRow(v value, manual bool) Row {
	r := Row{AllClear: true}
	if v.key == alerting.P0.String() {
		r.Failover = urgentFailover
	}
	v.object(
		key("meaning", &r.Meaning, prose),
		required("over which channels people are told, as in [sms, email]", key("channels", &r.Channels, unique(some(choice("channel", escalation.Channels...))))),
		key("ack_timeout", &r.AckTimeout, period),
		key("failover", &r.Failover, parsed("length of time", parseFailover)),
		key("digest", &r.Digest, parsed("time of day", parseDigest)),
		key("remind", &r.Remind, parsed("length of time", parseRemind)),
		key("all_clear", &r.AllClear, truth),
		key("webhook", &r.Webhook, addressesOf(escalation.Webhook)),
		key("url", &r.URL, addressesOf(escalation.URL)),
		key("repeat", &r.Repeat, readRepeat),
		required("what is owed; steps: [] tells nobody", key("steps", &r.Steps, list(func(v value) Step { return readStep(v, manual) }))),
	)
	if v.has("digest") && (v.key == "P0" || v.key == "P1") {
		v.child("digest").fail("%s has a digest: only P2 and P3 can wait for a time of day", v.key)
	}
	if v.has("repeat") && v.has("steps") && len(r.Steps) == 0 {
		v.child("repeat").fail("%s has a repeat, but no steps to begin again", v.key)
	}
	if manual {
		r.Steps = slices.DeleteFunc(r.Steps, func(s Step) bool { return !slices.Contains(v.r.names.roles, s.role()) })
	} else if list := v.child("steps"); list.node != nil && len(list.node.Content) == 0 {
		list.warn(KindSilent, "%s has no steps: nobody is told of such an incident", v.key)
	}
	return r
}

func readRepeat(v value) Repeat {
	var r Repeat
	v.object(
		required("how long after the last step, as in 30m", key("after", &r.After, parsed("delay", parseRepeatDelay))),
		required("how often at most, as in 3", key("times", &r.Times, countTo(100))),
	)
	return r
}

// parseRepeatDelay reads a delay that is longer than nothing.
func parseRepeatDelay(s string) (calendar.Delay, error) {
	d, err := calendar.ParseDelay(s)
	if err == nil && d.Kind != calendar.BusinessDays && d.Amount == 0 {
		return calendar.Delay{}, fmt.Errorf("%q is too short: the steps begin again some time after the last", s)
	}
	return d, err
}

// readStep reads one step. The manual's may name roles that the file does not have.
func readStep(v value, manual bool) Step {
	s := Step{Until: escalation.UntilAcknowledged, place: v}
	names := role
	if manual {
		names = text
	}
	v.object(
		required("when the step is due, as in 15m or 2 business hours", key("after", &s.After, parsed("delay", calendar.ParseDelay))),
		key("page", &s.Page, names),
		key("assign", &s.Assign, names),
		key("until", &s.Until, choice("until", escalation.UntilAcknowledged, escalation.UntilAssigned, escalation.UntilResolved)),
		key("says", &s.Says, text),
	)
	switch {
	case v.has("page") && v.has("assign"):
		v.fail("a step has both page and assign: it does one or the other")
	case !v.has("page") && !v.has("assign"):
		v.fail("a step has neither page nor assign: name the role that it tells")
	}
	return s
}

// warnOfManual says what the file gets for the matrix that it leaves out.
func (v value) warnOfManual(m *Matrix) {
	var missing []string
	for _, name := range []string{"on-call", "engineer", "senior-engineer", "manager", "executive"} {
		if !slices.Contains(v.r.names.roles, name) {
			missing = append(missing, name)
		}
	}
	for i, row := range m.bySeverity() {
		if len(row.Steps) == 0 {
			v.fail("matrix is missing, and the operations manual's tells nobody of %s without the role on-call: define it under roles, or write a matrix", alerting.Severity(i))
			return
		}
	}
	if len(missing) > 0 {
		v.warn(KindDefault, "matrix is missing: the operations manual's is used, without the steps of %s, which are not among the roles", and(missing))
	}
}
