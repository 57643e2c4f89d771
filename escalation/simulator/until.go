package simulator

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin/alerting"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// morning is the end of a snooze or mute that calendar.Morning finds.
const morning = "morning"

// longest is how long a snooze or mute may last: the machine refuses what is longer.
const longest = 30 * 24 * time.Hour

// readLength takes how long a snooze or mute lasts: "2h", "until morning", "until 2026-12-25T09:00".
func (a *Answer) readLength(arg string) (err error) {
	if arg == "" {
		return fmt.Errorf("say for how long, as in %s:2h, or until when, as in %s:until morning", a.Verb, a.Verb)
	}
	if words := strings.Fields(arg); strings.EqualFold(words[0], "until") {
		a.Until = strings.Join(words[1:], " ")
		if strings.EqualFold(a.Until, morning) {
			a.Until = morning
		}
		_, err = a.until(time.Unix(0, 0), &calendar.Calendar{Zone: time.UTC})
		return err
	}
	switch a.For, err = ParseSpan(arg); {
	case err != nil || a.For > longest:
		return fmt.Errorf("%s:%s is no length of a %s: write it as in %s:2h or %s:3d; 30 days is the longest", a.Verb, arg, a.Verb, a.Verb, a.Verb)
	case a.For <= 0:
		return fmt.Errorf("%s:%s lasts no time: write it as in %s:2h", a.Verb, arg, a.Verb)
	}
	return nil
}

// until is when a snooze or mute ends that begins at now; zero if it has no end of its own. C is the
// organisation's business time, in whose zone a local time is meant.
func (a Answer) until(now time.Time, c *calendar.Calendar) (time.Time, error) {
	switch {
	case a.For > 0:
		return now.Add(a.For), nil
	case a.Until == morning:
		return c.Morning(now), nil
	case strings.EqualFold(a.Until, "now"):
		return time.Time{}, errors.New("until now lasts no time: say until when, as in until morning")
	case a.Until != "":
		return ParseMoment(a.Until, c.Zone, now)
	case a.Verb == escalation.Snooze || a.Verb == escalation.Mute:
		return time.Time{}, errors.New("say until when, as in until morning or until 2026-12-25T09:00")
	}
	return time.Time{}, nil
}

// at is a as the desk takes it from by at now. Its until has been read before.
func (a Answer) at(now time.Time, by string, c *calendar.Calendar) escalation.Answer {
	end, _ := a.until(now, c)
	return escalation.Answer{
		Verb: a.Verb, By: alerting.Actor{Name: by, Via: "simulation"},
		Person: a.Person, Text: a.Text, Severity: a.Severity, Step: a.Step, Into: a.Into, Until: end,
	}
}

// parseNumber reads an incident's number.
func parseNumber(s string) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimPrefix(strings.TrimSpace(s), "#"), 10, 64)
	if err == nil && n < 1 {
		err = errors.New("incidents are counted from 1")
	}
	return n, err
}

// businessTime is the organisation's calendar, with a zone in any case.
func businessTime(p *escalation.Policy) *calendar.Calendar {
	if p.Calendar == nil || p.Calendar.Zone == nil {
		return &calendar.Calendar{Zone: time.UTC}
	}
	return p.Calendar
}
