package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/prometheus/alertmanager/matcher/parse"
	"github.com/prometheus/alertmanager/pkg/labels"
	"github.com/robfig/cron/v3"
)

// matchers reads a list in Alertmanager's syntax: all of them must match. At least one is needed, so that
// a forgotten one does not match everything.
func matchers(v value) labels.Matchers {
	var out labels.Matchers
	for _, ms := range some(parsed("matcher", parseMatchers))(v) {
		out = append(out, ms...)
	}
	return out
}

func parseMatchers(s string) (labels.Matchers, error) {
	ms, err := parse.Matchers(s)
	switch {
	case err != nil:
		return nil, fmt.Errorf(`%q is no matcher, write one as in alertname="SystemDown" or severity=~"info|none" (%s)`, s, oneLine(err))
	case len(ms) == 0:
		return nil, fmt.Errorf("%q matches everything: name a label", s)
	}
	return ms, nil
}

// parseCron reads five fields as cron has them, "@daily" and the like, and "MON#1" for the month's first
// Monday in the last field. The zone is the configuration's, so none may be named here.
func parseCron(s string) (string, error) {
	bad := func(why string) (string, error) {
		return "", fmt.Errorf(`%q is no cron schedule: %s (five fields: minute, hour, day, month, weekday; "0 9 * * MON#1" is 09:00 on the first Monday)`, s, why)
	}
	if strings.Contains(s, "TZ=") {
		return bad("the zone is set by timezone, not here")
	}
	plain := s
	if fields := strings.Fields(s); len(fields) == 5 && strings.Contains(fields[4], "#") {
		day, nth, _ := strings.Cut(fields[4], "#")
		if len(nth) != 1 || nth[0] < '1' || nth[0] > '5' || strings.ContainsAny(day, ",-*?/") {
			return bad("the weekday's number must be 1 to 5, as in MON#1")
		}
		if fields[2] != "*" && fields[2] != "?" {
			return bad("the day must be * where the weekday has a number")
		}
		fields[4] = day
		plain = strings.Join(fields, " ")
	}
	schedule, err := cron.ParseStandard(plain)
	if err != nil {
		return bad(oneLine(err))
	}
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return bad("it never comes")
	}
	return s, nil
}

// expression is a condition that expr-lang can parse; what its names mean is looked at when it runs.
func expression(v value) string {
	s := prose(v)
	if s == "" {
		return ""
	}
	_, err := parser.Parse(s)
	var at *file.Error
	switch {
	case err == nil:
	case v.outsider():
		v.fail("%s: what stands for %s is no expression", v.key, v.shown())
	case errors.As(err, &at):
		v.fail("%s: %s is no expression: %s (at its letter %d)", v.key, v.shown(), oneLine(errors.New(at.Message)), at.Column+1)
	default:
		v.fail("%s: %s is no expression: %s", v.key, v.shown(), oneLine(err))
	}
	return s
}

// oneLine is a library's error on one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
