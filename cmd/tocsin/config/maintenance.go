package config

import (
	"time"

	"github.com/prometheus/alertmanager/pkg/labels"
	"tocsin/alerting/calendar"
	"tocsin/alerting/calendar/maintenance"
)

// Maintenance is planned work that recurs: while it lasts, nobody is told of the incidents that it matches.
type Maintenance struct {
	Name     string          `json:"name" jsonschema:"required" jsonschema_description:"What people call it."`
	Match    labels.Matchers `json:"match" jsonschema:"required" jsonschema_description:"The incidents that it is about, by their labels; all must match."`
	Every    string          `json:"every" jsonschema:"required,example=0 3 * * SUN" jsonschema_description:"When it begins, as cron writes it; MON#1 is the month's first Monday."`
	Lasts    time.Duration   `json:"lasts" jsonschema:"required" jsonschema_description:"How long it lasts; it must end before it begins again."`
	Timezone *time.Location  `json:"timezone" jsonschema_description:"The zone of every. Left out: the file's."`

	place value // for errors
}

func readMaintenance(v value) Maintenance {
	m := Maintenance{place: v}
	v.object(
		required("what people call it", key("name", &m.Name, text)),
		required("the incidents that it is about", key("match", &m.Match, matchers)),
		required(`when it begins, as in "0 3 * * SUN"`, key("every", &m.Every, parsed("cron schedule", parseBeginning))),
		required("how long it lasts, as in 1h", key("lasts", &m.Lasts, period)),
		key("timezone", &m.Timezone, parsed("time zone", parseZone)),
	)
	return m
}

// parseBeginning reads when a window begins: a cron schedule that names a time of day.
func parseBeginning(s string) (string, error) {
	anything := labels.Matchers{{Name: "alertname"}}
	_, err := maintenance.Parse("", anything, s, time.Hour, time.UTC)
	return s, err
}

// window is m as decisions see it. Home is the file's zone.
func (m Maintenance) window(home *time.Location) (maintenance.Window, error) {
	zone := home
	if m.Timezone != nil {
		zone = m.Timezone
	}
	return maintenance.Parse(m.Name, m.Match, m.Every, m.Lasts, zone)
}

// windows are those of the configuration, in the file's order.
func (c *Config) windows() []maintenance.Window {
	var out []maintenance.Window
	for _, m := range c.Suppress.Maintenance {
		if w, err := m.window(c.Timezone); err == nil { // it was checked when it was read
			out = append(out, w)
		}
	}
	return out
}

// checkWindows makes sure that each window ends before it begins again.
func (c *Config) checkWindows() {
	for _, m := range c.Suppress.Maintenance {
		w, err := m.window(c.Timezone)
		if err != nil {
			continue // it has an error of its own already
		}
		zone := m.Timezone
		if zone == nil {
			zone = c.Timezone
		}
		if begins, gap := shortestGap(w); gap > 0 && m.Lasts >= gap {
			m.place.child("lasts").fail("lasts: the window that begins on %s begins again after %s, before it would end",
				begins.In(zone).Format("Mon 2 January 2006 at 15:04 MST"), calendar.Delay{Amount: gap})
		}
	}
}

// shortestGap is the shortest time between two beginnings of w, and the first of them: of the next 400, in the
// years from 2026.
func shortestGap(w maintenance.Window) (begins time.Time, shortest time.Duration) {
	const beginnings = 400
	last := w.Begins(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	for range beginnings {
		next := w.Begins(last)
		if next.IsZero() {
			break
		}
		if gap := next.Sub(last); shortest == 0 || gap < shortest {
			begins, shortest = last, gap
		}
		last = next
	}
	return begins, shortest
}
