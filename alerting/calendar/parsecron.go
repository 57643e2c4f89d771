package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// ParseCron reads a schedule as cron has it: minute, hour, day of the month, month and weekday, "@daily"
// and the like, "@every 6h". As a weekday it also takes the month's n-th: "MON#1" is the first Monday,
// "FRI#-1" or "FRIL" the last Friday. Times are those of the zone's clock; nil is UTC. Errors are
// sentences that say what to write; a schedule that never comes is one.
func ParseCron(expr string, zone *time.Location) (*Cron, error) {
	if zone == nil {
		zone = time.UTC
	}
	text := strings.TrimSpace(expr)
	if strings.Contains(text, "TZ=") {
		return nil, fmt.Errorf("%q names a zone: the schedule is read on the clock of its own timezone, write that instead", expr)
	}
	plain, nth, alone, err := splitNth(text)
	if err != nil {
		return nil, fmt.Errorf("%q is no schedule: %w", expr, err)
	}
	parsed, err := cron.ParseStandard(plain)
	if err != nil {
		return nil, noCron(expr)
	}
	c := &Cron{text: text, zone: zone}
	switch s := parsed.(type) {
	case cron.ConstantDelaySchedule:
		if strings.HasPrefix(text, "@every -") { // package cron makes it a second
			return nil, fmt.Errorf("%q is negative: write a length of time as in @every 6h", expr)
		}
		c.every = s.Delay
		return c, nil
	case *cron.SpecSchedule:
		c.minutes, c.days = minutesOf(s), daysOf(s, nth, alone)
	default:
		return nil, noCron(expr)
	}
	if !c.comes() {
		return nil, fmt.Errorf("the schedule %q never comes: there is no such day", expr)
	}
	return c, nil
}

func noCron(expr string) error {
	return fmt.Errorf(`%q is no schedule: write minute, hour, day of the month, month and weekday as in "0 3 * * SUN", and MON#1 or FRIL for the month's first Monday or last Friday`, expr)
}

// splitNth takes the n-th weekdays out of the last of five fields. Where they stood there alone, the field
// is left as "0", which must then be ignored.
func splitNth(text string) (plain string, nth []nthWeekday, alone bool, err error) {
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return text, nil, false, nil
	}
	var rest []string
	for item := range strings.SplitSeq(fields[4], ",") {
		day, n, ok := cutNth(strings.ToUpper(item))
		if !ok {
			rest = append(rest, item)
			continue
		}
		w, err := parseNth(day, n)
		if err != nil {
			return "", nil, false, err
		}
		nth = append(nth, w)
	}
	switch {
	case len(nth) == 0:
		return text, nil, false, nil
	case slices.ContainsFunc(rest, isEvery):
		return "", nil, false, errors.New("a weekday of * or ? means every day, and needs no other beside it")
	case len(rest) == 0:
		rest, alone = []string{"0"}, true
	}
	fields[4] = strings.Join(rest, ",")
	return strings.Join(fields, " "), nth, alone, nil
}

func isEvery(item string) bool { return strings.HasPrefix(item, "*") || strings.HasPrefix(item, "?") }

// cutNth cuts "MON#1" and "FRIL".
func cutNth(item string) (day, n string, ok bool) {
	if day, n, ok = strings.Cut(item, "#"); ok {
		return day, n, true
	}
	day, ok = strings.CutSuffix(item, "L")
	return day, "-1", ok && day != ""
}

func parseNth(day, n string) (nthWeekday, error) {
	names := []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
	i := slices.Index(names, day)
	if i < 0 && len(day) == 1 && day[0] >= '0' && day[0] <= '6' {
		i = int(day[0] - '0')
	}
	count, err := strconv.Atoi(n)
	if i < 0 || err != nil || count == 0 || count < -5 || count > 5 {
		return nthWeekday{}, fmt.Errorf("%s#%s is no n-th weekday, write MON#1 for the month's first Monday, MON#-1 or MONL for its last", day, n)
	}
	return nthWeekday{time.Weekday(i), count}, nil
}

// starred is the bit that package cron sets in a field of * or ?.
const starred = 1 << 63

func minutesOf(s *cron.SpecSchedule) []int {
	var out []int
	for hour := range 24 {
		for minute := range 60 {
			if s.Hour&(1<<hour) != 0 && s.Minute&(1<<minute) != 0 {
				out = append(out, hour*60+minute)
			}
		}
	}
	return out
}

// daysOf are the days of s with the n-th weekdays; alone says that s names no other weekday.
func daysOf(s *cron.SpecSchedule, nth []nthWeekday, alone bool) cronDays {
	d := cronDays{
		months: s.Month &^ starred, monthDays: s.Dom &^ starred, weekdays: s.Dow &^ starred, nth: nth,
		both: s.Dom&starred != 0 || s.Dow&starred != 0,
	}
	if alone {
		d.weekdays = 0
	}
	return d
}

// comes reports whether the schedule comes at all.
func (c *Cron) comes() bool {
	first := Date{firstVersionYear, time.January, 1}
	for i := range cronYears * 366 {
		if c.days.has(first.AddDays(i)) {
			return len(c.minutes) > 0
		}
	}
	return false
}
