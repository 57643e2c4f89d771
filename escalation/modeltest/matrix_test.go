package modeltest

import (
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// fullMatrix has every kind of delay, step, until and repetition.
func fullMatrix(t testing.TB) escalation.Matrix {
	return escalation.Matrix{
		alerting.P0: {
			Channels: channels("sms email slack"), AckTimeout: parsed(t, "30m").Amount, Repeat: repeat(t, "20m", 2),
			Failover: 10 * time.Second, Remind: 12 * time.Minute, AllClear: true,
			Steps: []escalation.Step{
				step(t, "page", "0m", "on-call", "acknowledged", ""),
				step(t, "page", "5m", "on-call", "acknowledged", "overdue"),
				step(t, "page", "15m", "managers", "acknowledged", ""),
				step(t, "assign", "20m", "engineer", "assigned", ""),
				step(t, "page", "30m", "experts", "acknowledged", ""),
				step(t, "page", "1h", "managers", "resolved", "still not resolved"),
			},
		},
		alerting.P1: {
			Channels: channels("email slack"), Repeat: repeat(t, "1h", 1), Remind: 4 * time.Hour,
			Steps: []escalation.Step{
				step(t, "page", "0m", "engineer", "acknowledged", ""),
				step(t, "page", "10m", "on-call", "acknowledged", "overdue"),
				step(t, "assign", "5m", "ghosts", "resolved", ""),
				step(t, "page", "30m", "ghosts", "acknowledged", ""),
				step(t, "assign", "45m", "experts", "acknowledged", ""),
				step(t, "assign", "50m", "ghosts", "resolved", ""),
				step(t, "page", "2h", "managers", "resolved", ""),
			},
		},
		alerting.P2: {
			Channels: channels("email webhook"), AckTimeout: parsed(t, "8h").Amount, Digest: "09:00", Remind: 3 * time.Hour, AllClear: true,
			Steps: []escalation.Step{
				step(t, "page", "0 business hours", "on-call", "acknowledged", ""),
				step(t, "page", "2 business hours", "managers", "acknowledged", "overdue"),
				step(t, "assign", "4 business hours", "engineer", "assigned", ""),
				step(t, "page", "next business day", "experts", "resolved", ""),
			},
		},
		alerting.P3: {
			Channels: channels("sms url slack"), Repeat: repeat(t, "3h", 1),
			Digest: "06:30", Remind: 26 * time.Hour, AllClear: true, Failover: time.Minute,
			Steps: []escalation.Step{
				step(t, "page", "next business day", "nights", "acknowledged", ""),
				step(t, "assign", "2 business days", "on-call", "assigned", ""),
				step(t, "page", "90 business minutes", "experts", "assigned", ""),
			},
		},
	}
}

func step(t testing.TB, kind, after, role, until, says string) escalation.Step {
	t.Helper()
	return escalation.Step{Kind: escalation.StepKind(kind), After: parsed(t, after), Role: role, Until: escalation.Until(until), Says: says}
}

func repeat(t testing.TB, after string, times int) escalation.Repeat {
	t.Helper()
	return escalation.Repeat{After: parsed(t, after), Times: times}
}

func parsed(t testing.TB, delay string) calendar.Delay {
	t.Helper()
	d, err := calendar.ParseDelay(delay)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func channels(names string) (out []escalation.Channel) {
	for name := range strings.FieldsSeq(names) {
		out = append(out, escalation.Channel(name))
	}
	return out
}
