package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tocsin/escalation/simulator"
)

// parsePast reads a time that is past: a span back from now ("7d", "24h", "1 week ago"), "yesterday" and "today",
// which begin at midnight in zone, or a time as simulator.ParseMoment reads it. Errors are sentences.
func parsePast(s string, zone *time.Location, now time.Time) (time.Time, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	y, m, d := now.In(zone).Date()
	switch text {
	case "today":
		return time.Date(y, m, d, 0, 0, 0, 0, zone), nil
	case "yesterday":
		return time.Date(y, m, d-1, 0, 0, 0, 0, zone), nil
	}
	if span, err := parseBack(text); err == nil {
		return now.Add(-span), nil
	}
	at, err := simulator.ParseMoment(s, zone, now)
	if err != nil {
		return at, fmt.Errorf(`%w, a bare date ("2026-12-25"), "yesterday", or how long ago ("7d", "24h", "1 week ago")`, err)
	}
	return at, nil
}

// backUnits are the lengths that people count back in.
func backUnits(word string) (time.Duration, bool) {
	switch strings.TrimSuffix(word, "s") {
	case "minute":
		return time.Minute, true
	case "hour":
		return time.Hour, true
	case "day":
		return 24 * time.Hour, true
	case "week":
		return 7 * 24 * time.Hour, true
	}
	return 0, false
}

// parseBack reads how long ago something was: "7d", "1h30m ago", "2 weeks ago", "a week ago". It is at most a year.
func parseBack(text string) (time.Duration, error) {
	words := strings.Fields(text)
	if n := len(words); n > 1 && words[n-1] == "ago" {
		words = words[:n-1]
	}
	switch len(words) {
	case 1:
		return simulator.ParseSpan(words[0])
	case 2:
		number, err := strconv.Atoi(words[0])
		if words[0] == "a" || words[0] == "an" {
			number, err = 1, nil
		}
		unit, ok := backUnits(words[1])
		if err == nil && ok && number >= 0 && number <= int(366*24*time.Hour/unit) {
			return time.Duration(number) * unit, nil
		}
	}
	return 0, errors.New("no length of time")
}
