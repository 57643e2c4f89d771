package config

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	// Zones are known whatever the host has installed.
	_ "time/tzdata"
)

// duration is a length of time, in Go's syntax with w (7 days) and d (24 hours) before it.
func duration(v value) time.Duration { return parsed("length of time", parseDuration)(v) }

// period is a duration longer than nothing.
func period(v value) time.Duration {
	return parsed("length of time above 0", func(s string) (time.Duration, error) {
		d, err := parseDuration(s)
		if err == nil && d == 0 {
			return 0, fmt.Errorf("%q is too short: it must be more than 0", s)
		}
		return d, err
	})(v)
}

var weeksAndDays = regexp.MustCompile(`^(?:(\d{1,5})w)?(?:(\d{1,6})d)?(.*)$`)

// parseDuration reads "90s", "1h30m", "30d", "2w", "1d12h". It is at least 0.
func parseDuration(s string) (time.Duration, error) {
	bad := fmt.Errorf("%q is no length of time: write it as in 90s, 15m, 1h30m, 30d or 2w", s)
	if s == "0" {
		return 0, nil
	}
	m := weeksAndDays.FindStringSubmatch(s)
	if m == nil || s == "" {
		return 0, bad
	}
	weeks, _ := strconv.Atoi(m[1])
	days, _ := strconv.Atoi(m[2])
	var rest time.Duration
	if m[3] != "" {
		var err error
		if rest, err = time.ParseDuration(m[3]); err != nil {
			return 0, bad
		}
	}
	whole := time.Duration(7*weeks+days) * 24
	switch {
	case rest < 0:
		return 0, fmt.Errorf("%q is negative: a length of time cannot be", s)
	case whole > (math.MaxInt64-rest)/time.Hour:
		return 0, fmt.Errorf("%q is too long: Tocsin counts up to 290 years", s)
	}
	return whole*time.Hour + rest, nil
}

// parseZone reads an IANA zone: "Europe/Berlin", "UTC".
func parseZone(s string) (*time.Location, error) {
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		return nil, fmt.Errorf("%q is no time zone: write one as in Europe/Berlin or UTC", s)
	}
	return zone, nil
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// parsePhone reads a telephone number in E.164.
func parsePhone(s string) (string, error) {
	if !e164.MatchString(s) {
		return "", fmt.Errorf("%q is no telephone number: write it with + and the country, digits only, as in +4930123456", s)
	}
	return s, nil
}

// parseMailbox reads a bare address: "dba@example.com".
func parseMailbox(s string) (string, error) {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Name != "" || a.Address != s {
		return "", fmt.Errorf("%q is no email address: write it as in dba@example.com", s)
	}
	return s, nil
}

// parseSender reads an address with or without a name: "Tocsin <tocsin@example.com>".
func parseSender(s string) (string, error) {
	if _, err := mail.ParseAddress(s); err != nil {
		return "", fmt.Errorf("%q is no email address: write it as in tocsin@example.com or Tocsin <tocsin@example.com>", s)
	}
	return s, nil
}

// parseURL reads an http or https URL. Its error shows nothing of it: a URL may hold a password.
func parseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.Fragment != "" {
		return "", errors.New("this is no http or https URL: write it as in https://tocsin.example.com")
	}
	return s, nil
}

// parseBaseURL reads a URL that paths are appended to; it loses its last slash.
func parseBaseURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err == nil && (u.RawQuery != "" || u.ForceQuery || u.User != nil) {
		return "", errors.New("this URL must end with its path, and name no user: https://tocsin.example.com")
	}
	s, err = parseURL(s)
	return strings.TrimRight(s, "/"), err
}

// parsePublicURL reads the address that people reach Tocsin at. It has no path: pages are at its root.
func parsePublicURL(s string) (string, error) {
	s, err := parseBaseURL(s)
	if u, bad := url.Parse(s); err == nil && (bad != nil || u.Path != "") {
		return "", errors.New("this URL must have no path, as Tocsin's pages are at the root of its host: https://tocsin.example.com")
	}
	return s, err
}

// parseDatabase reads a PostgreSQL connection: a URL, or keywords ("host=... dbname=...").
func parseDatabase(s string) (Secret, error) {
	u, err := url.Parse(s)
	isURL := err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
	keywords := !strings.Contains(s, "://") && strings.Contains(s, "=")
	if !isURL && !keywords {
		return "", errors.New(`this is no PostgreSQL connection: write it as in postgres://user:password@host:5432/database or "host=... dbname=..."`)
	}
	return Secret(s), nil
}

// parseCIDR reads a network: "10.0.0.0/8".
func parseCIDR(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, fmt.Errorf("%q is no network: write it as in 10.0.0.0/8, or 192.0.2.7/32 for a single address", s)
	}
	return p.Masked(), nil
}

// parseListen reads a host (which may be left out) and a port (0 is any free one).
func parseListen(s string) (string, error) {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return "", fmt.Errorf("%q is no address to listen on: write host and port as in 127.0.0.1:8080", s)
	}
	return s, nil
}

// parseServer reads the host and port of a server.
func parseServer(s string) (string, error) {
	host, port, err := net.SplitHostPort(s)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 || host == "" {
		return "", fmt.Errorf("%q is no server: write host and port as in smtp.example.com:587", s)
	}
	return s, nil
}

// count is a whole number of at least least.
func count(least int) func(value) int {
	return parsed("number", func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < least {
			return 0, fmt.Errorf("%q is no whole number of at least %d", s, least)
		}
		return n, nil
	})
}

// countTo is a whole number from 1 to most.
func countTo(most int) func(value) int {
	return parsed("number", func(s string) (int, error) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > most {
			return 0, fmt.Errorf("%q is no whole number from 1 to %d", s, most)
		}
		return n, nil
	})
}
