package escalation

import (
	"time"

	"tocsin/alerting"
)

// line is a sentence of a message: the English one, and the same as data.
type line struct {
	text string
	said alerting.Said
}

// messages is a word to a person over email and slack, or over SMS if neither reaches them.
func (p *Policy) messages(to string, subject line, lines []line, url string) []Message {
	person := p.Directory.People[to]
	over := person.over([]Channel{Email, Slack})
	if len(over) == 0 {
		over = person.over([]Channel{SMS})
	}
	if len(over) == 0 {
		return nil
	}
	m := Message{Person: to, Channels: over, Subject: subject.text, URL: url, Said: []alerting.Said{subject.said}}
	for _, l := range lines {
		m.Text += l.text + "\n"
		m.Said = append(m.Said, l.said)
	}
	return []Message{m}
}

// at is s with a stretch as stretch tells it: in a rotation's zone, with the year where it is not now's.
func (p *Policy) at(s alerting.Said, rotation string, from, until, now time.Time) alerting.Said {
	zone := p.Directory.Rotations[rotation].Zone
	if zone == nil {
		zone = time.UTC
	}
	s = s.With("rotation", rotation).With("zone", zone.String()).With("now", moment(now))
	if !from.IsZero() {
		s = s.With("from", moment(from))
	}
	if !until.IsZero() {
		s = s.With("until", moment(until))
	}
	return s
}

// moment is t among the values of a sentence.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

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
