package config

import (
	"fmt"
	"time"
)

const (
	urgentFailover  = 10 * time.Second // a P0's, where the row does not say
	longestFailover = time.Hour
	shortestRemind  = time.Minute
)

// parseFailover reads how long a channel has to accept a page; 0 is for ever.
func parseFailover(s string) (time.Duration, error) {
	d, err := parseDuration(s)
	switch {
	case err != nil:
		return 0, err
	case d > 0 && d < time.Second, d > longestFailover:
		return 0, fmt.Errorf("%q: a channel has from 1s to 1h to accept a page; 0 is for ever", s)
	}
	return d, nil
}

// parseRemind reads how long may pass without a word before somebody is told again.
func parseRemind(s string) (time.Duration, error) {
	d, err := parseDuration(s)
	if err == nil && d < shortestRemind {
		return 0, fmt.Errorf("%q is too short: people are reminded a minute later at the soonest", s)
	}
	return d, err
}

// parseDigest reads a time of day: "09:00".
func parseDigest(s string) (string, error) {
	at, err := time.Parse("15:04", s)
	if err != nil {
		return "", fmt.Errorf("%q is no time of day: write it as in 09:00", s)
	}
	return at.Format("15:04"), nil
}
