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
	"tocsin/alerting/calendar"
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

// parseCron reads a schedule as calendar.ParseCron does. The zone is its section's, so none may be named here.
func parseCron(s string) (string, error) {
	_, err := calendar.ParseCron(s, time.UTC)
	return s, err
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
