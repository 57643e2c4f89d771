package config

import (
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// Quiet are hours in which a person's pages of P2 and P3 wait for their end.
type Quiet struct {
	Hours Hours               `json:"hours" jsonschema:"required,example=22:00-07:00" jsonschema_description:"When it is quiet, each day."`
	For   []alerting.Severity `json:"for" jsonschema:"default=P2,default=P3" jsonschema_description:"What waits: P2, P3 or both. P0 and P1 never wait."`
}

func readQuiet(v value) Quiet {
	q := Quiet{For: []alerting.Severity{alerting.P2, alerting.P3}}
	v.object(
		required("when it is quiet, as in 22:00-07:00", key("hours", &q.Hours, quietHours)),
		key("for", &q.For, unique(some(unhurried))),
	)
	return q
}

// quietHours are hours that leave some of the day.
func quietHours(v value) Hours {
	h := hours(v)
	quiet := 0
	for _, s := range h {
		quiet += s.To - s.From
	}
	if quiet >= dayMinutes {
		v.fail("%s: it is quiet all day, so that what waits would wait for ever: leave some hours", v.key)
	}
	return h
}

// unhurried is a severity that may wait.
func unhurried(v value) alerting.Severity {
	s := severity(v)
	if known := v.node.Value == s.String(); known && s < alerting.P2 {
		v.fail("%s cannot be quiet: P0 and P1 never wait, quiet hours are for P2 and P3", v.shown())
	}
	return s
}

// quiet is q as decisions see it, on the clock of home.
func (q Quiet) quiet(home *time.Location) escalation.Quiet {
	if len(q.Hours) == 0 {
		return escalation.Quiet{}
	}
	return escalation.Quiet{
		Hours:      &calendar.Calendar{Zone: home, Workdays: weekdaysOf(weekdays()), Hours: q.Hours},
		Severities: q.For,
	}
}
