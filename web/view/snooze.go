package view

import "time"

// snooze is one choice of how long to snooze.
type snooze struct {
	value string // as the form sends it
	label string
}

// morning is the local hour at which a night's snooze ends; earliest is until when there is a choice of
// the same day's.
const (
	morning  = 9
	earliest = 8
)

// snoozes are the choices at a moment: some lengths, and the next mornings.
func snoozes(local time.Time) []snooze {
	out := []snooze{{"30m", "30 min"}, {"1h", "1 h"}, {"4h", "4 h"}}
	if local.Hour() < earliest {
		out = append(out, snooze{"today", "until 09:00 today"})
	}
	return append(out, snooze{"tomorrow", "until 09:00 tomorrow"})
}

// SnoozeUntil is when a snooze ends that was chosen at a local time; ok is false if there is no such choice.
func SnoozeUntil(choice string, local time.Time) (until time.Time, ok bool) {
	nine := func(days int) time.Time {
		y, m, d := local.Date()
		return time.Date(y, m, d+days, morning, 0, 0, 0, local.Location())
	}
	switch choice {
	case "30m":
		return local.Add(30 * time.Minute), true
	case "1h":
		return local.Add(time.Hour), true
	case "4h":
		return local.Add(4 * time.Hour), true
	case "today":
		return nine(0), true
	case "tomorrow":
		return nine(1), true
	}
	return time.Time{}, false
}
