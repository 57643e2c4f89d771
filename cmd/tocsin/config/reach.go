package config

import (
	"time"

	"go.yaml.in/yaml/v4"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// Reach is when a person may be told: a word, or hours of their own.
type Reach struct {
	Kind escalation.Reach
	Own  OwnHours // where Kind is escalation.ReachHours
}

// OwnHours are those in which a person may be told, holidays or not.
type OwnHours struct {
	Hours    Hours          `json:"hours" jsonschema:"example=08:00-20:00" jsonschema_description:"Hours of these days; left out: all day. Hours past midnight belong to the day on which they begin."`
	Days     []Workday      `json:"days" jsonschema_description:"Days of the week; left out: every day."`
	Timezone *time.Location `json:"timezone" jsonschema:"example=Asia/Tokyo" jsonschema_description:"The zone of these hours. Left out: the person's."`
}

func readReach(v value) Reach {
	if v.node.Kind != yaml.MappingNode {
		return Reach{Kind: choice("reach", escalation.ReachAlways, escalation.ReachBusinessHours, escalation.ReachOnCall)(v)}
	}
	r := Reach{Kind: escalation.ReachHours}
	v.object(
		key("hours", &r.Own.Hours, hours),
		key("days", &r.Own.Days, unique(some(choice("day", weekdays()...)))),
		key("timezone", &r.Own.Timezone, parsed("time zone", parseZone)),
	)
	if !v.has("hours") && !v.has("days") {
		v.fail("reach has neither hours nor days: write it as in {hours: 08:00-20:00, days: [mon, tue]}, or reach: always")
	}
	return r
}

// calendar is open in these hours. Home is the person's own zone.
func (o OwnHours) calendar(home *time.Location) *calendar.Calendar {
	out := &calendar.Calendar{Zone: home, Workdays: weekdaysOf(o.Days), Hours: o.Hours}
	if o.Timezone != nil {
		out.Zone = o.Timezone
	}
	if len(out.Workdays) == 0 {
		out.Workdays = weekdaysOf(weekdays())
	}
	if len(out.Hours) == 0 {
		out.Hours = []calendar.Span{{From: 0, To: dayMinutes}}
	}
	return out
}

// dayMinutes are the minutes of a day.
const dayMinutes = 24 * 60
