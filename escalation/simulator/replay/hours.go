package replay

import (
	"time"

	"tocsin/alerting/calendar"
	"tocsin/escalation"
)

// The hours of a person's local night.
const (
	nightBegins = 22
	nightEnds   = 7
)

// place says of a page whether it comes at night, and whether outside business hours, where its person is.
func place(p *escalation.Policy, page *Page) {
	c := calendarOf(p, page.Person)
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	hour := page.At.In(zone).Hour()
	page.Night = hour >= nightBegins || hour < nightEnds
	page.Off = !c.Open(page.At)
}

// calendarOf is a person's business time; the organisation's for somebody whom the configuration does not know.
func calendarOf(p *escalation.Policy, person string) *calendar.Calendar {
	if c := p.Directory.People[person].Calendar; c != nil {
		return c
	}
	return p.Calendar
}
