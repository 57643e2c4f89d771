package slack

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tocsin/notifiers"
)

// command is what somebody typed after /tocsin, understood.
type command struct {
	Name     string // list, show, ack, resolve, escalate, who, override, page; help for all else
	Incident int64
	Role     string // of who; empty: all
	Rotation string
	Person   string // a key of the directory, or a Slack user's mention
	Until    string // not read yet: it depends on when and where
	Text     string
	Problem  problem
	Typed    string // the word that the problem is with; may be empty
}

// problem is what is wrong with a command that was not understood.
type problem uint8

const (
	noProblem problem = iota
	notMine
	noIncident
	noOverride
	noPage
	tooMuch
)

// parseCommand reads the words after /tocsin. Case does not matter in the first of them.
func parseCommand(text string) command {
	name, rest := word(text)
	c := command{Name: strings.ToLower(name)}
	switch c.Name {
	case "", "help":
		return command{Name: "help"}
	case "list":
	case "show", "ack", "resolve", "escalate":
		return c.withIncident(rest)
	case "who":
		c.Role, rest = word(rest)
	case "override":
		c.Rotation, rest = word(rest)
		c.Person, c.Until = word(rest)
		if c.Until == "" {
			return command{Name: "help", Problem: noOverride}
		}
		return c
	case "page":
		c.Person, c.Text = word(rest)
		if c.Text == "" {
			return command{Name: "help", Problem: noPage}
		}
		return c
	default:
		return command{Name: "help", Problem: notMine, Typed: name}
	}
	if rest != "" && c.Name != "list" {
		return command{Name: "help", Problem: tooMuch, Typed: c.Name}
	}
	return c
}

func (c command) withIncident(rest string) command {
	number, more := word(rest)
	var ok bool
	if c.Incident, ok = incidentNumber(strings.TrimPrefix(number, "#")); !ok || more != "" {
		return command{Name: "help", Problem: noIncident, Typed: c.Name}
	}
	return c
}

// word is the first word of s, and what comes after it.
func word(s string) (first, rest string) {
	s = strings.TrimSpace(s)
	at := strings.IndexFunc(s, unicode.IsSpace)
	if at < 0 {
		return s, ""
	}
	return s[:at], strings.TrimSpace(s[at:])
}

// longestOverride is how far off the end of a stand-in may be that is typed into Slack.
const longestOverride = 366 * 24 * time.Hour

// Why a stand-in's end was not understood.
var (
	errNoMoment = errors.New("that is no time")
	errPast     = errors.New("that is past")
	errFar      = errors.New("that is too far off")
)

// until reads when something ends, as somebody says it at now in a zone: how long from now (90m, 8h, 3d), a
// time of day (18:00, the next one), a day (2026-11-25, its beginning), or both (2026-11-25 18:00).
func until(s string, now time.Time, zone *time.Location) (time.Time, error) {
	s = strings.Replace(strings.TrimSpace(s), "T", " ", 1)
	at, ok := moment(s, now.In(zone))
	switch {
	case !ok:
		return at, errNoMoment
	case !at.After(now):
		return at, errPast
	case at.Sub(now) > longestOverride:
		return at, errFar
	}
	return at, nil
}

// untilWhen says why typed was not understood at now in a zone.
func (w words) untilWhen(err error, typed string, now time.Time) string {
	typed = notifiers.Cut(notifiers.Plain(typed), 40)
	switch {
	case errors.Is(err, errPast):
		return fmt.Sprintf(w.Past, typed)
	case errors.Is(err, errFar):
		return fmt.Sprintf(w.Far, typed)
	}
	return fmt.Sprintf(w.When, now.AddDate(0, 0, 1).Format(time.DateOnly))
}

func moment(s string, now time.Time) (at time.Time, ok bool) {
	if days, found := strings.CutSuffix(s, "d"); found {
		n, err := strconv.ParseUint(days, 10, 16)
		return now.AddDate(0, 0, int(n)), err == nil
	}
	if span, err := time.ParseDuration(s); err == nil {
		return now.Add(span), true
	}
	if clock, err := time.Parse("15:04", s); err == nil {
		at = time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, now.Location())
		if !at.After(now) {
			at = time.Date(now.Year(), now.Month(), now.Day()+1, clock.Hour(), clock.Minute(), 0, 0, now.Location())
		}
		return at, true
	}
	for _, layout := range []string{time.DateOnly, time.DateOnly + " 15:04"} {
		if at, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return at, true
		}
	}
	return at, false
}
