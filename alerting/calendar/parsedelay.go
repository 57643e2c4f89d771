package calendar

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// longestDelay is the longest that may be configured: a year. More is a slip of the pen.
const longestDelay = 366 * 24 * time.Hour

// ParseDelay reads a delay: on the wall clock "15m", "1h30m", "2d", "1w" and mixtures; in business time
// "30 business minutes", "2 business hours"; in days "next business day", "2 business days". It may not
// be negative, nor longer than a year. Errors are sentences that say what may be written.
func ParseDelay(s string) (Delay, error) {
	words := strings.Fields(strings.ToLower(s))
	switch {
	case len(words) > 0 && strings.HasPrefix(words[0], "-"):
		return Delay{}, fmt.Errorf("the delay %q is negative: a step cannot be due before its beginning", s)
	case len(words) == 1:
		return parseWall(s, words[0])
	case len(words) == 3 && words[1] == "business":
		return parseBusiness(s, words[0], strings.TrimSuffix(words[2], "s"))
	default:
		return Delay{}, noDelay(s)
	}
}

func parseBusiness(s, count, unit string) (Delay, error) {
	if count == "next" && unit == "day" {
		return Delay{Kind: BusinessDays, Days: 1}, nil
	}
	n, err := strconv.ParseUint(count, 10, 31)
	if err != nil {
		return Delay{}, noDelay(s)
	}
	length, ok := map[string]time.Duration{
		"day": 24 * time.Hour, "hour": time.Hour, "minute": time.Minute, "second": time.Second,
	}[unit]
	switch {
	case !ok:
		return Delay{}, noDelay(s)
	case n > uint64(longestDelay/length):
		return Delay{}, tooLong(s)
	case unit == "day" && n == 0:
		return Delay{}, fmt.Errorf(`%q is no delay: write "0 business hours" for the next moment of business time`, s)
	case unit == "day":
		return Delay{Kind: BusinessDays, Days: int(n)}, nil
	default:
		return Delay{Kind: BusinessHours, Amount: time.Duration(n) * length}, nil
	}
}

// parseWall reads numbers with units one after another: "1w2d", "1h30m"; also a lone "0".
func parseWall(s, word string) (Delay, error) {
	if word == "0" {
		return Delay{Kind: Wall}, nil
	}
	const digits = "0123456789."
	var sum time.Duration
	for word != "" {
		rest := strings.TrimLeft(word, digits)
		number := strings.TrimSuffix(word, rest)
		unit := rest
		if i := strings.IndexAny(rest, digits); i >= 0 {
			unit = rest[:i]
		}
		word = strings.TrimPrefix(rest, unit)
		d, err := wallUnit(number, unit)
		if err != nil {
			return Delay{}, noDelay(s)
		}
		if sum += d; sum > longestDelay {
			return Delay{}, tooLong(s)
		}
	}
	return Delay{Kind: Wall, Amount: sum}, nil
}

// wallUnit reads one number with its unit: Go's units, days of 24 hours and weeks. What is longer than a
// delay may be comes back as just longer.
func wallUnit(number, unit string) (time.Duration, error) {
	if unit == "" {
		return 0, strconv.ErrSyntax
	}
	hours := map[string]time.Duration{"d": 24, "w": 7 * 24}[unit]
	if hours == 0 {
		d, err := time.ParseDuration(number + unit)
		return min(d, longestDelay+1), err
	}
	d, err := time.ParseDuration(number + "h")
	return min(d, longestDelay/hours+1) * hours, err
}

func noDelay(s string) error {
	return fmt.Errorf(`%q is no delay: write "15m", "1h30m" or "2d"; "30 business minutes" or "2 business hours"; "next business day" or "2 business days"`, s)
}

func tooLong(s string) error { return fmt.Errorf("the delay %q is longer than a year", s) }
