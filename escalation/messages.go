package escalation

import "time"

// messages is a word to a person over email and slack, or over SMS if neither reaches them.
func (p *Policy) messages(to, subject, text, url string) []Message {
	person := p.Directory.People[to]
	over := person.over([]Channel{Email, Slack})
	if len(over) == 0 {
		over = person.over([]Channel{SMS})
	}
	if len(over) == 0 {
		return nil
	}
	return []Message{{Person: to, Channels: over, Subject: subject, Text: text, URL: url}}
}

// nameOf is a person's name, or the ID of whoever is not of the directory.
func (p *Policy) nameOf(id string) string {
	if person, ok := p.Directory.People[id]; ok && person.Name != "" {
		return person.Name
	}
	return id
}

// stretch is "Monday 30 November, 09:00 until Monday 7 December, 09:00 (Europe/Berlin)" in a rotation's zone. A
// year that is not now's is given.
func (p *Policy) stretch(rotation string, from, until, now time.Time) string {
	zone := p.Directory.Rotations[rotation].Zone
	if zone == nil {
		zone = time.UTC
	}
	text := dayTime(from.In(zone), now)
	if !until.IsZero() {
		text += " until " + dayTime(until.In(zone), now)
	}
	return text + " (" + zone.String() + ")"
}

func dayTime(t, now time.Time) string {
	if t.Year() != now.In(t.Location()).Year() {
		return t.Format("Monday 2 January 2006, 15:04")
	}
	return t.Format("Monday 2 January, 15:04")
}
