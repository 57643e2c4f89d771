package main

import (
	"fmt"
	"strings"
	"time"

	"tocsin/escalation/simulator"
)

// lengthFlags say how long a snooze or mute lasts: one of the two.
type lengthFlags struct {
	For   time.Duration `required:"" xor:"length" help:"How long, as in 30m or 2h."`
	Until string        `required:"" xor:"length" placeholder:"TIME" help:"Until when: morning (the organisation's next, at least 4 hours away), \"2026-12-25T09:00 Europe/Berlin\", RFC 3339, or a local time of this machine."`
}

// body is what the API is sent, which knows when the organisation's morning is. A local time is one of zone, which
// is this machine's: no configuration is read.
func (l lengthFlags) body(now time.Time, zone *time.Location) (map[string]any, error) {
	if l.Until == "" {
		return map[string]any{"for": l.For.String()}, nil
	}
	if strings.EqualFold(strings.TrimSpace(l.Until), "morning") {
		return map[string]any{"until": "morning"}, nil
	}
	at, err := simulator.ParseMoment(l.Until, zone, now)
	if err != nil {
		return nil, fmt.Errorf("--until: %w", err)
	}
	return map[string]any{"until": at}, nil
}
