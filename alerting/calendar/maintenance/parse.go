package maintenance

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"

	"tocsin/alerting/calendar"
)

// Parse makes a window that begins as cron says on the zone's clock (calendar.ParseCron), each time for so
// long. Errors are sentences that say what to write.
func Parse(name string, match labels.Matchers, cron string, lasts time.Duration, zone *time.Location) (Window, error) {
	switch {
	case len(match) == 0:
		return Window{}, errors.New("a maintenance window that matches everything would hold back everything: name a label")
	case lasts <= 0:
		return Window{}, fmt.Errorf("the maintenance window %q must last more than nothing: write how long as in 1h", name)
	case strings.HasPrefix(strings.TrimSpace(cron), "@every"):
		return Window{}, fmt.Errorf(`%q names no time at which a maintenance window begins: write it as in "0 3 * * SUN"`, cron)
	}
	every, err := calendar.ParseCron(cron, zone)
	if err != nil {
		return Window{}, err
	}
	return Window{Name: name, Match: match, Lasts: lasts, every: every}, nil
}

// Begins is when the window next begins after a moment, in its zone; zero if it never does.
func (w Window) Begins(after time.Time) time.Time {
	if w.every == nil {
		return time.Time{}
	}
	return w.every.Next(after)
}
