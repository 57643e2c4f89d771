package config

import (
	"time"

	"github.com/rickar/cal/v2"
	"tocsin/alerting/calendar"
	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

func (c *Config) directory() escalation.Directory {
	d := escalation.Directory{
		People:    map[string]escalation.Person{},
		Roles:     map[string]escalation.Role{},
		Rotations: map[string]oncall.Rotation{},
		Absences:  c.absences(),
		CatchAll:  c.CatchAll,
	}
	for name := range c.People {
		d.People[name] = c.person(name)
	}
	for name, r := range c.Roles {
		d.Roles[name] = escalation.Role{Rotation: r.Rotation, People: r.People, Calendar: c.calendarOf(r.Timezone, r.Calendar)}
	}
	for name := range c.Rotations {
		d.Rotations[name] = c.rotation(name)
	}
	return d
}

func (c *Config) person(name string) escalation.Person {
	p := c.People[name]
	home := c.homeOf(name)
	out := p.contact()
	out.ID, out.Reach, out.NoAccount = name, p.Reach.Kind, !c.Auth.answers(name)
	out.Calendar, out.Rules, out.Quiet = c.calendarOf(p.Timezone, p.Calendar), p.Notify.rules(), p.Quiet.quiet(home)
	if p.Reach.Kind == escalation.ReachHours {
		out.Hours = p.Reach.Own.calendar(home)
	}
	return out
}

// contact is how p is reached, and of what.
func (p Person) contact() escalation.Person {
	return escalation.Person{
		Name: p.Name, Phone: p.Phone, Email: p.Email, Slack: p.Slack, Webhook: string(p.Webhook), URL: string(p.URL),
		Language: string(p.Language), Only: p.Only,
	}
}

func (c *Config) rotation(name string) oncall.Rotation {
	r := c.Rotations[name]
	out := oncall.Rotation{Name: name, People: r.People, Turn: r.Turn, Since: r.Since, Zone: c.zoneOf(name), Imported: c.imported[name]}
	for _, l := range r.Layers {
		out.Layers = append(out.Layers, oncall.Layer{
			Name: l.Name, People: l.People, Turn: l.Turn, Since: l.Since,
			Restriction: oncall.Restriction{Days: weekdaysOf(l.Restriction.Days), Hours: l.Restriction.Hours},
		})
	}
	for _, s := range r.Shadows {
		out.Shadows = append(out.Shadows, oncall.Layer{People: s.People, Turn: s.Turn, Since: s.Since})
	}
	return out
}

// zoneOf is the zone of a rotation.
func (c *Config) zoneOf(rotation string) *time.Location {
	if zone := c.Rotations[rotation].Timezone; zone != nil {
		return zone
	}
	return c.Timezone
}

func (c *Config) calendar() *calendar.Calendar {
	return &calendar.Calendar{
		Zone: c.Timezone, Hours: c.Calendar.Hours, Closed: c.Calendar.Closed,
		Workdays: weekdaysOf(c.Calendar.Workdays), Holidays: holidaysOf(c.Calendar.Holidays),
	}
}

// calendarOf is the file's calendar with what a person or role has of its own; nil if that is nothing.
func (c *Config) calendarOf(zone *time.Location, own OwnCalendar) *calendar.Calendar {
	if zone == nil && own.isZero() {
		return nil
	}
	out := c.calendar()
	if zone != nil {
		out.Zone = zone
	}
	if own.Workdays != nil {
		out.Workdays = weekdaysOf(own.Workdays)
	}
	if own.Hours != nil {
		out.Hours = own.Hours
	}
	if own.Holidays != nil {
		out.Holidays = holidaysOf(own.Holidays)
	}
	if own.Closed != nil {
		out.Closed = own.Closed
	}
	return out
}

func holidaysOf(regions []Region) []*cal.Holiday {
	var out []*cal.Holiday
	for _, r := range regions {
		out = append(out, r.Holidays...)
	}
	return out
}
